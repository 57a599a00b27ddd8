import { map, type OperatorFunction } from 'rxjs';
import type { Normalized, Reading, Records } from '../engine/records.js';
import { invertedOf, type Normalization } from '../network/normalization.js';

/** Says how a pixel becomes a brightness. No pixel is touched: the scorer folds it into the network's first layer. */
export function normalize(normalization: Normalization): OperatorFunction<Records, Normalized<Records>> {
  return map((records) => normalized(records, orientedAs(records.reading, normalization)));
}

/** Field by field: a spread before other fields makes objects of 300 to 560 bytes in V8, which outlive many batches. */
function normalized(records: Records, normalization: Normalization): Normalized<Records> {
  if ('text' in records) {
    const { reading, position, text, stretch, endsBatch, fault } = records;
    return { reading, position, text, stretch, endsBatch, fault, normalization };
  }
  const { reading, first, count, pixels, labels, picture, extent, fault } = records;
  return { reading, first, count, pixels, labels, picture, extent, fault, normalization };
}

/** A normalization, turned and inverted as an input says. */
export function orientedAs(
  { transposed, inverted = false }: Pick<Reading, 'transposed' | 'inverted'>,
  normalization: Normalization,
): Normalization {
  if (transposed === null && !inverted) return normalization;
  const oriented = { ...normalization, transposed: transposed ?? normalization.transposed };
  return inverted ? invertedOf(oriented) : oriented;
}
