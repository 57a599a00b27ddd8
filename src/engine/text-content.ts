import { DigitflowError } from '../errors.js';
import { type CsvDialect, noTextSlots, rowTooLong } from '../formats/csv/dialect.js';
import { parseRow } from '../formats/csv/parse-row.js';
import { findRowEnd } from '../formats/csv/row-ends.js';
import { REJECT } from './layout.js';
import type { Scored, TextTask } from './messages.js';
import type { Reading, RejectedRow, Stretch, TextRecords } from './records.js';
import { copyToShared, readFully } from './shared-bytes.js';
import type { TextSize } from './sizes.js';
import type { Slot, Slots } from './slots.js';

const SPANS_LINES = 'expected a row of an image, found one that goes on beyond its line';

/** Rows of text in a slot, or a stretch of a file that a worker reads. */
export class TextContent {
  readonly stretch: Stretch | undefined;
  readonly #reading: Reading;
  readonly #dialect: CsvDialect;
  readonly #position: number;
  readonly #slots: Slots;
  readonly #slot: Slot;
  #bytes = 0;
  #isEnded = false;
  #fault: DigitflowError | undefined;

  /** @throws DigitflowError as `dialectFor` does */
  constructor(slots: Slots, slot: Slot, { reading, position, stretch }: TextRecords) {
    this.#slots = slots;
    this.#slot = slot;
    this.#reading = reading;
    this.#dialect = dialectFor(slots, reading);
    this.#position = position;
    this.stretch = stretch;
    stretch?.file.retain();
  }

  get title(): string {
    return `${this.#reading.name}: bytes ${this.#position} to ${this.#position + this.#bytes - 1}`;
  }

  get isFull(): boolean {
    return this.#isEnded || this.#bytes >= this.#size.batchBytes;
  }

  get task(): TextTask {
    const { stretch } = this;
    return {
      slot: this.#slot.index,
      byteCount: this.#bytes,
      dialect: this.#dialect,
      ...(stretch && { stretch: withoutFile(stretch) }),
    };
  }

  get hasLabels(): boolean {
    return this.#dialect.label !== null;
  }

  get fault(): DigitflowError | undefined {
    return this.#fault;
  }

  /** Only rows that follow in the input. */
  isContinuedBy({ position, stretch, text }: TextRecords): boolean {
    if (stretch !== undefined || position !== this.#position + this.#bytes) return false;
    return this.#bytes + text.length <= this.#slot.text.length;
  }

  /** @throws DigitflowError POOL_BUSY when the text is longer than a slot */
  append({ text, stretch, endsBatch = false, fault }: TextRecords): undefined {
    const target = this.#slot.text;
    if (this.#bytes + text.length > target.length) {
      const message = `expected at most ${target.length} bytes of text at a time, found ${text.length}`;
      throw new DigitflowError('POOL_BUSY', message);
    }
    copyToShared(text, target, this.#bytes);
    this.#bytes += stretch?.byteCount ?? text.length;
    this.#fault = fault;
    this.#isEnded = stretch !== undefined || endsBatch || fault !== undefined;
  }

  answered({ overfullAt, rowTooLongAt, rejects }: Scored): DigitflowError | undefined {
    const { name } = this.#reading;
    if (rowTooLongAt !== undefined) return rowTooLong(name, this.#size.textBytes);
    return overfullAt === undefined ? undefined : garbage(name, this.#dialect.columnCount, rejects);
  }

  unreadable(readError: string): DigitflowError {
    const what =
      readError === 'EOF'
        ? 'the file became shorter while it was read; get it again'
        : `could not be read (${readError}); check the disk`;
    return new DigitflowError('INPUT_READ', `${this.title}: ${what}`);
  }

  count({ records }: Scored): number {
    return records;
  }

  byteCount(): number {
    return this.#bytes;
  }

  /** Where the batch ends in the input: not after what was left of it. */
  endBytes({ quotedLineEndAt, leftAt, rowTooLongAt, overfullAt }: Scored): number {
    const left = quotedLineEndAt ?? leftAt ?? rowTooLongAt;
    if (left !== undefined) return left;
    if (overfullAt === undefined) return this.#position + this.#bytes;
    return this.stretch === undefined ? this.#position + overfullAt : overfullAt;
  }

  /** Reads a row's pixels again: the worker keeps but a few. */
  pixelsOf(place: number): Uint8Array {
    const text = this.#textAt(this.#slot.rowStarts[place], this.#size.mostRowBytes);
    const { end } = findRowEnd(text, 0, text.length, this.#dialect);
    const row = this.#parse(text.subarray(0, end));
    if (typeof row !== 'string') return row.pixels;
    throw new DigitflowError('INPUT_READ', `${this.title}: a row changed while it was read`);
  }

  /** The row that was rejected at a place, from 0. Nothing of a reason is kept where it was read: it is read once more. */
  reject(place: number): RejectedRow {
    const at = (field: number) => this.#slot.rejects[(place * REJECT.bytes + field) / 4];
    const [start, length] = [at(REJECT.start), at(REJECT.length)];
    const text = () => this.#textAt(start, length);
    const reason = () => {
      const row = this.#parse(text());
      return typeof row === 'string' ? row : SPANS_LINES;
    };
    return { row: at(REJECT.row), line: at(REJECT.line), position: this.#position + start, text, reason };
  }

  /**
   * @param wanted how many of its rows matter
   * @throws DigitflowError CSV_ROW, LABEL_OUT_OF_RANGE for the first of them that was rejected
   */
  checkRows({ rejects }: Scored, wanted: number, firstLine: number): void {
    if (rejects === 0) return;
    const { row, line, reason, text } = this.reject(0);
    if (row >= wanted) return;
    const code = this.#hasOnlyBadLabel(text()) ? 'LABEL_OUT_OF_RANGE' : 'CSV_ROW';
    const where = `${this.#reading.name}: line ${firstLine + line + 1}`;
    throw new DigitflowError(code, `${where}: ${reason()}; fix the row`);
  }

  released(): void {
    this.stretch?.file.release();
  }

  get #size(): TextSize {
    if (this.#slots.text === null) throw new TypeError('expected slots for text');
    return this.#slots.text;
  }

  /** Whether nothing but its label is wrong with a rejected row. */
  #hasOnlyBadLabel(text: Uint8Array): boolean {
    const withoutLabel = parseRow(text, { ...this.#dialect, label: null }, this.#slots.classCount);
    return typeof this.#parse(text) === 'string' && typeof withoutLabel !== 'string';
  }

  #parse(text: Uint8Array): ReturnType<typeof parseRow> {
    return parseRow(text, this.#dialect, this.#slots.classCount);
  }

  /** Text from a place in the batch on, at most `length` bytes: a view of the slot, or read from the file again. */
  #textAt(start: number, length: number): Uint8Array {
    if (this.stretch === undefined)
      return this.#slot.text.subarray(start, Math.min(start + length, this.#bytes));
    const { file, fileBytes } = this.stretch;
    const position = this.#position + start;
    const bytes = new Uint8Array(Math.min(length, fileBytes - position));
    const readError = readFully(file.fd, bytes, position);
    if (readError !== null) throw this.unreadable(readError);
    return bytes;
  }
}

/**
 * How rows of a reading hold images, where they go into these slots.
 *
 * @throws DigitflowError USAGE where the slots have no room for text
 */
export function dialectFor(slots: Slots, { name, dialect }: Reading): CsvDialect {
  if (dialect === null) throw new TypeError('expected a reading of text');
  if (slots.text !== null) return dialect;
  throw noTextSlots(name);
}

/** What crosses to a worker: nothing that only the main thread can use. */
function withoutFile({ fd, position, name, isAtRow, fileBytes, takesLast }: Stretch): TextTask['stretch'] {
  return { fd, position, name, isAtRow, fileBytes, takesLast };
}

function garbage(name: string, columnCount: number, rejects: number): DigitflowError {
  return new DigitflowError(
    'CSV_GARBAGE',
    `${name}: expected rows of ${columnCount} columns, found ${rejects} bad ones in a piece of ` +
      'it, and left there; is it a CSV of images?',
  );
}
