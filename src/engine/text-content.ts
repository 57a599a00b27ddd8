import { DigitflowError } from '../errors.js';
import { type CsvDialect, noTextSlots, rowTooLong } from '../formats/csv/dialect.js';
import { parseRow } from '../formats/csv/parse-row.js';
import { findRowEnd } from '../formats/csv/row-ends.js';
import { guessedWords } from '../formats/reading.js';
import { REJECT } from './layout.js';
import { NOTHING_SCORED, type ReadFailure, type Scored, type TextTask } from './messages.js';
import type { HeldFile, Reading, Records, RejectedRow, Stretch, TextRecords } from './records.js';
import { copyToShared, readFailure, readFully } from './shared-bytes.js';
import type { TextSize } from './sizes.js';
import type { Slot, Slots } from './slots.js';

/** Every number is a pixel. */
const ANY_SCALE = { black: -Number.MAX_SAFE_INTEGER, white: Number.MAX_SAFE_INTEGER };
const SPANS_LINES = 'expected a row of an image, found one that goes on beyond its line';

/** Rows of text in a slot, or a stretch of a file that a worker reads. */
export class TextContent {
  readonly slot: Slot;
  readonly stretch: Stretch | undefined;
  byteCount = 0;
  scored = NOTHING_SCORED;
  fault: DigitflowError | undefined;
  readonly #reading: Reading;
  readonly #dialect: CsvDialect;
  readonly #size: TextSize;
  readonly #position: number;
  readonly #classCount: number;
  #isEnded = false;

  /** @throws DigitflowError USAGE where the slots have no room for text, before one of them is taken; POOL_BUSY */
  constructor(slots: Slots, { reading, position, stretch }: TextRecords) {
    const { name, dialect } = reading;
    if (dialect === null) throw new TypeError('expected a reading of text');
    if (slots.text === null) throw noTextSlots(name);
    this.#dialect = dialect;
    this.#size = slots.text;
    this.#classCount = slots.classCount;
    this.slot = slots.take();
    this.#reading = reading;
    this.#position = position;
    this.stretch = stretch;
    stretch?.file.retain();
  }

  /** What keeps the stretch's file open; undefined for text in a slot. */
  get file(): HeldFile | undefined {
    return this.stretch?.file;
  }

  /** For messages: the input, and where the text lies in it, in bytes. */
  get title(): string {
    return `${this.#reading.name}: bytes ${this.#position} to ${this.#position + this.byteCount - 1}`;
  }

  /** Whether no more text is to be appended. */
  get isFull(): boolean {
    return this.#isEnded || this.byteCount >= this.#size.batchBytes;
  }

  /** What a worker is told of it. */
  get task(): TextTask {
    const { byteCount, stretch } = this;
    const slot = this.slot.index;
    return { slot, byteCount, dialect: this.#dialect, stretch: stretch && withoutFile(stretch) };
  }

  /** Whether its rows have labels. */
  get hasLabels(): boolean {
    return this.#dialect.label !== null;
  }

  /** Only rows that follow in the input. */
  isContinuedBy(records: Records): boolean {
    if (!('text' in records)) return false;
    const { position, stretch, text } = records;
    if (stretch !== undefined || position !== this.#position + this.byteCount) return false;
    return this.byteCount + text.length <= this.slot.text.length;
  }

  /** @throws DigitflowError POOL_BUSY when the text is longer than a slot */
  append({ text, stretch, endsBatch = false, fault }: TextRecords): undefined {
    const target = this.slot.text;
    if (this.byteCount + text.length > target.length) {
      const message = `expected at most ${target.length} bytes of text at a time, found ${text.length}`;
      throw new DigitflowError('POOL_BUSY', message);
    }
    copyToShared(text, target, this.byteCount);
    this.byteCount += stretch?.byteCount ?? text.length;
    this.fault = fault;
    this.#isEnded = stretch !== undefined || endsBatch || fault !== undefined;
  }

  /** Takes what a worker says of it. */
  take(answer: Scored | ReadFailure): void {
    if ('readError' in answer) {
      this.fault = readFailure(this.title, answer.readError, 'INPUT_READ');
      return;
    }
    this.scored = answer;
    const { name } = this.#reading;
    const { columnCount } = this.#dialect;
    if (answer.rowTooLongAt !== undefined) this.fault = rowTooLong(name, this.#size.textBytes);
    else if (answer.overfullAt !== undefined) this.fault = garbage(name, columnCount, answer.rejects);
  }

  /** How many records were scored. */
  get count(): number {
    return this.scored.records;
  }

  /** Where the batch ends in the input: not after what was left of it. */
  get endBytes(): number {
    const { quotedLineEndAt, leftAt, rowTooLongAt, overfullAt } = this.scored;
    const left = quotedLineEndAt ?? leftAt ?? rowTooLongAt;
    if (left !== undefined) return left;
    if (overfullAt === undefined) return this.#position + this.byteCount;
    return this.stretch === undefined ? this.#position + overfullAt : overfullAt;
  }

  /** Reads a row's pixels again: the worker keeps but a few. */
  pixelsOf(place: number): Uint8Array {
    const start = this.slot.rowStarts[place];
    const next = place + 1 < this.count ? this.slot.rowStarts[place + 1] : start + this.#size.mostRowBytes;
    const text = this.#textAt(start, next - start);
    const { end } = findRowEnd(text, 0, text.length, this.#dialect);
    const row = this.#parse(text.subarray(0, end));
    if (typeof row !== 'string') return row.pixels;
    throw new DigitflowError('INPUT_READ', `${this.title}: a row changed while it was read`);
  }

  /** Where the id of each record ends in `ids`; empty where rows have none. */
  get idEnds(): Uint32Array {
    return this.slot.idEnds.subarray(0, this.#dialect.idColumn === null ? 0 : this.count);
  }

  /** The ids of all records, one after the other. */
  get ids(): Uint8Array {
    return this.slot.ids.subarray(0, this.idEnds.at(-1) ?? 0);
  }

  /** The rows that were not scored, in their order. */
  get rejects(): RejectedRow[] {
    return Array.from({ length: this.scored.rejects }, (_, place) => this.#reject(place));
  }

  /** The row that was rejected at a place, from 0. Its reason is not kept: the row is read once more. */
  #reject(place: number): RejectedRow {
    const at = (field: number) => this.slot.rejects[(place * REJECT.bytes + field) / 4];
    const [start, length] = [at(REJECT.start), at(REJECT.length)];
    const text = () => this.#textAt(start, length);
    const reason = () => {
      const row = this.#parse(text());
      return typeof row === 'string' ? row : SPANS_LINES;
    };
    const position = this.#position + start;
    const guessed = () => this.#guessedWords(text(), position);
    return { row: at(REJECT.row), line: at(REJECT.line), position, text, reason, guessed };
  }

  /** What was guessed from rows before a rejected one, where that is all that is wrong with it. */
  #guessedWords(text: Uint8Array, position: number): string | null {
    const { guessed } = this.#reading;
    if (guessed === undefined || position < guessed.bytes) return null;
    const isFineWith = (dialect: CsvDialect) => typeof this.#parse(text, dialect) !== 'string';
    const dialect = this.#dialect;
    const properties = isFineWith({ ...dialect, label: null })
      ? ['label', 'labels-from', 'label-map']
      : isFineWith({ ...dialect, ...ANY_SCALE })
        ? ['scale']
        : [];
    return guessedWords(guessed.guesses, properties, 'rows');
  }

  /** @throws DigitflowError CSV_ROW, LABEL_OUT_OF_RANGE for the first rejected row, where it is one of the wanted ones */
  checkRows(wanted: number, firstLine: number): void {
    if (this.scored.rejects === 0) return;
    const { row, line, reason, text, guessed } = this.#reject(0);
    if (row >= wanted) return;
    const isLabel = this.#hasOnlyBadLabel(text());
    const code = isLabel ? 'LABEL_OUT_OF_RANGE' : 'CSV_ROW';
    const known = guessed?.() ?? null;
    const advice = `${known === null ? '' : `${known}, or `}fix the row${isLabel ? ', or say with --label-map what it is' : ''}`;
    const where = `${this.#reading.name}: line ${firstLine + line + 1}`;
    throw new DigitflowError(code, `${where}: ${reason()}; ${advice}`);
  }

  /** Whether nothing but its label is wrong with a rejected row. */
  #hasOnlyBadLabel(text: Uint8Array): boolean {
    const withoutLabel = this.#parse(text, { ...this.#dialect, label: null });
    return typeof this.#parse(text) === 'string' && typeof withoutLabel !== 'string';
  }

  #parse(text: Uint8Array, dialect = this.#dialect): ReturnType<typeof parseRow> {
    return parseRow(text, dialect, this.#classCount);
  }

  /** Text from a place in the batch on, at most `length` bytes: a view of the slot, or read from the file again. */
  #textAt(start: number, length: number): Uint8Array {
    if (this.stretch === undefined)
      return this.slot.text.subarray(start, Math.min(start + length, this.byteCount));
    const { file, fileBytes } = this.stretch;
    const position = this.#position + start;
    const bytes = new Uint8Array(Math.min(length, fileBytes - position));
    const readError = readFully(file.fd, bytes, position);
    if (readError !== null) throw readFailure(this.title, readError, 'INPUT_READ');
    return bytes;
  }
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
