import type { Piece, Reading } from '../../engine/records.js';
import { type CsvDialect, rowTooLong } from '../../formats/csv/dialect.js';
import { endOfWholeRows, lineEndByte } from '../../formats/csv/row-ends.js';

/** A pass over text. */
export interface TextReading extends Reading {
  readonly dialect: CsvDialect;
}

/**
 * Cuts a stream of text at the ends of its rows: whole rows go on, what is left waits for the rest of its row.
 *
 * A line end within quotes ends no row. A quote that is still open after `mostRowBytes` was never closed: its row is cut
 * at its line ends, and the worker that reads it rejects its first line.
 */
export class RowCutter {
  readonly #reading: TextReading;
  readonly #mostRowBytes: number;
  /** The beginning of a row that straddles. */
  readonly #carry: Buffer;
  #carried = 0;
  /** Where in the input the next byte to be given lies. */
  #position: number;

  /** @param position where the first byte lies in the input's unpacked content: at the start of a row */
  constructor(reading: TextReading, position: number, mostRowBytes: number) {
    this.#reading = reading;
    this.#position = position;
    this.#mostRowBytes = mostRowBytes;
    this.#carry = Buffer.allocUnsafe(mostRowBytes);
  }

  /**
   * The whole rows that end in a piece of text: views, each to be consumed before the next is asked for.
   *
   * @param piece at most `mostRowBytes` long
   */
  *cut(piece: Uint8Array): Generator<Piece, void> {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    while (this.#carried > 0 && rest.length > 0) {
      const added = Math.min(rest.length, this.#lineLength(rest), this.#mostRowBytes - this.#carried);
      rest.copy(this.#carry, this.#carried, 0, added);
      this.#carried += added;
      rest = rest.subarray(added);
      const end = endOfWholeRows(this.#waiting, this.#reading.dialect);
      if (end > 0) yield* this.#giveCarried(end);
      else if (this.#carried === this.#mostRowBytes) yield* this.#giveUp();
    }
    const end = endOfWholeRows(rest, this.#reading.dialect);
    if (end > 0) yield this.#given(rest.subarray(0, end));
    rest.copy(this.#carry, this.#carried, end);
    this.#carried += rest.length - end;
    if (this.#carried === this.#mostRowBytes) yield* this.#giveUp();
  }

  /** What is left when the input has ended: a last row without a line end. */
  *finish(): Generator<Piece, void> {
    if (this.#carried > 0) yield* this.#giveCarried(this.#carried);
  }

  get #waiting(): Buffer {
    return this.#carry.subarray(0, this.#carried);
  }

  /** How much of a piece goes to the row that waits: to its first line end, or all of it. */
  #lineLength(piece: Buffer): number {
    const at = piece.indexOf(lineEndByte(this.#reading.dialect));
    return at === -1 ? piece.length : at + 1;
  }

  #given(bytes: Uint8Array): Piece {
    const position = this.#position;
    this.#position += bytes.length;
    return { reading: this.#reading, position, bytes };
  }

  *#giveCarried(end: number, endsBatch = false): Generator<Piece, void> {
    yield { ...this.#given(this.#carry.subarray(0, end)), endsBatch };
    this.#carry.copyWithin(0, end, this.#carried);
    this.#carried -= end;
  }

  /** No row is so long: either its quote was never closed, or this is no CSV of images. */
  *#giveUp(): Generator<Piece, void> {
    const end = this.#waiting.lastIndexOf(lineEndByte(this.#reading.dialect)) + 1;
    // After this text another quote may follow, which must not seem to close the one that is open.
    if (end > 0) yield* this.#giveCarried(end, true);
    else
      yield { ...this.#given(new Uint8Array(0)), fault: rowTooLong(this.#reading.name, this.#mostRowBytes) };
  }
}
