import { Observable, type Subscriber } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { Permits, Piece, Reading, RecordsPlace, RunEnd, RunPosition } from '../engine/records.js';
import { inputError } from '../errors.js';
import { type Cursor, cursorAt, type Input, type ReadEnd } from './input.js';

/** How to read. */
export interface ReadOptions {
  /** Where to go on. Default: the start. */
  readonly from?: RunPosition | undefined;
  /** Where to stop. Default: at the end of the last input, as far as that has grown meanwhile. */
  readonly until?: RunEnd | undefined;
  /** True to cut text on the main thread, so that each row passes once. Default false. */
  readonly isCutHere?: boolean;
}

/**
 * Reads inputs, one after the other, by permits: a piece is read when a slot is free.
 *
 * Stretches of a regular file of text are given to the workers, and what they answer, in order, to `accept` decides how it
 * goes on. Where a line end turned out to be within quotes, or the file has grown, reading goes back to the place, and what
 * was read after it comes to nothing.
 */
export class InputReader {
  /** True when all was read to its end. */
  isComplete = false;
  readonly #open: (index: number) => Promise<Input | null>;
  readonly numbers: RecordNumbers;
  readonly #until: RunEnd | undefined;
  #cursor: Cursor;
  /** The inputs of the readings that count; those begun before the last return to a place do not. */
  #valid = new Map<Reading, Input>();
  /** Stretches under way, of those that count. */
  #unaccepted = 0;
  /** True after a batch that nothing follows. */
  #hasFault = false;
  #wake: () => void = () => {};
  #close: (() => void) | undefined;

  /** Opens each input when its turn has come; `open` gives null after the last. */
  constructor(open: (index: number) => Promise<Input | null>, options: ReadOptions = {}) {
    const { from, until, isCutHere = false } = options;
    const last = until?.file ?? Number.POSITIVE_INFINITY;
    this.#open = async (index) => (index > last ? null : open(index));
    this.#until = until;
    this.numbers = new RecordNumbers(from);
    this.#cursor = { ...cursorAt(from?.file ?? 0, from), isCutHere };
  }

  /** All pieces, once. Unsubscribing closes what is open; what workers are reading stays open until they have. */
  pieces(permits: Permits): Observable<Piece> {
    return new Observable((subscriber) => {
      subscriber.add(() => {
        this.#closeOpen();
        this.#wake();
      });
      this.#pump(permits, subscriber).then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
    });
  }

  /** Looks at what became of a batch, in order: where its records lie; null where it does not count, and is read again. */
  accept(batch: Batch): RecordsPlace | null {
    const input = this.#valid.get(batch.reading);
    if (input === undefined) return null;
    if (batch.fault !== undefined) {
      // What was read after a fault comes to nothing.
      this.#hasFault = true;
      this.#goBack({ ...this.#cursor });
    } else if (batch.stretch !== undefined) {
      this.#unaccepted--;
      this.#wake();
      const back = input.returnAfter(batch);
      if (back !== null) this.#goBack(back.to);
      if (back?.counts === false) return null;
    }
    return this.numbers.place(batch);
  }

  #goBack(to: Cursor): void {
    this.#cursor = to;
    this.#valid = new Map();
    this.#unaccepted = 0;
    this.#wake();
  }

  async #pump(permits: Permits, subscriber: Subscriber<Piece>): Promise<void> {
    while (!subscriber.closed && !this.#hasFault) {
      const cursor = this.#cursor;
      const input = await this.#open(cursor.input);
      if (cursor !== this.#cursor || subscriber.closed) continue;
      if (input === null || !input.canBeReadByWorkers || cursor.isCutHere) {
        // What only the main thread can read, and maybe once, is not begun, and the end is not the end, as long as reading may have to go back.
        if (this.#unaccepted > 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        if (input === null) break;
      }
      const isRead = await this.#read(input, cursor, permits, subscriber);
      if (cursor !== this.#cursor) continue;
      if (!isRead) return;
      this.#cursor = { ...cursorAt(cursor.input + 1), isCutHere: cursor.isCutHere };
    }
    this.isComplete = !subscriber.closed && !this.#hasFault;
  }

  /** Reads an input to its end; false where it was not. */
  async #read(
    input: Input,
    cursor: Cursor,
    permits: Permits,
    subscriber: Subscriber<Piece>,
  ): Promise<boolean> {
    const { reading, pieces, close } = input.read(cursor, permits, this.#endOf(cursor.input));
    this.#close = close;
    this.#valid.set(reading, input);
    const give = (piece: Piece): boolean => {
      if (subscriber.closed || cursor !== this.#cursor) return false;
      if (piece.stretch !== undefined) this.#unaccepted++;
      subscriber.next(piece);
      return piece.fault === undefined && !subscriber.closed;
    };
    try {
      for await (const piece of pieces) if (!give(piece)) return false;
      return true;
    } catch (error) {
      // Not raised before the records before it have been dealt with.
      const fault = inputError(error, input.name);
      await permits.whenFree();
      give({ reading, position: cursor.bytes, bytes: new Uint8Array(0), fault });
      return false;
    } finally {
      this.#closeOpen();
    }
  }

  /** Where reading an input stops, where that was said. */
  #endOf(input: number): ReadEnd | undefined {
    return this.#until === undefined || this.#until.file === input ? this.#until : { bytes: null, row: null };
  }

  /** Once only: to close a file twice takes it from a worker that is reading it. */
  #closeOpen(): void {
    const close = this.#close;
    this.#close = undefined;
    close?.();
  }
}

const START: RunPosition = { file: 0, bytes: 0, line: 0, row: 0, rows: 0, rejected: 0 };

/** Counts records and lines of inputs as batches pass in order: so each batch knows where it lies. */
class RecordNumbers {
  /** Records that were accepted, scored or not, those of an earlier run among them. */
  rows: number;
  /** How many of them were rejected. */
  rejected: number;
  #input: number;
  #row: number;
  #line: number | null;

  constructor({ file, bytes, row, line, rows, rejected }: RunPosition = START) {
    this.#input = file;
    this.#row = row;
    this.#line = bytes > 0 ? line : null;
    this.rows = rows;
    this.rejected = rejected;
  }

  /** Says where a batch lies, and counts what it holds. */
  place({ reading, scored, count, endBytes }: Batch): RecordsPlace {
    if (reading.input !== this.#input) {
      this.#input = reading.input;
      this.#row = 0;
      this.#line = null;
    }
    const firstLine = this.#line ?? reading.linesBefore;
    const endLine = firstLine + scored.lines;
    const place = {
      file: reading.input,
      name: reading.name,
      firstRow: this.#row,
      firstLine,
      firstOfAll: this.rows,
      endBytes,
      endLine,
    };
    const rows = count + scored.rejects;
    this.#line = endLine;
    this.#row += rows;
    this.rows += rows;
    this.rejected += scored.rejects;
    return place;
  }
}
