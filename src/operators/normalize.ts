import { map, type OperatorFunction } from 'rxjs';
import type { Normalized, Records } from '../engine/records.js';
import type { Normalization } from '../network/normalization.js';

/**
 * Says how a pixel becomes a brightness. No pixel is touched here: the scorer folds it into the network's first layer,
 * where it costs nothing per image. An input that says how its pixels are oriented is believed.
 */
export function normalize(normalization: Normalization): OperatorFunction<Records, Normalized<Records>> {
  return map((records) => {
    const oriented = orientedAs(records.reading, normalization);
    // Before the spread: a property that follows one makes a slow object of 560 bytes in V8, which outlives many batches.
    const normalized = { normalization: oriented, ...records };
    // Records that were normalized before are so anew.
    normalized.normalization = oriented;
    return normalized;
  });
}

/** A normalization, turned as an input says. */
export function orientedAs(
  { transposed }: { readonly transposed: boolean | null },
  normalization: Normalization,
): Normalization {
  return transposed === null ? normalization : { ...normalization, transposed };
}
