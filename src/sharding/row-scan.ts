import { type CsvDialect, mostRowBytesOf, rowTooLong } from '../formats/csv/dialect.js';
import { findLastRowEnd, findRowEnd, lineEndByte } from '../formats/csv/row-ends.js';
import { becameShorter, type PlacedBytes } from './planned-files.js';

const QUOTE = 0x22;
const CARRIAGE_RETURN = 0x0d;
const CHUNK_BYTES = 2 ** 20;
/** A line that is longer than any row is one bad record, if it is no longer than what a scorer may hold. */
const LONGEST_LINE_BYTES = 4 * 2 ** 20;

/** A place before a record: how many bytes, lines and records of the input come before it. */
export interface RowPlace {
  readonly bytes: number;
  readonly line: number;
  readonly row: number;
}

/** Where a scan is to stop: at the first record from number `leastRow` on that begins at `bytes` or later, or is number `row` or later. */
export interface RowGoal {
  readonly bytes: number;
  readonly row: number;
  readonly leastRow: number;
}

/** Rows of text in a file, here or on a server. */
export interface ScannedText {
  readonly file: PlacedBytes;
  readonly dialect: CsvDialect;
  /** Where its rows begin, and how many lines end before. */
  readonly dataStart: number;
  readonly linesBefore: number;
  /** Where it ends. */
  readonly end: number;
  /** So much is read while as much is looked through. Default 1 MiB. */
  readonly chunkBytes?: number | undefined;
  /** Is given all bytes from `dataStart` on, in order, as they are passed: views. */
  readonly onPassed?: ((bytes: Uint8Array) => void) | undefined;
  /** Is told a few times a second where the scan stands; what it throws ends the scan. */
  readonly onProgress?: ((place: RowPlace) => void) | undefined;
}

/**
 * Passes over rows of text and counts them as the scorer does: a blank line is a line and no record, a line end within quotes
 * ends no row, and of a quote that is never closed only the first line is lost. Plain text passes at the speed of memory.
 */
export class RowScan {
  readonly #text: ScannedText;
  readonly #lineEnd: number;
  readonly #mostRowBytes: number;
  readonly #chunkBytes: number;
  /** Take turns; each has room before a chunk for the row that the last chunk cut off. */
  readonly #buffers: readonly Buffer[];
  #turn = 0;
  #ahead: Promise<Buffer> | undefined;
  /** What of the file lies in memory, and where it begins there. */
  #window: Buffer = Buffer.alloc(0);
  #base: number;
  /** Within the window: where the next row begins, up to where `onPassed` was told, and the first quote from there on. */
  #at = 0;
  #told = 0;
  #quote = Number.POSITIVE_INFINITY;
  #line: number;
  #row = 0;

  constructor(text: ScannedText) {
    const { dialect, dataStart, linesBefore, chunkBytes = CHUNK_BYTES } = text;
    this.#text = text;
    this.#lineEnd = lineEndByte(dialect);
    this.#mostRowBytes = mostRowBytesOf(dialect.pixelCount);
    this.#chunkBytes = chunkBytes;
    this.#base = dataStart;
    this.#line = linesBefore;
    this.#buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(this.#mostRowBytes + chunkBytes));
  }

  /** Where it stands. */
  get place(): RowPlace {
    return { bytes: this.#base + this.#at, line: this.#line, row: this.#row };
  }

  /**
   * Goes on to a record; null at the end of the text.
   *
   * @throws DigitflowError INPUT_READ, CSV_ROW_TOO_LONG
   */
  async next(goal: RowGoal): Promise<RowPlace | null> {
    for (;;) {
      const found = this.#pass(goal);
      this.#tell();
      if (found === 'goal') return this.place;
      if (found === 'end') return null;
      await this.#fill();
      this.#text.onProgress?.(this.place);
    }
  }

  /** Passes the rows that lie in the window, up to the goal. */
  #pass({ bytes, row, leastRow }: RowGoal): 'goal' | 'more' | 'end' {
    const window = this.#window;
    const isLast = this.#base + window.length >= this.#text.end;
    const goalAt = bytes - this.#base;
    for (;;) {
      const at = this.#at;
      let end = window.indexOf(this.#lineEnd, at);
      let next = end + 1;
      if (end === -1) {
        if (!isLast) return 'more';
        if (at === window.length) return 'end';
        end = window.length;
        next = end;
      } else if (this.#lineEnd !== CARRIAGE_RETURN) {
        while (end > at && window[end - 1] === CARRIAGE_RETURN) end--;
      }
      const isRecord = end > at;
      if (isRecord && (at >= goalAt || this.#row >= row) && this.#row >= leastRow) return 'goal';
      if (this.#quote < end && next > end) {
        if (!this.#passQuoted(next, isLast)) return 'more';
        continue;
      }
      this.#at = next;
      if (next > end) this.#line++;
      if (isRecord) this.#row++;
    }
  }

  /** Passes a row with a quote in its first line, which ends at `lineEnd`; false where what follows must tell its end. */
  #passQuoted(lineEnd: number, isLast: boolean): boolean {
    const window = this.#window;
    const { dialect, file } = this.#text;
    const start = this.#at;
    let row = findRowEnd(window, start, lineEnd, dialect);
    // As far as the scorer looks for a closing quote.
    const most = Math.min(window.length, start + this.#mostRowBytes);
    const isFull = most === start + this.#mostRowBytes;
    if (row.isOpen) {
      if (!isFull && !isLast) return false;
      row = findRowEnd(window, start, most, dialect);
    }
    let stop = row.next;
    if (row.next === row.end) {
      // It is never closed: the scorer takes all lines up to here for rows by themselves.
      stop = isFull ? window.lastIndexOf(this.#lineEnd, most - 1) + 1 : most;
      if (stop <= start) throw rowTooLong(file.name, this.#mostRowBytes);
      row = findLastRowEnd(window, start, stop, dialect);
    }
    for (;;) {
      this.#line += row.lines;
      if (row.end > this.#at) this.#row++;
      this.#at = row.next;
      if (this.#at >= stop) break;
      row = findLastRowEnd(window, this.#at, stop, dialect);
    }
    this.#quote = this.#nextQuote();
    return true;
  }

  #nextQuote(): number {
    const at = this.#window.indexOf(QUOTE, this.#at);
    return at === -1 ? Number.POSITIVE_INFINITY : at;
  }

  #tell(): void {
    if (this.#told < this.#at) this.#text.onPassed?.(this.#window.subarray(this.#told, this.#at));
    this.#told = this.#at;
  }

  /** Puts the next chunk after what is left of the window. */
  async #fill(): Promise<void> {
    const rest = this.#window.subarray(this.#at);
    const { file, end } = this.#text;
    const longest = LONGEST_LINE_BYTES + 2 * this.#mostRowBytes;
    if (rest.length > longest) throw rowTooLong(file.name, longest);
    const position = this.#base + this.#window.length;
    const room = this.#mostRowBytes;
    const chunk = await (this.#ahead ?? this.#read(position));
    this.#base += this.#at;
    this.#told = 0;
    this.#at = 0;
    if (rest.length <= room) {
      const buffer = this.#buffers[this.#turn];
      this.#window = buffer.subarray(room - rest.length, room + chunk.length);
      this.#window.set(rest);
    } else this.#window = Buffer.concat([rest, chunk]);
    this.#turn = 1 - this.#turn;
    this.#ahead = undefined;
    const following = position + chunk.length;
    if (following < end) {
      this.#ahead = this.#read(following);
      // It may fail when nobody waits for it any more.
      this.#ahead.catch(() => undefined);
    }
    this.#quote = this.#nextQuote();
  }

  /** Reads a chunk to the buffer whose turn it is. */
  async #read(position: number): Promise<Buffer> {
    const { file, end } = this.#text;
    const room = this.#buffers[this.#turn].subarray(this.#mostRowBytes);
    const chunk = room.subarray(0, Math.min(this.#chunkBytes, end - position));
    const byteCount = await file.read(chunk, position);
    if (byteCount > 0) return chunk.subarray(0, byteCount);
    throw becameShorter(file.name, end, position);
  }
}
