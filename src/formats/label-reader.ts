import { DigitflowError, quoteValue } from '../errors.js';
import { decodeText } from './csv/text-encoding.js';
import {
  classOf,
  describeLabels,
  type LabelFlags,
  type LabelFormat,
  type LabelValues,
  labelNumber,
  labelReadings,
  labelValues,
} from './labels.js';
import { readingFlagWords } from './reading.js';
import { elementBytes, MOST_CLASSES, numberReader } from './stored-arrays.js';

const LAST_CODE_POINT = 0x10ffff;

/** Reads stored labels as class indices, and checks each of them. */
export class LabelReader {
  readonly #format: LabelFormat;
  readonly #classNames: readonly string[];
  readonly #values: LabelValues;
  readonly #flags: LabelFlags;
  readonly #guessed: string | null;
  readonly #name: string;
  readonly #numberAt: (view: DataView, byteOffset: number) => number;
  /** The class of each byte where a label is one; -1 for what is no label. `(256)` */
  #byteClasses: Int16Array | undefined;
  #classes = new Uint8Array(0);

  /**
   * For at most 256 classes; `guessed` is how the flags were guessed, and what to say instead. Throws LABEL_SHAPE for one-hot
   * labels of other columns, and what `labelValues` throws.
   */
  constructor(
    format: LabelFormat,
    classes: readonly string[],
    name: string,
    flags: LabelFlags = {},
    guessed: string | null = null,
  ) {
    const columns = format.strideBytes / elementBytes(format.type);
    if (format.meaning === 'one-hot' && columns !== classes.length) {
      const count = classes.length;
      const [of, advice] =
        count === MOST_CLASSES
          ? ['', 'say with --classes what the columns stand for']
          : [` of ${count} columns (the network has ${count} classes)`, 'give labels that fit the network'];
      const oneHot = `a one-hot row${of}`;
      const found = `found rows of ${columns} columns; ${advice}`;
      throw new DigitflowError('LABEL_SHAPE', `${name}: expected one label a record, or ${oneHot}, ${found}`);
    }
    this.#format = format;
    this.#classNames = classes;
    const areNamed = format.meaning === 'name';
    this.#values = areNamed
      ? Object.fromEntries(classes.map((name, index) => [name, index]))
      : labelValues(classes, flags);
    this.#flags = flags;
    this.#guessed = guessed;
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
      const isByte = elementBytes(this.#format.type) === 1;
      if (this.#format.meaning === 'index' && isByte) this.#readBytes(stored, view, first);
      else if (this.#format.meaning === 'index') this.#readIndices(view, first, count);
      else if (this.#format.meaning === 'one-hot') this.#readOneHot(view, first, count);
      else this.#readTexts(stored, first, count);
    }
    return this.#classes.subarray(0, count);
  }

  #readIndices(view: DataView, first: number, count: number): void {
    const { strideBytes } = this.#format;
    const [values, classes, numberAt] = [this.#values, this.#classes, this.#numberAt];
    for (let index = 0; index < count; index++) {
      const label = numberAt(view, index * strideBytes);
      const found: number | undefined = values[label];
      if (found === undefined) throw this.#outOfRange(label, first + index);
      classes[index] = found;
    }
  }

  /** The same by a table: nearly all labels are bytes. */
  #readBytes(stored: Uint8Array, view: DataView, first: number): void {
    this.#byteClasses ??= Int16Array.from({ length: 256 }, (_, byte) => {
      const label = this.#numberAt(new DataView(Uint8Array.of(byte).buffer), 0);
      return this.#values[label] ?? -1;
    });
    const [table, classes, { strideBytes }] = [this.#byteClasses, this.#classes, this.#format];
    for (let at = 0, index = 0; at < stored.length; at += strideBytes, index++) {
      const found = table[stored[at]];
      if (found < 0) throw this.#outOfRange(this.#numberAt(view, at), first + index);
      classes[index] = found;
    }
  }

  #readTexts(stored: Uint8Array, first: number, count: number): void {
    const texts = storedTexts(stored, this.#format, this.#name, first);
    for (let index = 0; index < count; index++) {
      const text = texts[index];
      const number = this.#format.meaning === 'name' ? undefined : labelNumber(text);
      const found = classOf(text, number, this.#values);
      if (found === undefined) throw this.#outOfRange(number ?? text, first + index);
      this.#classes[index] = found;
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

  #outOfRange(label: number | string, record: number): DigitflowError {
    const classes = this.#classNames;
    const isKnown = classes.length < MOST_CLASSES;
    const of = isKnown ? `(the network has ${classes.length} classes)` : `(at most ${MOST_CLASSES} classes)`;
    const expected = `${describeLabels(this.#values)} ${of}`;
    const isText = typeof label === 'string';
    const readings = labelReadings(isText ? [] : [label], classes, this.#flags);
    const words = readings.map((flags) => readingFlagWords(flags).join(' '));
    if (isText)
      words.push(isKnown ? '--label-map with what it stands for' : '--classes with all that there are');
    const say = words.length > 0 ? `say ${words.join(' or ')}` : null;
    const known = isText ? say : (this.#guessed ?? say);
    const advice = known === null ? 'give' : `${known}, or give`;
    const found = isText ? quoteValue(label) : label;
    const message = `record ${record}: expected ${expected}, found ${found}; ${advice} labels that fit${isKnown ? ' the network' : ''}`;
    return new DigitflowError('LABEL_OUT_OF_RANGE', `${this.#name}: ${message}`);
  }

  #notOneHot(found: string, record: number): DigitflowError {
    const expected = `1 in the column of its class and 0 in the ${this.#classNames.length - 1} others`;
    const advice = 'give one-hot labels, or the class of each record';
    const message = `record ${record}: expected a one-hot label, ${expected}, found ${found}; ${advice}`;
    return new DigitflowError('LABEL_NOT_ONE_HOT', `${this.#name}: ${message}`);
  }
}

/**
 * Whole labels that are texts: code points (u32), or bytes (u8) of UTF-8, or else of Latin-1; zeros at the end fill them up.
 *
 * @param first the index of their first record
 * @throws DigitflowError LABEL_OUT_OF_RANGE for a code point that is no character
 */
export function storedTexts(
  stored: Uint8Array,
  { type, littleEndian, strideBytes }: LabelFormat,
  name: string,
  first: number,
): string[] {
  const numberAt = numberReader({ type, littleEndian });
  const bytes = elementBytes(type);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  return Array.from({ length: Math.floor(stored.length / strideBytes) }, (_, index) => {
    const start = index * strideBytes;
    let end = start + strideBytes;
    while (end > start && numberAt(view, end - bytes) === 0) end -= bytes;
    if (type === 'u8') {
      const text = stored.subarray(start, end);
      return decodeText(text) ?? Buffer.from(text).toString('latin1');
    }
    let text = '';
    for (let at = start; at < end; at += bytes) {
      const point = numberAt(view, at);
      if (point > LAST_CODE_POINT || (point >= 0xd800 && point < 0xe000)) {
        const found = `found the code point 0x${point.toString(16)}; save the labels again`;
        const message = `${name}: record ${first + index}: expected text as a label, ${found}`;
        throw new DigitflowError('LABEL_OUT_OF_RANGE', message);
      }
      text += String.fromCodePoint(point);
    }
    return text;
  });
}
