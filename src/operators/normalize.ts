import { map, type OperatorFunction } from 'rxjs';
import type { Normalization } from '../network/normalization.js';
import type { Records } from './events.js';

/** Something that knows how its pixels become brightness. */
export type Normalized<R> = R & { readonly normalization: Normalization };

/** Records that know how their pixels become brightness. */
export type NormalizedRecords = Normalized<Records>;

/**
 * Says how a pixel becomes a brightness. No pixel is touched here: whoever scores the records folds it into the
 * network's first layer, where it costs nothing per image.
 *
 * @param how for all records alike, or by what they are
 */
export function normalize<R>(
  how: Normalization | ((records: R) => Normalization),
): OperatorFunction<R, Normalized<R>> {
  return map((records) => ({
    ...records,
    normalization: typeof how === 'function' ? how(records) : how,
  }));
}
