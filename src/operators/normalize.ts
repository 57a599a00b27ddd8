import { map, type OperatorFunction } from 'rxjs';
import type { Normalization } from '../network/normalization.js';
import type { Records } from './events.js';

/** Records that know how their pixels become brightness. */
export interface NormalizedRecords extends Records {
  readonly normalization: Normalization;
}

/**
 * Says how a pixel becomes a brightness. No pixel is touched here: whoever scores the records folds it into the
 * network's first layer, where it costs nothing per image.
 */
export function normalize(normalization: Normalization): OperatorFunction<Records, NormalizedRecords> {
  return map((records) => ({ ...records, normalization }));
}
