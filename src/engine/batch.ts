import { DigitflowError } from '../errors.js';
import type { Normalization } from '../network/normalization.js';
import type { Fillable } from './batch-maker.js';
import { copyToShared } from './copy-to-shared.js';
import { extentError, type FileExtent, readFully } from './file-extent.js';
import { Held } from './held.js';
import { ANSWER, type Answer, type AnswerToText, type ScoreTask } from './messages.js';
import { SlotCounts } from './slot-counts.js';
import type { Slot, Slots } from './slots.js';

/** Records that are to be scored: what comes out of `normalize`. */
export interface PixelRecords {
  /** Which input they are of, from 0, where there are several. Default 0. */
  readonly input?: number | undefined;
  /** Index of the first record in its source, from 0. */
  readonly first: number;
  readonly count: number;
  /** `(count, recordBytes)` u8, row-major. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null when the source has no labels. */
  readonly labels: Uint8Array | null;
  /** Set where the pixels were not read yet: who scores the records reads them to where `pixels` lies. */
  readonly extent?: FileExtent | undefined;
  readonly normalization: Normalization;
}

/** What the main thread sees of a batch's records, in a slot of shared memory; behind `forward`, with their verdicts. */
export class Batch extends Held<Slot> implements Fillable<PixelRecords> {
  /** Which input its records are of, from 0. */
  readonly input: number;
  /** Index of the first record in its source, from 0. */
  readonly first: number;
  /** How a pixel of these records becomes a brightness. */
  readonly normalization: Normalization;
  /** Whether the records came with labels. */
  readonly hasLabels: boolean;
  readonly #slots: Slots;
  #extent: FileExtent | undefined;
  #count = 0;

  /** Takes a slot for records, which are still to be appended. */
  constructor(
    slots: Slots,
    {
      input = 0,
      first,
      labels,
      normalization,
    }: Pick<PixelRecords, 'input' | 'first' | 'labels' | 'normalization'>,
  ) {
    super(slots);
    this.#slots = slots;
    this.input = input;
    this.first = first;
    this.hasLabels = labels !== null;
    this.normalization = normalization;
  }

  get title(): string {
    return `records ${this.first} to ${this.first + this.#count - 1}`;
  }

  /** How many records it holds. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.#slots.recordsPerSlot;
  }

  get task(): ScoreTask {
    const { slotIndex: slot, count, hasLabels, extent } = this;
    return { slot, count, hasLabels, extent };
  }

  /** The stretch of a file that whoever scores the batch is to read into its pixels first; undefined when they are there. */
  get extent(): FileExtent | undefined {
    return this.#extent;
  }

  /** Bytes of one record. */
  get recordBytes(): number {
    return this.#slots.recordBytes;
  }

  /**
   * `(count, recordBytes)` u8, row-major: pixels as stored.
   *
   * @throws DigitflowError USAGE where a worker reads them: they are not kept; `pixelsOf` gives those of one record
   */
  get pixels(): Uint8Array {
    if (this.#extent === undefined) return this.held().pixels.subarray(0, this.#count * this.recordBytes);
    throw new DigitflowError('USAGE', 'pixels that a worker reads are not kept: ask pixelsOf for one record');
  }

  /**
   * `(recordBytes)` u8: the pixels of the record at a place, from 0. A view of the slot, or read from the file again.
   *
   * @throws DigitflowError INPUT_READ, IDX_TRUNCATED when the file cannot be read any more
   */
  pixelsOf(place: number): Uint8Array {
    const start = place * this.recordBytes;
    if (this.#extent === undefined) return this.pixels.subarray(start, start + this.recordBytes);
    const pixels = new Uint8Array(this.recordBytes);
    const { fd, position } = this.#extent;
    const readError = readFully(fd, pixels, position + start);
    if (readError !== null) throw extentError(readError, this.#extent, `record ${this.first + place}`);
    return pixels;
  }

  get classCount(): number {
    return this.#slots.classCount;
  }

  /** Whether the network's outputs lie in 0..1. */
  get outputsAreProbabilities(): boolean {
    return this.#slots.outputsAreProbabilities;
  }

  /** `(count)` u8 class indices; null where the records came without labels. */
  get labels(): Uint8Array | null {
    return this.hasLabels ? this.held().labels.subarray(0, this.#count) : null;
  }

  /** `(count)` u8 class indices. */
  get predictions(): Uint8Array {
    return this.held().predictions.subarray(0, this.#count);
  }

  /** `(count)` f32: the winner's activation. */
  get confidences(): Float32Array {
    return this.held().confidences.subarray(0, this.#count);
  }

  /** `(count)` f32; without meaning unless `hasLabels`. */
  get losses(): Float32Array {
    return this.held().losses.subarray(0, this.#count);
  }

  /** `(count, classes)` f32, row-major; empty unless the pool keeps outputs. */
  get outputs(): Float32Array {
    const { outputs, predictions } = this.held();
    return outputs.subarray(0, (outputs.length / predictions.length) * this.#count);
  }

  /** What the worker has counted of the records against their labels; undefined where it cannot. */
  get counts(): SlotCounts | undefined {
    return this.hasLabels && SlotCounts.canHold(this.#count) ? this.held().counts : undefined;
  }

  /** Where the next records go: what is left of the slot. */
  get room(): Uint8Array {
    return this.held().pixels.subarray(this.#count * this.recordBytes);
  }

  /** Only records of the same input, and what a worker is to read is one stretch of one file. */
  isContinuedBy({ input = 0, extent }: PixelRecords): boolean {
    if (input !== this.input) return false;
    if (this.#extent === undefined) return extent === undefined;
    const end = this.#extent.position + this.#count * this.recordBytes;
    return extent?.fd === this.#extent.fd && extent.position === end;
  }

  /**
   * Copies records behind those it has, unless they lie there already.
   *
   * @throws DigitflowError INPUT_SIZE when they are of another size, POOL_BUSY when a worker is to read them elsewhere
   */
  append(records: PixelRecords): PixelRecords | undefined {
    const { count, recordBytes } = this;
    if (records.pixels.length !== records.count * recordBytes) throw wrongSize(records, recordBytes);
    const taken = Math.min(this.#slots.recordsPerSlot - count, records.count);
    this.#copy(records.pixels.subarray(0, taken * recordBytes), records.extent);
    if (records.labels !== null) this.held().labels.set(records.labels.subarray(0, taken), count);
    this.#count += taken;
    return taken === records.count ? undefined : withoutFirst(records, taken, recordBytes);
  }

  accept(answer: Answer | AnswerToText): void {
    if (answer === ANSWER.scored) return;
    if (answer === ANSWER.stopped) throw new DigitflowError('POOL_STOPPED', 'scoring was stopped');
    if (typeof answer === 'object' && 'readError' in answer)
      throw extentError(answer.readError, this.extent, this.title);
  }

  #copy(pixels: Uint8Array, extent: FileExtent | undefined): void {
    const { room } = this;
    const isInPlace = pixels.buffer === room.buffer && pixels.byteOffset === room.byteOffset;
    if (extent !== undefined && !isInPlace) {
      throw new DigitflowError(
        'POOL_BUSY',
        'records that a worker is to read must be sent to the slots they were meant for',
      );
    }
    if (!isInPlace) copyToShared(pixels, room);
    this.#extent ??= extent;
  }
}

function withoutFirst(records: PixelRecords, taken: number, recordBytes: number): PixelRecords {
  return {
    ...records,
    first: records.first + taken,
    count: records.count - taken,
    pixels: records.pixels.subarray(taken * recordBytes),
    labels: records.labels?.subarray(taken) ?? null,
  };
}

function wrongSize({ count, pixels }: PixelRecords, recordBytes: number): DigitflowError {
  const found = `${pixels.length / count}`;
  return new DigitflowError(
    'INPUT_SIZE',
    `images: expected ${recordBytes} pixels each, as many as the network has inputs, found ${found}`,
  );
}
