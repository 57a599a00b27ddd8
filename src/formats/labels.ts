import { DigitflowError } from '../errors.js';
import type { LabelFormat } from './events.js';

/** Reads labels of any width as class indices, and checks every one. */
export class LabelReader {
  readonly #format: LabelFormat;
  readonly #classCount: number;
  readonly #name: string;
  #classes = new Uint8Array(0);

  /**
   * @param classCount Labels must be below it; at most 256.
   * @param name What to call the labels in an error.
   */
  constructor(format: LabelFormat, classCount: number, name: string) {
    this.#format = format;
    this.#classCount = classCount;
    this.#name = name;
  }

  /**
   * The labels of `count` records, the first of which has the index `first`: `(count)` u8, valid until the next call.
   *
   * @param stored The labels as stored, big-endian, `count * strideBytes` bytes.
   * @throws DigitflowError `LABEL_OUT_OF_RANGE`; `IDX_TRUNCATED` when `stored` is not as long as it must be.
   */
  read(stored: Uint8Array | undefined, first: number, count: number): Uint8Array {
    const expected = count * this.#format.strideBytes;
    const found = stored?.length ?? 0;
    if (found !== expected) {
      throw new DigitflowError(
        'IDX_TRUNCATED',
        `${this.#name}: expected ${expected} bytes of labels from record ${first} on, found ${found}; ` +
          'give each chunk the labels of the records that end in it',
      );
    }
    if (this.#classes.length < count) this.#classes = new Uint8Array(count);
    if (stored !== undefined) this.#convert(stored, first, count);
    return this.#classes.subarray(0, count);
  }

  #convert(stored: Uint8Array, first: number, count: number): void {
    const { strideBytes } = this.#format;
    const classCount = this.#classCount;
    const labelAt = this.#labelReader(stored);
    const classes = this.#classes;
    for (let index = 0; index < count; index++) {
      const label = labelAt(index * strideBytes);
      if (label < 0 || label >= classCount) throw this.#outOfRange(label, first + index);
      classes[index] = label;
    }
  }

  #labelReader(stored: Uint8Array): (byteOffset: number) => number {
    const { bytes, signed } = this.#format;
    if (bytes === 1 && !signed) return (byteOffset) => stored[byteOffset];
    const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
    if (bytes === 1) return (byteOffset) => view.getInt8(byteOffset);
    if (bytes === 2) return signed ? (at) => view.getInt16(at) : (at) => view.getUint16(at);
    return signed ? (at) => view.getInt32(at) : (at) => view.getUint32(at);
  }

  #outOfRange(label: number, record: number): DigitflowError {
    return new DigitflowError(
      'LABEL_OUT_OF_RANGE',
      `${this.#name}: record ${record}: expected a label from 0 to ${this.#classCount - 1} ` +
        `(the network has ${this.#classCount} classes), found ${label}; give labels that fit the network`,
    );
  }
}
