import { DigitflowError } from '../errors.js';
import type { Normalization } from '../network/normalization.js';
import type { FileExtent } from './file-extent.js';
import { extentError, readFully } from './file-extent.js';
import type { Slot, Slots } from './slots.js';

/**
 * Records in a slot of shared memory; behind `forward`, with their verdicts.
 *
 * Holders are counted. The operator that hands a batch on holds it while `next` runs, and the slot is given back when
 * the last holder lets go. So whoever looks at a batch inside `next` need not do anything, a batch that is filtered
 * out leaks nothing, and whoever wants it for longer calls `retain`, and `release` when done.
 */
export class Batch {
  /** Index of the first record in its source, from 0. */
  readonly first: number;
  /** How a pixel of these records becomes a brightness. */
  readonly normalization: Normalization;
  /** Whether the records came with labels. */
  readonly hasLabels: boolean;
  readonly #slots: Slots;
  readonly #slot: Slot;
  #extent: FileExtent | undefined;
  #count = 0;
  #holders = 1;

  constructor(slots: Slots, first: number, hasLabels: boolean, normalization: Normalization) {
    this.#slots = slots;
    this.#slot = slots.take();
    this.first = first;
    this.hasLabels = hasLabels;
    this.normalization = normalization;
  }

  /** How many records it holds. */
  get count(): number {
    return this.#count;
  }

  /** The stretch of a file that whoever scores the batch is to read into its pixels first; undefined when they are there. */
  get extent(): FileExtent | undefined {
    return this.#extent;
  }

  /** Which slot it lies in, as workers know it. */
  get slotIndex(): number {
    return this.#held().index;
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
    if (this.#extent === undefined) return this.#held().pixels.subarray(0, this.#count * this.recordBytes);
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

  /** `(count)` u8 class indices; without meaning unless `hasLabels`. */
  get labels(): Uint8Array {
    return this.#held().labels.subarray(0, this.#count);
  }

  /** `(count)` u8 class indices. */
  get predictions(): Uint8Array {
    return this.#held().predictions.subarray(0, this.#count);
  }

  /** `(count)` f32: the winner's activation. */
  get confidences(): Float32Array {
    return this.#held().confidences.subarray(0, this.#count);
  }

  /** `(count)` f32; without meaning unless `hasLabels`. */
  get losses(): Float32Array {
    return this.#held().losses.subarray(0, this.#count);
  }

  /** `(count, classes)` f32, row-major; empty unless the pool keeps outputs. */
  get outputs(): Float32Array {
    const { outputs, predictions } = this.#held();
    return outputs.subarray(0, (outputs.length / predictions.length) * this.#count);
  }

  /** Whether records that lie there go on where these end: what a worker is to read is one stretch of one file. */
  isContinuedBy(extent: FileExtent | undefined): boolean {
    if (this.#extent === undefined) return extent === undefined;
    const end = this.#extent.position + this.#count * this.recordBytes;
    return extent?.fd === this.#extent.fd && extent.position === end;
  }

  /** Where the next records go: what is left of the slot. */
  get room(): Uint8Array {
    return this.#held().pixels.subarray(this.#count * this.recordBytes);
  }

  /** Copies records behind those it has, unless they lie there already. The caller knows that there is room. */
  append(pixels: Uint8Array, labels: Uint8Array | null, extent?: FileExtent): void {
    const slot = this.#held();
    const { room } = this;
    const isInPlace = pixels.buffer === room.buffer && pixels.byteOffset === room.byteOffset;
    if (extent !== undefined && !isInPlace) {
      throw new DigitflowError(
        'POOL_BUSY',
        'records that a worker is to read must be sent to the slots they were meant for',
      );
    }
    if (!isInPlace) room.set(pixels);
    this.#extent ??= extent;
    if (labels !== null) slot.labels.set(labels, this.#count);
    this.#count += pixels.length / this.recordBytes;
  }

  /** Keeps the batch beyond this `next` call; to be answered by one `release`. */
  retain(): void {
    this.#held();
    this.#holders++;
  }

  /** Lets go of the batch; the last one to do so gives the slot back. */
  release(): void {
    const slot = this.#held();
    if (--this.#holders === 0) this.#slots.give(slot);
  }

  #held(): Slot {
    if (this.#holders > 0) return this.#slot;
    throw new DigitflowError(
      'BATCH_RELEASED',
      `the batch of records ${this.first} to ${this.first + this.#count - 1} was used after its release: call retain() to keep one`,
    );
  }
}
