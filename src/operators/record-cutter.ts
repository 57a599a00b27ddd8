import { DigitflowError } from '../errors.js';
import { LabelReader } from '../formats/labels.js';
import type { Chunk, RecordFormat, Records } from './events.js';

/** Cuts a sequence of chunks into records: the state of one subscription to `decode`. */
export class RecordCutter {
  readonly #format: RecordFormat;
  readonly #recordBytes: number;
  readonly #labels: LabelReader | null;
  /** The beginning of a record that straddles chunks; `(recordBytes)` once there was one. */
  #carry = new Uint8Array(0);
  #carriedBytes = 0;
  /** How many records ended so far. */
  #count = 0;

  constructor(format: RecordFormat, classCount: number) {
    this.#format = format;
    this.#recordBytes = format.height * format.width;
    this.#labels = format.label && new LabelReader(format.label, classCount, format.labelsName ?? 'labels');
  }

  /**
   * The records that end in a chunk: the one that began before it, if any, then all others together.
   *
   * To be consumed before the next chunk. A bad label fails the chunk before any of its records is given.
   *
   * @throws DigitflowError `LABEL_OUT_OF_RANGE`, `IDX_TRUNCATED`, `IDX_TRAILING_BYTES`.
   */
  *cut({ images, labels: stored, extent }: Chunk): Generator<Records, void> {
    const recordBytes = this.#recordBytes;
    const availableBytes = this.#carriedBytes + images.length;
    const count = Math.floor(availableBytes / recordBytes);
    const first = this.#count;
    this.#checkAnnounced(availableBytes);
    const labels = this.#labels?.read(stored, first, count) ?? null;

    let begin = 0;
    if (this.#carriedBytes > 0) {
      begin = Math.min(images.length, recordBytes - this.#carriedBytes);
      this.#keep(images.subarray(0, begin));
      if (count === 0) return;
      this.#carriedBytes = 0;
      this.#count = first + 1;
      yield { first, count: 1, pixels: this.#carry, labels: labels?.subarray(0, 1) ?? null };
    }
    const given = this.#count - first;
    const end = begin + (count - given) * recordBytes;
    if (count > given) {
      this.#count = first + count;
      yield {
        first: first + given,
        count: count - given,
        pixels: images.subarray(begin, end),
        labels: labels?.subarray(given) ?? null,
        extent,
      };
    }
    // Only now: the record that was carried here is read from the same buffer until its `next` has returned.
    this.#keep(images.subarray(end));
  }

  /**
   * To be called when the chunks have ended.
   *
   * @throws DigitflowError `IDX_TRUNCATED` when records are missing.
   */
  checkComplete(): void {
    const { count, imagesName } = this.#format;
    if (this.#count === count) return;
    const found = this.#count * this.#recordBytes + this.#carriedBytes;
    throw new DigitflowError(
      'IDX_TRUNCATED',
      `${imagesName}: cut off in record ${this.#count}: expected ${count} records, ` +
        `${count * this.#recordBytes} bytes, found ${found} bytes; get the file again`,
    );
  }

  #checkAnnounced(availableBytes: number): void {
    const { count, imagesName } = this.#format;
    if (availableBytes <= (count - this.#count) * this.#recordBytes) return;
    throw new DigitflowError(
      'IDX_TRAILING_BYTES',
      `${imagesName}: bytes follow the data: expected ${count} records, ${count * this.#recordBytes} bytes, ` +
        `found more; the file is damaged, or its header is of another file`,
    );
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#carry.length === 0) this.#carry = new Uint8Array(this.#recordBytes);
    this.#carry.set(bytes, this.#carriedBytes);
    this.#carriedBytes += bytes.length;
  }
}
