import { DigitflowError, type ErrorCode } from '../errors.js';
import { isSameNormalization, type Normalization } from '../network/normalization.js';
import { type Answer, type Scored, type ScoreTask, STOPPED } from './messages.js';
import { PixelContent } from './pixel-content.js';
import type { Normalized, Reading, Records, RecordsPlace, RejectedRow, Stretch } from './records.js';
import { MOST_COUNTED, type Slot, type SlotCounts, type Slots } from './slots.js';
import { TextContent } from './text-content.js';

/** What these tell of is the row that would come next. */
const OF_THE_NEXT_ROW: readonly ErrorCode[] = ['CSV_ROW_TOO_LONG', 'CSV_GARBAGE'];

/** Hears of batches that leave without having passed `inOrder`; one for each subscription to `forward`. */
export interface Sequence {
  /** Is told the number of one that left. */
  left(order: number): void;
}

/**
 * Records in a slot of shared memory, or where they lie in a file that a worker reads; after `forward`, with their verdicts.
 *
 * Holders are counted. The operator that hands a batch on holds it while `next` runs, and the slot is given back when
 * the last holder lets go. So a subscriber that looks at a batch inside `next` need not do anything, a batch that is
 * filtered out leaks nothing, and an operator that keeps it for longer calls `retain`, and `release` when done.
 */
export class Batch {
  /** Its number in the order in which batches went into `forward`, from 0. */
  order = 0;
  /** Set by `forward`. */
  sequence: Sequence | undefined;
  /** Where its records lie among those of all inputs: given by `accept`. */
  place: RecordsPlace | undefined;
  readonly reading: Reading;
  /** How a pixel of these records becomes a brightness. */
  readonly normalization: Normalization;
  /** How many classes the network has. */
  readonly classCount: number;
  /** Whether the network's outputs lie in 0..1. */
  readonly outputsAreProbabilities: boolean;
  readonly #slots: Slots;
  readonly #content: PixelContent | TextContent;
  #holders = 1;

  /** Takes a slot for records, which are still to be appended; throws USAGE for text where the slots are for pixels. */
  constructor(slots: Slots, records: Normalized<Records>) {
    this.#slots = slots;
    this.#content = 'text' in records ? new TextContent(slots, records) : new PixelContent(slots, records);
    this.reading = records.reading;
    this.normalization = records.normalization;
    this.classCount = slots.classCount;
    this.outputsAreProbabilities = slots.outputsAreProbabilities;
  }

  /** Keeps the batch beyond this `next` call; to be answered by one `release`. */
  retain(): void {
    this.#held();
    this.#holders++;
  }

  /** Lets go of the batch; the last holder to do so gives the slot back. */
  release(): void {
    const slot = this.#held();
    if (--this.#holders > 0) return;
    this.#content.file?.release();
    this.#slots.give(slot);
    this.sequence?.left(this.order);
  }

  /** @throws DigitflowError BATCH_RELEASED once the last holder has let go */
  #held(): Slot {
    if (this.#holders > 0) return this.#content.slot;
    throw new DigitflowError(
      'BATCH_RELEASED',
      `the batch of ${this.title} was used after its release: call retain() to keep one`,
    );
  }

  /** What is in it, for an error: `records 0 to 99`. */
  get title(): string {
    return this.#content.title;
  }

  /** Whether it is to be scored: no more records are to be appended. */
  get isFull(): boolean {
    return this.#content.isFull;
  }

  /** Whether records may go into the same batch: only those of the same reading, and of the same brightness. */
  isContinuedBy(records: Normalized<Records>): boolean {
    return (
      records.reading === this.reading &&
      isSameNormalization(records.normalization, this.normalization) &&
      this.#content.isContinuedBy(records)
    );
  }

  /** Takes as many records as fit, and returns the rest, if there is any; throws INPUT_SIZE, POOL_BUSY. */
  append(records: Normalized<Records>): Normalized<Records> | undefined {
    this.#held();
    const content = this.#content as { append<R extends Records>(records: R): R | undefined };
    return content.append(records);
  }

  /** Where the next images go: what is left of the slot. */
  get room(): Uint8Array {
    this.#held();
    if (this.#content instanceof PixelContent) return this.#content.room;
    throw new TypeError('expected a batch of images, found one of text');
  }

  /** What a worker has to know of it. */
  get task(): ScoreTask {
    this.#held();
    return this.#content.task;
  }

  /** Takes what a worker answered. What could not be read is no error yet: the records before it come first. */
  take(answer: Answer): void {
    if (answer === STOPPED) throw new DigitflowError('POOL_STOPPED', 'scoring was stopped');
    this.#content.take(answer);
  }

  /** What its worker said. */
  get scored(): Scored {
    return this.#content.scored;
  }

  /** How many images it holds; of text, how many rows were scored. */
  get count(): number {
    return this.#content.count;
  }

  /** Index of the first record in its input, from 0, rejected rows counted; throws USAGE for text that has not passed `accept`, which knows it. */
  get first(): number {
    if (this.place === undefined && this.#content instanceof PixelContent) return this.#content.first;
    return this.#accepted.firstRow;
  }

  get #accepted(): RecordsPlace {
    if (this.place !== undefined) return this.place;
    throw new DigitflowError('USAGE', 'accept() numbers rows of text: put inOrder() and accept() first');
  }

  /** How many bytes of its input it stands for. */
  get byteCount(): number {
    return this.#content.byteCount;
  }

  /** Where it ends: bytes of its input's unpacked content. */
  get endBytes(): number {
    return this.#content.endBytes;
  }

  /** The stretch of a file that was read for it, where it is text. */
  get stretch(): Stretch | undefined {
    return this.#content instanceof TextContent ? this.#content.stretch : undefined;
  }

  /** What is wrong with what follows its records; with its line, where that is known. */
  get fault(): DigitflowError | undefined {
    const { fault } = this.#content;
    if (fault === undefined || this.place === undefined || this.reading.dialect === null) return fault;
    const { name, endLine } = this.place;
    if (!fault.message.startsWith(`${name}: `)) return fault;
    const where = OF_THE_NEXT_ROW.includes(fault.code) ? `line ${endLine + 1}` : `after line ${endLine}`;
    const message = `${name}: ${where}: ${fault.message.slice(name.length + 2)}`;
    return new DigitflowError(fault.code, message, { cause: fault.cause });
  }

  /**
   * Raises what is wrong with the first bad row among those that are wanted, or with what follows the records.
   *
   * @throws DigitflowError CSV_ROW, LABEL_OUT_OF_RANGE, and what the source raised; USAGE as `first` does
   */
  check(wanted = Number.POSITIVE_INFINITY): void {
    this.#held();
    const content = this.#content;
    if (content instanceof TextContent) content.checkRows(wanted, this.#accepted.firstLine);
    else content.checkPictures(wanted);
    if (this.count + this.scored.rejects < wanted && this.fault !== undefined) throw this.fault;
  }

  /** Records that were not scored, in the order of the input. */
  get rejects(): readonly RejectedRow[] {
    this.#held();
    return this.#content.rejects;
  }

  /** `(count, recordBytes)` u8, row-major: pixels as stored; throws USAGE where a worker reads them: they are not kept. */
  get pixels(): Uint8Array {
    this.#held();
    if (this.#content instanceof PixelContent) return this.#content.pixels;
    throw new DigitflowError('USAGE', 'pixels of text are not kept: ask pixelsOf for one record');
  }

  /** `(recordBytes)` u8, as stored, of the record at a place from 0: a view, or read again; throws INPUT_READ, IDX_TRUNCATED. */
  pixelsOf(place: number): Uint8Array {
    this.#held();
    return this.#content.pixelsOf(place);
  }

  /** `(count)` u8 class indices; null where the input has none. */
  get labels(): Uint8Array | null {
    return this.#content.hasLabels ? this.#held().labels.subarray(0, this.count) : null;
  }

  /** The pictures that its records were made of; empty where they are none. */
  get pictures() {
    return this.#content instanceof PixelContent ? this.#content.pictures : [];
  }

  /** `(count)` u8 class indices. */
  get predictions(): Uint8Array {
    return this.#held().predictions.subarray(0, this.count);
  }

  /** `(count)` f32: the winner's activation. */
  get confidences(): Float32Array {
    return this.#held().confidences.subarray(0, this.count);
  }

  /** `(count)` f32; without meaning where there are no labels. */
  get losses(): Float32Array {
    return this.#held().losses.subarray(0, this.count);
  }

  /** `(count, classes)` f32, row-major; empty unless the scorer keeps outputs. */
  get outputs(): Float32Array {
    const { outputs } = this.#held();
    return outputs.subarray(0, outputs.length === 0 ? 0 : this.count * this.classCount);
  }

  /** What the worker has counted of the records against their labels; undefined where it cannot. */
  get counts(): SlotCounts | undefined {
    return this.#content.hasLabels && this.count <= MOST_COUNTED ? this.#held().counts : undefined;
  }

  /** `(count)` u32: where each id ends in `ids`; empty where the input has none, and for text without the scorer's `withIds`. */
  get idEnds(): Uint32Array {
    this.#held();
    return this.#content.idEnds;
  }

  /** u8: the ids, one after the other, unquoted. */
  get ids(): Uint8Array {
    this.#held();
    return this.#content.ids;
  }
}
