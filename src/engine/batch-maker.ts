import type { Held } from './held.js';

/** A batch while it is being filled with pieces: records, or rows of text. */
export interface Fillable<Piece> extends Pick<Held, 'retain' | 'release'> {
  /** False when no other piece is to go into it. */
  readonly isFull: boolean;
  /** Whether a piece may go into the same batch. */
  isContinuedBy(piece: Piece): boolean;
  /** Takes as much of a piece as fits; returns the rest, undefined where there is none. */
  append(piece: Piece): Piece | undefined;
}

/** Slots that know how to make a batch of a kind of pieces. */
export interface BatchMaker<Piece, B extends Fillable<Piece>> {
  /** The batch that is being filled, if there is one; kept by the batch operator. */
  filling: B | undefined;
  /**
   * Takes a slot for a batch that begins with a piece, which is not yet in it.
   *
   * @throws DigitflowError POOL_BUSY when no slot is free
   */
  begin(piece: Piece): B;
}
