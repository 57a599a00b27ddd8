import { DigitflowError } from '../errors.js';
import { type ElementFormat, elementBytes, numberReader } from './stored-arrays.js';

/** How a binary format stores the label of one record. */
export interface LabelFormat extends ElementFormat {
  /** The length of a record's label: a row of elements of the type. */
  readonly strideBytes: number;
  /** `index`: the class in the first element (QMNIST has seven others); `one-hot`: 1 in its column, else 0. */
  readonly meaning: 'index' | 'one-hot';
}

/** How many labels there are, and how each is stored. */
export interface LabelLayout {
  readonly count: number;
  readonly format: LabelFormat;
}

/** The format of labels in rows of `columns` elements. */
export function labelFormat(
  { type, littleEndian }: ElementFormat,
  columns: number,
  meaning: LabelFormat['meaning'],
): LabelFormat {
  return { type, littleEndian, strideBytes: elementBytes(type) * columns, meaning };
}

/** Reads stored labels as class indices, and checks each of them. */
export class LabelReader {
  readonly #format: LabelFormat;
  readonly #classCount: number;
  readonly #name: string;
  readonly #numberAt: (view: DataView, byteOffset: number) => number;
  #classes = new Uint8Array(0);

  /** Labels must be below `classCount`, at most 256; one-hot labels of other columns throw LABEL_SHAPE. */
  constructor(format: LabelFormat, classCount: number, name: string) {
    const columns = format.strideBytes / elementBytes(format.type);
    if (format.meaning === 'one-hot' && columns !== classCount) {
      const oneHot = `a one-hot row of ${classCount} columns (the network has ${classCount} classes)`;
      const found = `found rows of ${columns} columns; give labels that fit the network`;
      throw new DigitflowError('LABEL_SHAPE', `${name}: expected one label a record, or ${oneHot}, ${found}`);
    }
    this.#format = format;
    this.#classCount = classCount;
    this.#name = name;
    this.#numberAt = numberReader(format);
  }

  /**
   * The labels of `count` records from the index `first` on, stored in `count * strideBytes` bytes: `(count)` u8, valid
   * until the next call.
   *
   * @throws DigitflowError `LABEL_OUT_OF_RANGE`; `LABEL_NOT_ONE_HOT`; `IDX_TRUNCATED` when `stored` is not as long as
   *   it must be.
   */
  read(stored: Uint8Array | undefined, first: number, count: number): Uint8Array {
    const expected = count * this.#format.strideBytes;
    const found = stored?.length ?? 0;
    if (found !== expected) {
      const advice = 'give each chunk the labels of the records that end in it';
      const message = `${this.#name}: expected ${expected} bytes of labels from record ${first} on, found ${found}; ${advice}`;
      throw new DigitflowError('IDX_TRUNCATED', message);
    }
    if (this.#classes.length < count) this.#classes = new Uint8Array(count);
    if (stored !== undefined) {
      const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
      if (this.#format.meaning === 'index') this.#readIndices(view, first, count);
      else this.#readOneHot(view, first, count);
    }
    return this.#classes.subarray(0, count);
  }

  #readIndices(view: DataView, first: number, count: number): void {
    const { strideBytes } = this.#format;
    const [classCount, classes, numberAt] = [this.#classCount, this.#classes, this.#numberAt];
    for (let index = 0; index < count; index++) {
      const label = numberAt(view, index * strideBytes);
      // Floats must be whole numbers. NaN passes no comparison.
      const isClass = label >= 0 && label < classCount && label % 1 === 0;
      if (!isClass) throw this.#outOfRange(label, first + index);
      classes[index] = label;
    }
  }

  #readOneHot(view: DataView, first: number, count: number): void {
    const { strideBytes, type } = this.#format;
    const bytes = elementBytes(type);
    for (let index = 0; index < count; index++) {
      let found = -1;
      for (let at = 0; at < strideBytes; at += bytes) {
        const value = this.#numberAt(view, index * strideBytes + at);
        if (value === 0) continue;
        if (value !== 1) throw this.#notOneHot(`${value} in column ${at / bytes}`, first + index);
        if (found >= 0) throw this.#notOneHot(`1 in columns ${found} and ${at / bytes}`, first + index);
        found = at / bytes;
      }
      if (found < 0) throw this.#notOneHot('no 1', first + index);
      this.#classes[index] = found;
    }
  }

  #outOfRange(label: number, record: number): DigitflowError {
    const expected = `a label from 0 to ${this.#classCount - 1} (the network has ${this.#classCount} classes)`;
    const message = `record ${record}: expected ${expected}, found ${label}; give labels that fit the network`;
    return new DigitflowError('LABEL_OUT_OF_RANGE', `${this.#name}: ${message}`);
  }

  #notOneHot(found: string, record: number): DigitflowError {
    const expected = `1 in the column of its class and 0 in the ${this.#classCount - 1} others`;
    const advice = 'give one-hot labels, or the class of each record';
    const message = `record ${record}: expected a one-hot label, ${expected}, found ${found}; ${advice}`;
    return new DigitflowError('LABEL_NOT_ONE_HOT', `${this.#name}: ${message}`);
  }
}
