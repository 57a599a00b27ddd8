import { map, type OperatorFunction } from 'rxjs';
import type { Normalized, Records } from '../engine/records.js';
import type { Normalization } from '../network/normalization.js';

/** Says how a pixel becomes a brightness. No pixel is touched: the scorer folds it into the network's first layer. */
export function normalize(normalization: Normalization): OperatorFunction<Records, Normalized<Records>> {
  // The spread comes last: a property that follows it makes a slow object of 560 bytes in V8, which outlives many batches.
  return map((records) => ({ normalization: orientedAs(records.reading, normalization), ...records }));
}

/** A normalization, turned as an input says. */
export function orientedAs(
  { transposed }: { readonly transposed: boolean | null },
  normalization: Normalization,
): Normalization {
  return transposed === null ? normalization : { ...normalization, transposed };
}
