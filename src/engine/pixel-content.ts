import { DigitflowError } from '../errors.js';
import type { PixelTask } from './messages.js';
import type { FileExtent, HeldExtent, PixelRecords } from './records.js';
import { copyToShared, readFully } from './shared-bytes.js';
import type { Slot, Slots } from './slots.js';

/** Images in a slot, or where they lie in a file that a worker reads. */
export class PixelContent {
  readonly first: number;
  readonly #hasLabels: boolean;
  readonly #slots: Slots;
  readonly #slot: Slot;
  #extent: HeldExtent | undefined;
  #count = 0;
  #fault: DigitflowError | undefined;

  constructor(slots: Slots, slot: Slot, { first, labels }: PixelRecords) {
    this.#slots = slots;
    this.#slot = slot;
    this.first = first;
    this.#hasLabels = labels !== null;
  }

  get title(): string {
    return `records ${this.first} to ${this.first + this.#count - 1}`;
  }

  get isFull(): boolean {
    return this.#fault !== undefined || this.#count === this.#slots.recordsPerSlot;
  }

  get task(): PixelTask {
    return {
      slot: this.#slot.index,
      count: this.#count,
      hasLabels: this.#hasLabels,
      extent: this.#extent && withoutFile(this.#extent),
    };
  }

  get hasLabels(): boolean {
    return this.#hasLabels;
  }

  get fault(): DigitflowError | undefined {
    return this.#fault;
  }

  /** Where the next records go: what is left of the slot. */
  get room(): Uint8Array {
    return this.#slot.pixels.subarray(this.#count * this.#slots.recordBytes);
  }

  /** What a worker is to read is one stretch of one file. */
  isContinuedBy({ extent, fault }: PixelRecords): boolean {
    if (fault !== undefined) return true;
    if (this.#extent === undefined) return extent === undefined;
    const end = this.#extent.position + this.#count * this.#slots.recordBytes;
    return extent?.fd === this.#extent.fd && extent.position === end;
  }

  /** @throws DigitflowError INPUT_SIZE when they are of another size, POOL_BUSY when a worker is to read them elsewhere */
  append(records: PixelRecords): PixelRecords | undefined {
    const { recordBytes, recordsPerSlot } = this.#slots;
    const { count, pixels, labels, extent } = records;
    if (records.fault !== undefined) {
      this.#fault = records.fault;
      return undefined;
    }
    if (pixels.length !== count * recordBytes) throw wrongSize(records, recordBytes);
    const taken = Math.min(recordsPerSlot - this.#count, count);
    this.#copy(pixels.subarray(0, taken * recordBytes), extent);
    if (labels !== null) this.#slot.labels.set(labels.subarray(0, taken), this.#count);
    this.#count += taken;
    return taken === count ? undefined : withoutFirst(records, taken, recordBytes);
  }

  answered(): undefined {
    return undefined;
  }

  /** What to raise where a worker could not read the file: then none of the records counts. */
  unreadable(readError: string): DigitflowError {
    const error = this.#unreadable(readError, this.title);
    this.#count = 0;
    return error;
  }

  count(): number {
    return this.#count;
  }

  byteCount(storedBytes: number): number {
    return this.#count * storedBytes;
  }

  /** @throws DigitflowError USAGE where a worker reads them: they are not kept; `pixelsOf` gives those of one record */
  get pixels(): Uint8Array {
    if (this.#extent === undefined)
      return this.#slot.pixels.subarray(0, this.#count * this.#slots.recordBytes);
    throw new DigitflowError('USAGE', 'pixels that a worker reads are not kept: ask pixelsOf for one record');
  }

  pixelsOf(place: number): Uint8Array {
    const { recordBytes } = this.#slots;
    const start = place * recordBytes;
    if (this.#extent === undefined) return this.pixels.subarray(start, start + recordBytes);
    const pixels = new Uint8Array(recordBytes);
    const readError = readFully(this.#extent.fd, pixels, this.#extent.position + start);
    if (readError !== null) throw this.#unreadable(readError, `record ${this.first + place}`);
    return pixels;
  }

  released(): void {
    this.#extent?.file.release();
  }

  /** Copies pixels, unless they lie there already. */
  #copy(pixels: Uint8Array, extent: HeldExtent | undefined): void {
    const { room } = this;
    const isInPlace = pixels.buffer === room.buffer && pixels.byteOffset === room.byteOffset;
    if (extent !== undefined && !isInPlace) {
      const message = 'records that a worker is to read must be sent to the slots they were meant for';
      throw new DigitflowError('POOL_BUSY', message);
    }
    if (!isInPlace) copyToShared(pixels, room);
    if (this.#extent !== undefined) return;
    this.#extent = extent;
    extent?.file.retain();
  }

  #unreadable(readError: string, records: string): DigitflowError {
    const where = `${this.#extent?.name}: ${records}`;
    return readError === 'EOF'
      ? new DigitflowError(
          'IDX_TRUNCATED',
          `${where}: the file became shorter while it was read; get it again`,
        )
      : new DigitflowError('INPUT_READ', `${where}: could not be read (${readError}); check the disk`);
  }
}

/** What crosses to a worker: nothing that only the main thread can use. */
function withoutFile({ fd, position, name }: HeldExtent): FileExtent {
  return { fd, position, name };
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
