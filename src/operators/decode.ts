import { concatMap, type OperatorFunction } from 'rxjs';
import type { Piece, Records } from '../engine/records.js';

/**
 * Finds the records in the pieces of an input, as its format says: views that hold until `next` returns. Rows of text stay text.
 *
 * Errors: none of its own. What is wrong with a record or a label comes as the `fault` of the last records.
 */
export function decode(): OperatorFunction<Piece, Records> {
  return concatMap((piece) => piece.reading.decode(piece));
}
