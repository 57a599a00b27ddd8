import { Observable, type Subscriber } from 'rxjs';
import type { Permits } from '../engine/permits.js';
import type { TextReading, TextRows } from '../engine/rows-of-text.js';
import { inputError } from '../errors.js';
import {
  type AnsweredRows,
  type CsvCursor,
  type CsvInput,
  type CsvOpener,
  cursorAt,
  returnAfter,
} from './csv-cursor.js';
import { openCutHere, openStretches, type ReadingSizes } from './open-csv.js';

/**
 * Reads CSV inputs, one behind the other, as rows of text: pulled, when a slot is free.
 *
 * Of a regular file nothing is read here: its stretches are given to the workers, and what they answer decides how it goes on.
 * So each batch has to come back to `accept`, in order. Where a line end turned out to be within quotes, or the file
 * has grown, reading goes back to the place, and what was read behind it comes to nothing.
 */
export class CsvSource {
  /** True when all was read to its end. */
  isComplete = false;
  readonly #open: CsvOpener;
  readonly #sizes: ReadingSizes;
  #cursor: CsvCursor;
  /** The readings that count; those begun before the last return to a place do not. */
  #valid = new WeakSet<TextReading>();
  /** Stretches under way, of those that count. */
  #unaccepted = 0;
  #wake: () => void = () => {};
  #close: (() => void) | undefined;

  constructor(
    open: CsvOpener,
    sizes: ReadingSizes,
    from: { readonly input: number; readonly bytes: number },
  ) {
    this.#open = open;
    this.#sizes = sizes;
    this.#cursor = cursorAt(from.input, from.bytes);
  }

  /** All rows, once. Unsubscribing closes what is open; what workers are reading stays open until they have. */
  rows(permits: Pick<Permits, 'whenFree'>): Observable<TextRows> {
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

  /**
   * Looks at what became of rows, in order.
   *
   * @returns whether they count: if not, they are read again
   */
  accept(answered: AnsweredRows): boolean {
    const { reading, stretch, fault } = answered;
    if (!this.#valid.has(reading)) return false;
    if (stretch === undefined || fault !== undefined) return true;
    this.#unaccepted--;
    this.#wake();
    const back = returnAfter(answered, stretch);
    if (back !== null) this.#goBack(back.to);
    return back?.counts ?? true;
  }

  #goBack(to: CsvCursor): void {
    this.#cursor = to;
    this.#valid = new WeakSet();
    this.#unaccepted = 0;
    this.#wake();
  }

  async #pump(permits: Pick<Permits, 'whenFree'>, subscriber: Subscriber<TextRows>): Promise<void> {
    while (!subscriber.closed) {
      const cursor = this.#cursor;
      const reading = await this.#begin(cursor);
      if (cursor !== this.#cursor || subscriber.closed) continue;
      if (reading === null || reading.path === null || cursor.isCutHere) {
        // What cannot be read twice is not begun, and the end is not the end, as long as reading may have to go back.
        if (this.#unaccepted > 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        if (reading === null) break;
      }
      this.#valid.add(reading);
      const give = async (rows: TextRows): Promise<boolean> => {
        await permits.whenFree();
        if (subscriber.closed || !this.#valid.has(reading)) return false;
        if (rows.stretch !== undefined) this.#unaccepted++;
        subscriber.next(rows);
        return rows.fault === undefined && !subscriber.closed;
      };
      const isRead = await this.#read(reading, cursor, permits, give);
      if (!isRead && this.#valid.has(reading)) return;
      if (cursor === this.#cursor) this.#cursor = cursorAt(cursor.input + 1);
    }
    this.isComplete = !subscriber.closed;
  }

  /** Each pass over an input is a reading of its own. */
  async #begin(cursor: CsvCursor): Promise<CsvInput | null> {
    const input = await this.#open(cursor.input);
    return input && { ...input };
  }

  /** Reads an input to its end; false where it was not. */
  async #read(
    reading: CsvInput,
    cursor: CsvCursor,
    permits: Pick<Permits, 'whenFree'>,
    give: (rows: TextRows) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      const { rows, close } =
        reading.path !== null && !cursor.isCutHere
          ? await openStretches(reading, reading.path, cursor, this.#sizes)
          : await openCutHere(reading, cursor, this.#sizes, permits);
      this.#close = close;
      for await (const next of rows) if (!(await give(next))) return false;
      return true;
    } catch (error) {
      // Not raised before the rows before it have been dealt with.
      const fault = inputError(error, reading.name);
      await give({ reading, position: cursor.bytes, text: new Uint8Array(0), fault });
      return false;
    } finally {
      this.#closeOpen();
    }
  }

  /** Once only: who closes a file twice takes it from a worker that is reading it. */
  #closeOpen(): void {
    const close = this.#close;
    this.#close = undefined;
    close?.();
  }
}
