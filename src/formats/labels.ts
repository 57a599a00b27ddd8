import { DigitflowError, quoteValue } from '../errors.js';
import { type ReadingFlags, readingFlagWords } from './reading.js';
import { type ElementFormat, elementBytes, MOST_CLASSES, numberReader } from './stored-arrays.js';

/** What the values of labels mean, in every format: the index of a class for each value, as text. */
export type LabelValues = Readonly<Record<string, number>>;

type LabelFlags = Pick<ReadingFlags, 'labelsFrom' | 'labelMap'>;

const WHOLE = /^(?:0|[1-9]\d*)$/;

/** Whether numbers count the classes, from `labelsFrom` or 0 on: else the names of the classes are numbers. */
function areCounted(classes: readonly string[], { labelsFrom }: LabelFlags): boolean {
  return labelsFrom !== undefined || !classes.every((name) => WHOLE.test(name));
}

/**
 * What values mean: a class's name that class, a number the class that it counts where no names are numbers, and what a map
 * says comes before both.
 *
 * @throws DigitflowError USAGE for a map to what is no class
 */
export function labelValues(classes: readonly string[], flags: LabelFlags): LabelValues {
  const { labelsFrom = 0, labelMap = {} } = flags;
  const isCounted = areCounted(classes, flags);
  const mapped = Object.entries(labelMap).map(([value, name]) => {
    const index = classes.indexOf(name);
    if (index >= 0) return [value, index] as const;
    const message = `--label-map ${value}=${name}: expected the name of a class, such as ${quoteValue(classes[0])}`;
    throw new DigitflowError('USAGE', `${message}, found ${quoteValue(name)}`);
  });
  const named = classes.map((name, index) => [name, index] as const);
  const counted = classes.map((_, index) => [`${labelsFrom + index}`, index] as const);
  const all = [
    ...mapped,
    ...(isCounted ? counted : []),
    ...named.filter(([name]) => !isCounted || !WHOLE.test(name)),
  ];
  // Of equals the first is the one.
  return Object.fromEntries(all.reverse());
}

/** The class of a value: its very text, or else the number that it is. Undefined for what is no label. */
export function classOf(text: string, number: number | undefined, values: LabelValues): number | undefined {
  if (Object.hasOwn(values, text)) return values[text];
  return number === undefined ? undefined : values[number];
}

/** What labels there may be: `a label from 0 to 9`, or `a label such as 10`. */
export function describeLabels(values: LabelValues): string {
  const numbers = Object.keys(values)
    .filter((value) => WHOLE.test(value))
    .map(Number);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const areAll = numbers.length > 0 && last - first + 1 === numbers.length;
  return areAll
    ? `a label from ${first} to ${last}`
    : `a label such as ${quoteValue(Object.keys(values)[0])}`;
}

/** The number of the first class where numbers count up with the classes; null where the names are other numbers. */
export function firstLabel(classes: readonly string[], flags: LabelFlags): number | null {
  if (areCounted(classes, flags)) return flags.labelsFrom ?? 0;
  const first = Number(classes[0]);
  return classes.every((name, index) => name === `${first + index}`) ? first : null;
}

/**
 * The ways to read labels that are numbers, likeliest first, by those that were seen: none where flags say it, where the
 * usual one is the only one, or where none fits.
 */
export function labelReadings(
  seen: Iterable<number>,
  classes: readonly string[],
  flags: LabelFlags,
): readonly LabelFlags[] {
  const labels = new Set(seen);
  if (flags.labelsFrom !== undefined || flags.labelMap !== undefined || labels.size === 0) return [];
  const fits = (reading: LabelFlags): boolean => {
    const values = labelValues(classes, reading);
    return [...labels].every((label) => values[label] !== undefined);
  };
  if (!areCounted(classes, {}) && fits({})) return [];
  // 10 stands for the digit 0 in MATLAB.
  const ten = `${classes.length}`;
  const isTen = classes[0] === '0' && labels.has(classes.length) && !labels.has(0);
  const zeroIsTen = isTen && !classes.includes(ten);
  const readings = [
    { labelsFrom: 0 },
    { labelsFrom: 1 },
    ...(zeroIsTen ? [{ labelMap: { [ten]: '0' } }] : []),
  ];
  const fitting = readings.filter(fits);
  return fitting.length === 1 && isUsual(fitting[0], classes) ? [] : fitting;
}

/** Whether no labels that follow those that were seen can change how they are read: a 0 is the first of those that count from 0. */
export function tellsLabels(seen: Iterable<number>, classes: readonly string[], flags: LabelFlags): boolean {
  if (flags.labelsFrom !== undefined || flags.labelMap !== undefined) return true;
  const isFromZero = areCounted(classes, {}) || classes.every((name, index) => name === `${index}`);
  return isFromZero && new Set(seen).has(0);
}

/** Whether flags say of labels what is so without them. */
function isUsual(flags: LabelFlags, classes: readonly string[]): boolean {
  const [said, unsaid] = [labelValues(classes, flags), labelValues(classes, {})];
  return Object.keys(said).every((value) => said[value] === unsaid[value]);
}

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
  readonly #classNames: readonly string[];
  readonly #values: LabelValues;
  readonly #flags: LabelFlags;
  readonly #guessed: string | null;
  readonly #name: string;
  readonly #numberAt: (view: DataView, byteOffset: number) => number;
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
    this.#values = labelValues(classes, flags);
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
      if (this.#format.meaning === 'index') this.#readIndices(view, first, count);
      else this.#readOneHot(view, first, count);
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
    const classes = this.#classNames;
    const isKnown = classes.length < MOST_CLASSES;
    const of = isKnown ? `(the network has ${classes.length} classes)` : `(at most ${MOST_CLASSES} classes)`;
    const expected = `${describeLabels(this.#values)} ${of}`;
    const readings = labelReadings([label], classes, this.#flags).map((flags) =>
      readingFlagWords(flags).join(' '),
    );
    const say = readings.length > 0 ? `say ${readings.join(' or ')}` : null;
    const known = this.#guessed ?? say;
    const advice = known === null ? 'give' : `${known}, or give`;
    const message = `record ${record}: expected ${expected}, found ${label}; ${advice} labels that fit${isKnown ? ' the network' : ''}`;
    return new DigitflowError('LABEL_OUT_OF_RANGE', `${this.#name}: ${message}`);
  }

  #notOneHot(found: string, record: number): DigitflowError {
    const expected = `1 in the column of its class and 0 in the ${this.#classNames.length - 1} others`;
    const advice = 'give one-hot labels, or the class of each record';
    const message = `record ${record}: expected a one-hot label, ${expected}, found ${found}; ${advice}`;
    return new DigitflowError('LABEL_NOT_ONE_HOT', `${this.#name}: ${message}`);
  }
}
