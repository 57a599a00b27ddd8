import { DigitflowError } from '../errors.js';
import type { Normalization } from '../network/normalization.js';
import type { Fillable } from './batch-maker.js';
import { copyToShared } from './copy-to-shared.js';
import { readFully } from './file-extent.js';
import { Held } from './held.js';
import { REJECT } from './layout.js';
import { ANSWER, type Answer, type AnswerToText, type ScoreTextTask, type TextAnswer } from './messages.js';
import { rowTooLong, type TextReading, type TextRows } from './rows-of-text.js';
import { SlotCounts } from './slot-counts.js';
import type { TextSlot, TextSlots } from './text-slots.js';

/** Rows of text that know how their pixels become brightness: what comes out of `normalize`. */
export interface NormalizedText extends TextRows {
  readonly normalization: Normalization;
}

/** A row that was not scored; see `REJECT`. */
export interface Reject {
  readonly row: number;
  readonly line: number;
  readonly start: number;
  readonly length: number;
}

const NOTHING: TextAnswer = { records: 0, rejects: 0, lines: 0 };

/** Rows of text in a slot of shared memory, or where they are in a file; behind `forward`, with their verdicts. */
export class TextBatch extends Held<TextSlot> implements Fillable<NormalizedText> {
  readonly reading: TextReading;
  /** Where its text begins: bytes of the input's unpacked content. */
  readonly position: number;
  readonly normalization: Normalization;
  readonly stretch: TextRows['stretch'];
  readonly #slots: TextSlots;
  #byteCount = 0;
  #isEnded = false;
  #fault: DigitflowError | undefined;
  #answer = NOTHING;

  /** Takes a slot for rows, which are still to be appended. */
  constructor(slots: TextSlots, { reading, position, normalization, stretch }: NormalizedText) {
    super(slots);
    this.#slots = slots;
    this.reading = reading;
    this.position = position;
    this.normalization = normalization;
    this.stretch = stretch;
    stretch?.file.retain();
  }

  get title(): string {
    return `${this.reading.name}: bytes ${this.position} to ${this.position + this.byteCount - 1}`;
  }

  /** How much text there is, in the slot or in the file. */
  get byteCount(): number {
    return this.#byteCount;
  }

  get isFull(): boolean {
    return this.#isEnded || this.#byteCount >= this.#slots.size.batchBytes;
  }

  get task(): ScoreTextTask {
    const { slotIndex: slot, byteCount, reading } = this;
    return {
      slot,
      byteCount,
      dialect: reading.dialect,
      ...(this.stretch && { stretch: plain(this.stretch) }),
    };
  }

  /** Only rows of the same reading that follow in it. */
  isContinuedBy({ reading, position, stretch, text }: NormalizedText): boolean {
    if (stretch !== undefined || reading !== this.reading) return false;
    const isNext = position === this.position + this.#byteCount;
    return isNext && this.#byteCount + text.length <= this.#slots.size.textBytes;
  }

  /** @throws DigitflowError POOL_BUSY when the text is longer than a slot */
  append({ text, stretch, endsBatch = false, fault }: NormalizedText): undefined {
    const target = this.held().text;
    if (this.#byteCount + text.length > target.length) {
      const message = `expected at most ${target.length} bytes of text at a time, found ${text.length}`;
      throw new DigitflowError('POOL_BUSY', message);
    }
    copyToShared(text, target, this.#byteCount);
    this.#byteCount += stretch?.byteCount ?? text.length;
    this.#fault = fault;
    this.#isEnded = stretch !== undefined || endsBatch || fault !== undefined;
  }

  /** What could not be read is no error yet: the rows before it come first. */
  accept(answer: Answer | AnswerToText): void {
    if (answer === ANSWER.stopped) throw new DigitflowError('POOL_STOPPED', 'scoring was stopped');
    if (answer === ANSWER.scored) return;
    if ('readError' in answer) this.#fault = readFault(answer.readError, this);
    else {
      this.#answer = answer;
      if (answer.isOverfull) this.#fault = garbage(this);
      if (answer.rowTooLongAt !== undefined)
        this.#fault = rowTooLong(this.reading.name, this.#slots.size.textBytes);
    }
  }

  /** The longest row. */
  get mostRowBytes(): number {
    return this.#slots.size.mostRowBytes;
  }

  get classCount(): number {
    return this.#slots.classCount;
  }

  /** What its worker said. */
  get answer(): TextAnswer {
    return this.#answer;
  }

  /** What is wrong with what follows its rows. */
  get fault(): DigitflowError | undefined {
    return this.#fault;
  }

  /** How many rows were scored. */
  get count(): number {
    return this.#answer.records;
  }

  /** `(count)` u8 class indices; without meaning where the dialect has no labels. */
  get labels(): Uint8Array {
    return this.held().labels.subarray(0, this.count);
  }

  /** `(count)` u8 class indices. */
  get predictions(): Uint8Array {
    return this.held().predictions.subarray(0, this.count);
  }

  /** `(count)` f32: the winner's activation. */
  get confidences(): Float32Array {
    return this.held().confidences.subarray(0, this.count);
  }

  /** `(count)` f32; without meaning where the dialect has no labels. */
  get losses(): Float32Array {
    return this.held().losses.subarray(0, this.count);
  }

  /** What the worker has counted of all its records against their labels; undefined where it cannot. */
  get counts(): SlotCounts | undefined {
    const hasLabels = this.reading.dialect.label !== null;
    return hasLabels && SlotCounts.canHold(this.count) ? this.held().counts : undefined;
  }

  /** `(count, classes)` f32, row-major; empty unless the pool keeps outputs. */
  get outputs(): Float32Array {
    const { outputs } = this.held();
    return outputs.subarray(0, outputs.length === 0 ? 0 : this.count * this.#slots.classCount);
  }

  /** `(count)` u32: where each id ends in `ids`; empty where the dialect has none. */
  get idEnds(): Uint32Array {
    return this.held().idEnds.subarray(0, this.reading.dialect.idColumn === null ? 0 : this.count);
  }

  /** u8: the ids, one after the other. */
  get ids(): Uint8Array {
    const { idEnds } = this;
    return this.held().ids.subarray(0, idEnds.length === 0 ? 0 : idEnds[idEnds.length - 1]);
  }

  /** Where the row at a place among the scored ones begins, from the start of the batch's text. */
  rowStart(place: number): number {
    return this.held().rowStarts[place];
  }

  /** The row that was rejected as the `place`-th. */
  reject(place: number): Reject {
    const { rejects } = this.held();
    const at = (field: number) => rejects[(place * REJECT.bytes + field) / 4];
    return { row: at(REJECT.row), line: at(REJECT.line), start: at(REJECT.start), length: at(REJECT.length) };
  }

  /**
   * Text from a place in the batch on, at most `length` bytes: a view of the slot, or read from the file again.
   *
   * @throws DigitflowError INPUT_READ when the file cannot be read any more
   */
  textAt(start: number, length: number): Uint8Array {
    if (this.stretch === undefined)
      return this.held().text.subarray(start, Math.min(start + length, this.#byteCount));
    const { file, fileBytes } = this.stretch;
    const position = this.position + start;
    const bytes = new Uint8Array(Math.min(length, fileBytes - position));
    const readError = readFully(file.fd, bytes, position);
    if (readError !== null) throw readFault(readError, this);
    return bytes;
  }

  protected override onReleased(): void {
    this.stretch?.file.release();
  }
}

/** What crosses to a worker: nothing that only the main thread can use. */
function plain(stretch: NonNullable<TextRows['stretch']>): NonNullable<ScoreTextTask['stretch']> {
  const { fd, position, name, isAtRow, fileBytes, takesLast } = stretch;
  return { fd, position, name, isAtRow, fileBytes, takesLast };
}

function readFault(readError: string, { title }: TextBatch): DigitflowError {
  return readError === 'EOF'
    ? new DigitflowError('INPUT_READ', `${title}: the file became shorter while it was read; get it again`)
    : new DigitflowError('INPUT_READ', `${title}: could not be read (${readError}); check the disk`);
}

function garbage({ reading, answer }: TextBatch): DigitflowError {
  return new DigitflowError(
    'CSV_GARBAGE',
    `${reading.name}: expected rows of ${reading.dialect.columnCount} columns, found ${answer.rejects} bad ones in a piece of ` +
      'it, and left there; is it a CSV of images?',
  );
}
