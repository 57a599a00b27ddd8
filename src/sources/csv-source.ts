import { Observable, type Subscriber } from 'rxjs';
import { lineEndByte } from '../csv/row-end.js';
import { DigitflowError } from '../errors.js';
import type { Permits } from '../pool/permits.js';
import type { TextReading, TextRows } from '../pool/rows-of-text.js';
import { ByteReader } from './byte-reader.js';
import type { ByteSource } from './byte-source.js';
import { fileBytesFrom } from './file-bytes.js';
import { inputError } from './input-error.js';
import { OpenFile } from './open-file.js';
import { RowCutter } from './row-cutter.js';

/** A CSV that is to be read. */
export interface CsvInput extends TextReading {
  /** Set where workers can read it themselves: a regular, uncompressed file. */
  readonly path: string | null;
  /** Its unpacked content from the start, else. */
  content(): Promise<ByteSource>;
}

/** How much to read at a time. */
export interface ReadingSizes {
  readonly chunkBytes: number;
  readonly fileStretchBytes: number;
  readonly mostRowBytes: number;
}

/** Where reading stands: rows that begin at `bytes` of an input or behind come next. */
interface Cursor {
  readonly input: number;
  readonly bytes: number;
  /** Whether a row begins there for sure. */
  readonly isAtRow: boolean;
  /** True where line ends may be within quotes: then the main thread cuts, also what workers could read. */
  readonly isCutHere: boolean;
  /** False where the file's end is not to be trusted: it is growing. */
  readonly takesLast: boolean;
}

/** What was made of rows: as much of a scored batch as their source has to know. */
export interface AnsweredRows {
  readonly reading: TextReading;
  readonly stretch?: TextRows['stretch'];
  readonly fault?: DigitflowError | undefined;
  readonly answer: { readonly leftAt?: number | undefined; readonly quotedLineEndAt?: number | undefined };
}

/** Opens an input when its turn has come. */
export type CsvOpener = (index: number) => Promise<CsvInput | null>;

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
  #cursor: Cursor;
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
    this.#cursor = { ...from, isAtRow: false, isCutHere: false, takesLast: true };
  }

  /** All rows, once. Unsubscribing closes what is open; what workers are reading stays open until they have. */
  rows(permits: Pick<Permits, 'whenFree'>): Observable<TextRows> {
    return new Observable((subscriber) => {
      subscriber.add(() => {
        this.#close?.();
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
  accept({ reading, stretch, answer, fault }: AnsweredRows): boolean {
    if (!this.#valid.has(reading)) return false;
    if (stretch === undefined || fault !== undefined) return true;
    this.#unaccepted--;
    this.#wake();
    const here = { input: reading.input, isAtRow: true, isCutHere: false, takesLast: true };
    if (answer.quotedLineEndAt !== undefined) {
      this.#goBack({ ...here, bytes: answer.quotedLineEndAt, isCutHere: true });
      return true;
    }
    const { fileBytes, position, byteCount, file, takesLast, isAtRow } = stretch;
    if (position + byteCount < fileBytes) return true;
    const hasGrown = file.sizeBytes > fileBytes;
    if (answer.leftAt !== undefined) this.#goBack({ ...here, bytes: answer.leftAt });
    else if (!hasGrown) return true;
    else if (file.byteAt(fileBytes - 1) === lineEndByte(reading.dialect))
      this.#goBack({ ...here, bytes: fileBytes });
    else if (takesLast) {
      // The row that was cut off was taken, and is longer now.
      this.#goBack({ ...here, bytes: position, isAtRow, takesLast: false });
      return false;
    }
    return true;
  }

  #goBack(to: Cursor): void {
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
      if (cursor === this.#cursor) this.#cursor = startOf(cursor.input + 1);
    }
    this.isComplete = !subscriber.closed;
  }

  /** Each pass over an input is a reading of its own. */
  async #begin(cursor: Cursor): Promise<CsvInput | null> {
    const input = await this.#open(cursor.input);
    return input && { ...input };
  }

  /** Reads an input to its end; false where it was not. */
  async #read(
    reading: CsvInput,
    cursor: Cursor,
    permits: Pick<Permits, 'whenFree'>,
    give: (rows: TextRows) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      return reading.path !== null && !cursor.isCutHere
        ? await this.#giveStretches(reading, reading.path, cursor, give)
        : await this.#cutHere(reading, cursor, permits, give);
    } catch (error) {
      // Not raised before the rows before it have been dealt with.
      await give({ reading, position: cursor.bytes, text: NOTHING, fault: inputError(error, reading.name) });
      return false;
    } finally {
      this.#close?.();
      this.#close = undefined;
    }
  }

  async #giveStretches(
    reading: CsvInput,
    path: string,
    cursor: Cursor,
    give: (rows: TextRows) => Promise<boolean>,
  ): Promise<boolean> {
    const file = await OpenFile.open(path, reading.name);
    this.#close = () => file.release();
    const fileBytes = file.sizeBytes;
    const start = Math.max(cursor.bytes, reading.dataStart);
    if (start > fileBytes) throw becameShorter(reading.name, start, fileBytes);
    let isAtRow = cursor.isAtRow || start === reading.dataStart;
    for (let position = start; position < fileBytes; isAtRow = false) {
      const byteCount = Math.min(this.#sizes.fileStretchBytes, fileBytes - position);
      const { takesLast } = cursor;
      const place = { fd: file.fd, position, name: reading.name, isAtRow, fileBytes, takesLast };
      const isGiven = await give({
        reading,
        position,
        text: NOTHING,
        stretch: { ...place, byteCount, file },
      });
      if (!isGiven) return false;
      position += byteCount;
    }
    return true;
  }

  async #cutHere(
    reading: CsvInput,
    cursor: Cursor,
    permits: Pick<Permits, 'whenFree'>,
    give: (rows: TextRows) => Promise<boolean>,
  ): Promise<boolean> {
    const { chunkBytes, mostRowBytes } = this.#sizes;
    const start = Math.max(cursor.bytes, reading.dataStart);
    const { path } = reading;
    const source = path === null ? await reading.content() : await fileBytesFrom(path, reading.name, start);
    const reader = new ByteReader(source);
    this.#close = () => void reader.close().catch(() => undefined);
    for (let skipped = path === null ? 0 : start; skipped < start; ) {
      const { length } = await reader.read(start - skipped);
      if (length === 0) throw becameShorter(reading.name, start, skipped);
      skipped += length;
    }
    const cutter = new RowCutter(reading, start, mostRowBytes);
    for (;;) {
      await permits.whenFree();
      const piece = await reader.read(chunkBytes);
      for (const rows of piece.length > 0 ? cutter.cut(piece) : cutter.finish()) {
        if (!(await give(rows))) return false;
      }
      if (piece.length === 0) return true;
    }
  }
}

const NOTHING = new Uint8Array(0);

function startOf(input: number): Cursor {
  return { input, bytes: 0, isAtRow: false, isCutHere: false, takesLast: true };
}

function becameShorter(name: string, expected: number, found: number): DigitflowError {
  return new DigitflowError(
    'INPUT_READ',
    `${name}: expected at least ${expected} bytes, found ${found}: it became shorter; start again without --resume`,
  );
}
