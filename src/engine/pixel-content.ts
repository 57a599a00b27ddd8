import { DigitflowError } from '../errors.js';
import { NOTHING_SCORED, type PixelTask, type ReadFailure, type Scored } from './messages.js';
import type {
  FileExtent,
  HeldExtent,
  HeldFile,
  PictureRecord,
  PixelRecords,
  Reading,
  Records,
  RejectedRow,
} from './records.js';
import { copyToShared, readFailure, readFully } from './shared-bytes.js';
import type { Slot, Slots } from './slots.js';

/** A batch of nothing but broken pictures has an end. */
const MOST_REJECTS = 1024;

/** Images in a slot, or where they lie in a file that a worker reads. */
export class PixelContent {
  readonly slot: Slot;
  readonly first: number;
  readonly hasLabels: boolean;
  count = 0;
  scored = NOTHING_SCORED;
  fault: DigitflowError | undefined;
  /** Where its records are pictures: these, in order. */
  readonly pictures: PictureRecord[] = [];
  readonly rejects: RejectedRow[] = [];
  readonly #reading: Reading;
  readonly #slots: Slots;
  #extent: HeldExtent | undefined;

  constructor(slots: Slots, { reading, first, labels }: PixelRecords) {
    this.#slots = slots;
    this.slot = slots.take();
    this.#reading = reading;
    this.first = first;
    this.hasLabels = labels !== null;
  }

  get title(): string {
    return `records ${this.first} to ${this.first + this.count - 1}`;
  }

  get isFull(): boolean {
    const { count, rejects } = this;
    return (
      this.fault !== undefined || count === this.#slots.recordsPerSlot || rejects.length === MOST_REJECTS
    );
  }

  get task(): PixelTask {
    const { count, hasLabels } = this;
    const extent = this.#extent && withoutFile(this.#extent);
    return { slot: this.slot.index, count, hasLabels, extent };
  }

  get byteCount(): number {
    return this.count * this.#reading.storedBytes;
  }

  get endBytes(): number {
    return this.#reading.dataStart + (this.first + this.count) * this.#reading.storedBytes;
  }

  /** The file that is held for the worker. */
  get file(): HeldFile | undefined {
    return this.#extent?.file;
  }

  /** Where the next records go: what is left of the slot. */
  get room(): Uint8Array {
    return this.slot.pixels.subarray(this.count * this.#slots.recordBytes);
  }

  /** What a worker is to read is one stretch of one file. */
  isContinuedBy(records: Records): boolean {
    if ('text' in records) return false;
    const { extent, fault } = records;
    if (fault !== undefined) return true;
    if (this.#extent === undefined) return extent === undefined;
    const end = this.#extent.position + this.count * this.#slots.recordBytes;
    return extent?.fd === this.#extent.fd && extent.position === end;
  }

  /** @throws DigitflowError INPUT_SIZE when they are of another size, POOL_BUSY when a worker is to read them elsewhere */
  append<R extends PixelRecords>(records: R): R | undefined {
    const { recordBytes, recordsPerSlot } = this.#slots;
    const { count, pixels, labels, extent } = records;
    if (records.fault !== undefined) {
      this.fault = records.fault;
      return undefined;
    }
    if (records.picture !== undefined) this.#note(records.picture);
    if (pixels.length !== count * recordBytes) throw wrongSize(records, recordBytes);
    const taken = Math.min(recordsPerSlot - this.count, count);
    this.#copy(pixels.subarray(0, taken * recordBytes), extent);
    if (labels !== null) this.slot.labels.set(labels.subarray(0, taken), this.count);
    this.count += taken;
    return taken === count ? undefined : sliceRecords(records, taken, count);
  }

  #note(picture: PictureRecord): void {
    const { error, title } = picture;
    if (error === undefined) {
      this.pictures.push(picture);
      return;
    }
    const row = this.count + this.rejects.length;
    const reason = () => withoutTitle(error.message, title);
    this.rejects.push({ row, line: 0, position: 0, reason, text: () => new Uint8Array(0), picture });
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

  /** Where a worker could not read the file none of the records counts. */
  take(answer: Scored | ReadFailure): void {
    if ('readError' in answer) {
      this.fault = this.#unreadable(answer.readError, this.title);
      this.count = 0;
    } else this.scored = { ...answer, rejects: this.rejects.length };
  }

  /** Raises what is wrong with the first picture that could not be read, where it is one of the wanted ones. */
  checkPictures(wanted: number): void {
    const [first] = this.rejects;
    if (first !== undefined && first.row < wanted) throw first.picture?.error;
  }

  /** `(count)` u32: where the id of each picture ends in `ids`. */
  get idEnds(): Uint32Array {
    let end = 0;
    return Uint32Array.from(this.pictures, ({ id }) => {
      end += id.length;
      return end;
    });
  }

  get ids(): Uint8Array {
    return Buffer.concat(this.pictures.map(({ id }) => id));
  }

  get pixels(): Uint8Array {
    if (this.#extent === undefined) return this.slot.pixels.subarray(0, this.count * this.#slots.recordBytes);
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

  #unreadable(readError: string, records: string): DigitflowError {
    const { name, truncated } = this.#extent ?? { name: this.#reading.name, truncated: 'INPUT_READ' };
    return readFailure(`${name}: ${records}`, readError, truncated);
  }
}

function withoutTitle(message: string, title: string): string {
  return message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message;
}

/** What crosses to a worker: nothing that only the main thread can use. */
function withoutFile({ fd, position, name }: HeldExtent): FileExtent {
  return { fd, position, name };
}

/** Those from place `start` to before `end`, counted from the first of them. */
export function sliceRecords<R extends PixelRecords>(records: R, start: number, end: number): R {
  const { first, count, pixels, labels } = records;
  const recordBytes = pixels.length / count;
  return {
    ...records,
    first: first + start,
    count: end - start,
    pixels: pixels.subarray(start * recordBytes, end * recordBytes),
    labels: labels?.subarray(start, end) ?? null,
  };
}

function wrongSize({ count, pixels }: PixelRecords, recordBytes: number): DigitflowError {
  return new DigitflowError(
    'INPUT_SIZE',
    `images: expected ${recordBytes} pixels each, as many as the network has inputs, found ${pixels.length / count}`,
  );
}
