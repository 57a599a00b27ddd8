import { DigitflowError, type ErrorCode } from '../errors.js';
import type { Normalization } from '../network/normalization.js';
import { type Answer, type Scored, type ScoreTask, STOPPED } from './messages.js';
import { PixelContent } from './pixel-content.js';
import type { Normalized, Reading, Records, RecordsPlace, RejectedRow } from './records.js';
import { SlotCounts, SlotHolder, type Slots } from './slots.js';
import { dialectFor, TextContent } from './text-content.js';

const NOTHING: Scored = { records: 0, rejects: 0, lines: 0 };
/** What these tell of is the row that would come next. */
const OF_THE_NEXT_ROW: readonly ErrorCode[] = ['CSV_ROW_TOO_LONG', 'CSV_GARBAGE'];

/** Records in a slot of shared memory, or where they lie in a file that a worker reads; after `forward`, with their verdicts. */
export class Batch extends SlotHolder {
  /** Where its records lie among those of all inputs: given by `accept`. */
  place: RecordsPlace | undefined;
  readonly reading: Reading;
  /** How a pixel of these records becomes a brightness. */
  readonly normalization: Normalization;
  readonly #slots: Slots;
  readonly #content: PixelContent | TextContent;
  #scored = NOTHING;
  #fault: DigitflowError | undefined;

  /** Takes a slot for records, which are still to be appended; throws USAGE for text where the slots are for pixels. */
  constructor(slots: Slots, records: Normalized<Records>) {
    // Before a slot is taken, which nothing would give back.
    if ('text' in records) dialectFor(slots, records.reading);
    super(slots);
    this.#slots = slots;
    this.reading = records.reading;
    this.normalization = records.normalization;
    this.#content =
      'text' in records
        ? new TextContent(slots, this.held(), records)
        : new PixelContent(slots, this.held(), records);
  }

  /** What is in it, for an error: `records 0 to 99`. */
  override get title(): string {
    return this.#content.title;
  }

  get isFull(): boolean {
    return this.#content.isFull;
  }

  /** Whether records may go into the same batch: only those of the same reading. */
  isContinuedBy(records: Records): boolean {
    if (records.reading !== this.reading) return false;
    const content = this.#content;
    return 'text' in records
      ? content instanceof TextContent && content.isContinuedBy(records)
      : content instanceof PixelContent && content.isContinuedBy(records);
  }

  /**
   * Takes as many records as fit, and copies them, unless they lie there already. Returns the rest, undefined where there is
   * none.
   *
   * @throws DigitflowError INPUT_SIZE when they are of another size, POOL_BUSY when they do not fit into any slot
   */
  append(records: Normalized<Records>): Normalized<Records> | undefined {
    this.held();
    const content = this.#content as { append(records: Records): Records | undefined };
    const rest = content.append(records);
    return rest && { ...rest, normalization: records.normalization };
  }

  /** Where the next images go: what is left of the slot. */
  get room(): Uint8Array {
    this.held();
    if (this.#content instanceof PixelContent) return this.#content.room;
    throw new TypeError('expected a batch of images, found one of text');
  }

  /** What a worker has to know of it. */
  get task(): ScoreTask {
    this.held();
    return this.#content.task;
  }

  /**
   * Takes what a worker answered. What could not be read is no error yet: the records before it come first.
   *
   * @throws DigitflowError POOL_STOPPED
   */
  take(answer: Answer): void {
    if (answer === STOPPED) throw new DigitflowError('POOL_STOPPED', 'scoring was stopped');
    if ('readError' in answer) this.#fault = this.#content.unreadable(answer.readError);
    else {
      this.#scored = answer;
      this.#fault = this.#content.answered(answer);
    }
  }

  /** What its worker said. */
  get scored(): Scored {
    return this.#scored;
  }

  /** How many images it holds; of text, how many rows were scored. */
  get count(): number {
    return this.#content.count(this.#scored);
  }

  /**
   * Index of the first record in its input, from 0.
   *
   * @throws DigitflowError USAGE for text that has not passed `accept`: a piece that is cut at a line end does not know it
   */
  get first(): number {
    const content = this.#content;
    const isNumbered = this.place === undefined && content instanceof PixelContent;
    return isNumbered ? content.first : this.#accepted.firstRow;
  }

  get #accepted(): RecordsPlace {
    if (this.place !== undefined) return this.place;
    throw new DigitflowError('USAGE', 'accept() numbers rows of text: put inOrder() and accept() first');
  }

  /** How many bytes of its input it stands for. */
  get byteCount(): number {
    return this.#content.byteCount(this.reading.storedBytes);
  }

  /** Where it ends: bytes of its input's unpacked content. */
  get endBytes(): number {
    const { dataStart, storedBytes } = this.reading;
    if (this.#content instanceof TextContent) return this.#content.endBytes(this.#scored);
    return dataStart + (this.#content.first + this.count) * storedBytes;
  }

  /** The stretch of a file that was read for it, where it is text. */
  get stretch(): TextContent['stretch'] {
    return this.#content instanceof TextContent ? this.#content.stretch : undefined;
  }

  /** What is wrong with what follows its records; with its line, where that is known. */
  get fault(): DigitflowError | undefined {
    const fault = this.#fault ?? this.#content.fault;
    if (fault === undefined || this.place === undefined || this.reading.dialect === null) return fault;
    const { name, endLine } = this.place;
    if (!fault.message.startsWith(`${name}: `)) return fault;
    const where = OF_THE_NEXT_ROW.includes(fault.code) ? `line ${endLine + 1}` : `after line ${endLine}`;
    const message = `${name}: ${where}: ${fault.message.slice(name.length + 2)}`;
    return new DigitflowError(fault.code, message, { cause: fault.cause });
  }

  /**
   * Raises what is wrong with the first bad row, or with what follows the records, where every record counts.
   *
   * @param wanted how many of its records are wanted; what is wrong after them does not matter
   * @throws DigitflowError CSV_ROW, LABEL_OUT_OF_RANGE, and what the source raised; USAGE as `first` does
   */
  check(wanted = Number.POSITIVE_INFINITY): void {
    this.held();
    const content = this.#content;
    if (content instanceof TextContent) content.checkRows(this.#scored, wanted, this.#accepted.firstLine);
    if (this.count + this.#scored.rejects < wanted && this.fault !== undefined) throw this.fault;
  }

  /** Records that were not scored, in the order of the input. */
  get rejects(): readonly RejectedRow[] {
    this.held();
    const content = this.#content;
    if (content instanceof PixelContent) return [];
    return Array.from({ length: this.#scored.rejects }, (_, index) => content.reject(index));
  }

  /**
   * `(count, recordBytes)` u8, row-major: pixels as stored.
   *
   * @throws DigitflowError USAGE where a worker reads them: they are not kept; `pixelsOf` gives those of one record
   */
  get pixels(): Uint8Array {
    this.held();
    if (this.#content instanceof PixelContent) return this.#content.pixels;
    throw new DigitflowError('USAGE', 'pixels of text are not kept: ask pixelsOf for one record');
  }

  /**
   * `(recordBytes)` u8: the pixels, as stored, of the record at a place from 0. A view, or read from the input again.
   *
   * @throws DigitflowError INPUT_READ, IDX_TRUNCATED when the file cannot be read any more
   */
  pixelsOf(place: number): Uint8Array {
    this.held();
    return this.#content.pixelsOf(place);
  }

  /** How many classes the network has. */
  get classCount(): number {
    return this.#slots.classCount;
  }

  /** Whether the network's outputs lie in 0..1. */
  get outputsAreProbabilities(): boolean {
    return this.#slots.outputsAreProbabilities;
  }

  /** `(count)` u8 class indices; null where the input has none. */
  get labels(): Uint8Array | null {
    return this.#content.hasLabels ? this.held().labels.subarray(0, this.count) : null;
  }

  /** `(count)` u8 class indices. */
  get predictions(): Uint8Array {
    return this.held().predictions.subarray(0, this.count);
  }

  /** `(count)` f32: the winner's activation. */
  get confidences(): Float32Array {
    return this.held().confidences.subarray(0, this.count);
  }

  /** `(count)` f32; without meaning where there are no labels. */
  get losses(): Float32Array {
    return this.held().losses.subarray(0, this.count);
  }

  /** `(count, classes)` f32, row-major; empty unless the scorer keeps outputs. */
  get outputs(): Float32Array {
    const { outputs } = this.held();
    return outputs.subarray(0, outputs.length === 0 ? 0 : this.count * this.classCount);
  }

  /** What the worker has counted of the records against their labels; undefined where it cannot. */
  get counts(): SlotCounts | undefined {
    return this.#content.hasLabels && SlotCounts.canHold(this.count) ? this.held().counts : undefined;
  }

  /** `(count)` u32: where each id ends in `ids`; empty where the input has none. */
  get idEnds(): Uint32Array {
    const hasIds = (this.reading.dialect?.idColumn ?? null) !== null;
    return this.held().idEnds.subarray(0, hasIds ? this.count : 0);
  }

  /** u8: the ids, one after the other, unquoted. */
  get ids(): Uint8Array {
    const { idEnds } = this;
    return this.held().ids.subarray(0, idEnds.length === 0 ? 0 : idEnds[idEnds.length - 1]);
  }

  protected override released(): void {
    this.#content.released();
  }
}
