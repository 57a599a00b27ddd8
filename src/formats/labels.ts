import { DigitflowError, quoteValue } from '../errors.js';
import { readNumber } from './read-number.js';
import type { ReadingFlags } from './reading.js';
import { type ElementFormat, elementBytes } from './stored-arrays.js';

/** What the values of labels mean, in every format: the index of a class for each value, as text. */
export type LabelValues = Readonly<Record<string, number>>;

/** What flags say of them. */
export type LabelFlags = Pick<ReadingFlags, 'labelsFrom' | 'labelMap'>;

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

/** A label without the single quotes that ARFF has around it. */
export function bareLabel(text: string): string {
  return /^[ \t]*'(.*)'[ \t]*$/s.exec(text)?.[1] ?? text;
}

/** The number that a label is as text, in single quotes or not; undefined for any other text. */
export function labelNumber(text: string): number | undefined {
  return readNumber(bareLabel(text));
}

/** So many of the first labels tell whether they are names. */
export const TELLING_LABELS = 100;

/** Whether labels that are texts are names of classes, as most of the first ones say: then no number among them counts classes. */
export function areNames(texts: readonly string[], { labelMap }: LabelFlags): boolean {
  const first = texts.slice(0, TELLING_LABELS);
  const names = first.filter((text) => labelNumber(text) === undefined);
  return labelMap === undefined && names.length * 2 > first.length;
}

/** The class of a value: its very text, with or without single quotes, or else the number that it is. Undefined for what is no label. */
export function classOf(text: string, number: number | undefined, values: LabelValues): number | undefined {
  for (const exact of [text, bareLabel(text)]) if (Object.hasOwn(values, exact)) return values[exact];
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
  /**
   * `index`: the class in the first element (QMNIST has seven others); `one-hot`: 1 in its column, else 0; `text`: the
   * elements are characters, as code points or as bytes; `name`: such that are the name of a class, and no number.
   */
  readonly meaning: 'index' | 'one-hot' | 'text' | 'name';
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
