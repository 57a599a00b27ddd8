import { type LineCounter, openLineCounter } from '../engine/text/line-counter.js';
import { type CsvDialect, mostRowBytesOf, rowTooLong } from '../formats/csv/dialect.js';
import { findLastRowEnd, findRowEnd, lineEndByte } from '../formats/csv/row-ends.js';
import type { PlacedBytes } from './planned-files.js';
import { ReadAhead } from './read-ahead.js';

const QUOTE = 0x22;
const CARRIAGE_RETURN = 0x0d;
/** Each one costs the main thread 50 µs, however long it is. */
const CHUNK_BYTES = 2 ** 21;
/** Where a row is not plain, those after it are passed one by one for as long. */
const SLOW_BYTES = 2 ** 14;
/** A kernel counts no more at a time: 32 bits with a sign. */
const MOST_LINES = 2 ** 31 - 1;
/** What is shorter is looked through as soon as a kernel were there. */
const LEAST_KERNEL_BYTES = 2 ** 22;
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
  /** So much is read at a time. Default 2 MiB. */
  readonly chunkBytes?: number | undefined;
  /** Whether the kernel counts what is plain. Default: where there is enough of it. */
  readonly kernel?: boolean | undefined;
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
  /** Counts lines in the memory of the buffers; null where it does not pay. */
  readonly #counter: LineCounter | null;
  readonly #chunks: ReadAhead;
  /** What of the file lies in memory, and where it begins there. */
  #window: Buffer = Buffer.alloc(0);
  #base: number;
  /** Within the window: where the next row begins, up to where `onPassed` was told, and the first quote from there on, once it was looked for. */
  #at = 0;
  #told = 0;
  #quote: number | null = null;
  /** Up to where of the window rows are passed one by one. */
  #slowUntil = 0;
  #line: number;
  #row = 0;

  constructor(text: ScannedText) {
    const { file, dialect, dataStart, linesBefore, end, chunkBytes = CHUNK_BYTES, kernel } = text;
    this.#text = text;
    this.#lineEnd = lineEndByte(dialect);
    this.#mostRowBytes = mostRowBytesOf(dialect.pixelCount);
    this.#base = dataStart;
    this.#line = linesBefore;
    const sizes = { chunkBytes, room: this.#mostRowBytes };
    const memoryBytes = ReadAhead.bytesFor(sizes);
    const isLong = kernel ?? end - dataStart >= LEAST_KERNEL_BYTES;
    this.#counter = isLong ? openLineCounter(memoryBytes) : null;
    const memory = this.#counter?.bytes ?? Buffer.allocUnsafeSlow(memoryBytes);
    this.#chunks = new ReadAhead(file, { start: dataStart, end }, sizes, memory);
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
      if (this.#passPlain(goalAt, row)) continue;
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
      this.#quote ??= this.#nextQuote();
      if (this.#quote < end && next > end) {
        if (!this.#passQuoted(next, isLast)) return 'more';
        continue;
      }
      this.#at = next;
      if (next > end) this.#line++;
      if (isRecord) this.#row++;
    }
  }

  /** Passes many rows at a time, where they are plain and none of them can be the goal; false where it passed none. */
  #passPlain(goalAt: number, goalRow: number): boolean {
    const window = this.#window;
    const at = this.#at;
    const counter = this.#counter;
    if (counter === null || at < this.#slowUntil || window.buffer !== counter.bytes.buffer) return false;
    const end = Math.min(goalAt, window.length);
    const most = Math.min(goalRow - this.#row, MOST_LINES);
    if (end <= at || most <= 0) return false;
    const offset = window.byteOffset - counter.bytes.byteOffset;
    const lines = counter.plainLines(offset + at, offset + end, this.#lineEnd, most);
    if (lines === 0) {
      this.#slowUntil = at + SLOW_BYTES;
      return false;
    }
    this.#at = counter.endOfPlain() - offset;
    this.#line += lines;
    this.#row += lines;
    return true;
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
    const longest = LONGEST_LINE_BYTES + 2 * this.#mostRowBytes;
    if (rest.length > longest) throw rowTooLong(this.#text.file.name, longest);
    this.#window = await this.#chunks.next(rest);
    this.#base += this.#at;
    this.#slowUntil = 0;
    this.#told = 0;
    this.#at = 0;
    this.#quote = null;
  }
}
