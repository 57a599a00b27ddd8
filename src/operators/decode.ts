import { concatMap, type OperatorFunction } from 'rxjs';
import type { Piece, Records } from '../engine/records.js';

/**
 * Finds the records in the pieces of an input, as its format says: views that hold until `next` returns. Rows of text stay text.
 *
 * Errors: LABEL_OUT_OF_RANGE, IDX_TRUNCATED where a piece lacks labels.
 */
export function decode(): OperatorFunction<Piece, Records> {
  return concatMap((piece) => piece.reading.decode(piece));
}
