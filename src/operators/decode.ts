import { concatMap, type OperatorFunction } from 'rxjs';
import type { Piece, Records } from '../engine/records.js';

/**
 * Finds the records in the pieces of an input, as its format says, and reads their labels as class indices.
 *
 * Records are views and hold until `next` returns. What is rows of text stays text: workers turn it into pixels.
 *
 * Errors: LABEL_OUT_OF_RANGE, IDX_TRUNCATED where a piece lacks labels.
 */
export function decode(): OperatorFunction<Piece, Records> {
  return concatMap((piece) => piece.reading.decode(piece));
}
