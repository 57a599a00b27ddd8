import { DigitflowError, quoteValue } from '../errors.js';
import { TEXT_ENCODINGS, type TextEncoding } from './csv/text-encoding.js';
import { FORMAT_TITLES, type FormatName } from './recognize.js';
import { isScale, type Scale, scaleText, scaleWords } from './scale.js';

/** What the user says of how data is to be read; the rest is guessed. Each is a flag of the command line: `FLAGS`. */
export interface ReadingFlags {
  /** Whether the first row names the columns. */
  readonly header?: boolean | undefined;
  /** One character. */
  readonly delimiter?: string | undefined;
  /** `none`, `first`, `last`, `one-hot`, a column's name, or its number from 1. */
  readonly label?: string | undefined;
  /** `none`, a column's name, or its number from 1. */
  readonly id?: string | undefined;
  /** How its letters are stored. Default: UTF-8, and ids and bad rows are any bytes. */
  readonly encoding?: TextEncoding | undefined;
  /** The value that is white, such as 255 or 1; those that are black and white; or a mean and a standard deviation. */
  readonly scale?: Scale | undefined;
  /** Whether pixels stand column by column. */
  readonly transpose?: boolean | undefined;
  /** Whether 255 - x replaces each pixel x: dark ink on bright paper. For pictures the default is to invert those. */
  readonly invert?: boolean | undefined;
  /** The number of the first class: then numbers count classes, and do not name them. */
  readonly labelsFrom?: number | undefined;
  /** What labels stand for that are not as the network has them: the name of a class for each. */
  readonly labelMap?: Readonly<Record<string, string>> | undefined;
  /** What becomes of pictures: `auto` makes what is not like MNIST so, `none` takes the pixels as they are. Default `auto`. */
  readonly preprocess?: 'auto' | 'none' | undefined;
}

const ALL = Object.keys(FORMAT_TITLES) as readonly FormatName[];

/** Which formats each flag says something of: it is refused for all others. */
const FLAGS: Readonly<Record<keyof ReadingFlags, readonly FormatName[]>> = {
  ...{ header: ['csv'], delimiter: ['csv'], label: ['csv'], id: ['csv'], encoding: ['csv'] },
  ...{ scale: ['csv', 'idx', 'numpy'], transpose: ALL, invert: ALL, labelsFrom: ALL, labelMap: ALL },
  preprocess: ['pictures'],
};

const isBoolean = (value: unknown) => typeof value === 'boolean';
const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isOneOf = (values: readonly unknown[]) => (value: unknown) => values.includes(value);
const COLUMN = "a column's name, or its number from 1 as text";

/** What each may be, in words, and what to say; the command line checks most of it before. */
const VALUES: Readonly<
  Record<keyof ReadingFlags, readonly [fits: (value: unknown) => boolean, expected: string, advice?: string]>
> = {
  header: [isBoolean, 'true or false'],
  delimiter: [isDelimiter, 'one character', 'say the one between fields'],
  label: [isText, `none, first, last, one-hot, ${COLUMN}`],
  id: [isText, `none, ${COLUMN}`],
  encoding: [isOneOf(TEXT_ENCODINGS), `one of ${TEXT_ENCODINGS.join(', ')}`],
  scale: [isScale, 'a number above 0, or black below white', 'say 255, -1..1 or mean=0.1307,std=0.3081'],
  transpose: [isBoolean, 'true or false'],
  invert: [isBoolean, 'true or false'],
  labelsFrom: [
    (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    'a whole number, 0 or more',
    'say the smallest label',
  ],
  labelMap: [isLabelMap, 'the name of a class for each label', 'say which, such as 10=0'],
  preprocess: [isOneOf(['auto', 'none']), 'auto or none'],
};

/** Whether a text can part fields: one character that is in no number, nor a quote. */
export function isDelimiter(text: unknown): text is string {
  return typeof text === 'string' && /^[\x20-\x7e\t]$/.test(text) && !/["\d.+-]/.test(text);
}

function isLabelMap(map: unknown): boolean {
  return typeof map === 'object' && map !== null && !Array.isArray(map) && Object.values(map).every(isText);
}

export const READING_FLAGS = Object.keys(FLAGS) as readonly (keyof ReadingFlags)[];

/** Flags as words of a command line: `--label first`. */
export function readingFlagWords(flags: ReadingFlags): string[] {
  return Object.entries(readingFlagTexts(flags)).flatMap(([name, text]) =>
    name === 'invert' ? [flags.invert ? '--invert' : '--no-invert'] : [`--${dashed(name)}`, text],
  );
}

/** The flags that are given, each as the command line takes it. */
export function readingFlagTexts(flags: ReadingFlags): Record<string, string> {
  const given = READING_FLAGS.filter((name) => flags[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, flagText(flags, name)]));
}

/** A name as a flag has it: `labels-from`. */
export function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function flagText({ scale, labelMap, ...others }: ReadingFlags, name: keyof ReadingFlags): string {
  if (name === 'scale') return scale === undefined ? '' : scaleText(scale);
  if (name === 'labelMap') {
    return Object.entries(labelMap ?? {})
      .map((pair) => pair.join('='))
      .join(',');
  }
  const value = others[name];
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : `${value}`;
}

/**
 * Refuses flags that there are not, and values that make no sense: a caller without types may give anything.
 *
 * @throws DigitflowError USAGE
 */
export function checkReadingValues(flags: unknown): asserts flags is ReadingFlags {
  if (typeof flags !== 'object' || flags === null || Array.isArray(flags)) {
    const message = `reading: expected an object such as { scale: 255 }, found ${quoteValue(flags)}`;
    throw new DigitflowError('USAGE', `${message}; give one, or leave it out`);
  }
  const given: Record<string, unknown> = { ...flags };
  const unknown = Object.keys(given).find((flag) => !Object.hasOwn(FLAGS, flag));
  if (unknown !== undefined) {
    const message = `reading: expected ${READING_FLAGS.join(', ')}, found ${quoteValue(unknown)}; leave it out`;
    throw new DigitflowError('USAGE', message);
  }
  for (const flag of READING_FLAGS) {
    const [fits, expected, advice = 'say one of them, or leave it out'] = VALUES[flag];
    const value = given[flag];
    if (value === undefined || fits(value)) continue;
    const found = typeof value === 'number' ? `${value}` : quoteValue(value);
    throw new DigitflowError('USAGE', `--${dashed(flag)}: expected ${expected}, found ${found}; ${advice}`);
  }
}

/** Refuses flags that stand beside `reading` among the options of a pipeline: they would count for nothing. Throws USAGE. */
export function checkMisplaced(options: object): void {
  const flag = READING_FLAGS.find((name) => name in options);
  if (flag === undefined) return;
  throw new DigitflowError('USAGE', `${flag}: expected it within reading; give reading: { ${flag}: … }`);
}

/**
 * Refuses flags that say nothing of an input's format.
 *
 * @throws DigitflowError USAGE
 */
export function checkReadingFlags(
  flags: ReadingFlags,
  { name, format }: { readonly name: string; readonly format: FormatName },
): void {
  const other = READING_FLAGS.find((flag) => flags[flag] !== undefined && !FLAGS[flag].includes(format));
  if (other !== undefined) {
    const titles = FLAGS[other].map((one) => FORMAT_TITLES[one]).join(', ');
    const expected = titles === 'CSV' ? 'a CSV' : titles.replace(/, (?=[^,]*$)/, ' or ');
    throw notFor(other, `expected ${expected}, found ${FORMAT_TITLES[format]} in ${name}`);
  }
}

/** How a label says its class: by what it is, or by the column that is 1. */
export type Labelling = 'value' | 'one-hot';

/** Refuses what is said of the values of labels where there are none. Throws USAGE. */
export function checkLabelFlags(flags: ReadingFlags, name: string, labelling: Labelling | null): void {
  const flag = (['labelsFrom', 'labelMap'] as const).find((one) => flags[one] !== undefined);
  if (flag === undefined || labelling === 'value') return;
  const found =
    labelling === null
      ? `expected labels, found none that are read with ${name}`
      : `expected labels that are numbers or names, found one-hot ones with ${name}`;
  throw notFor(flag, found);
}

function notFor(flag: keyof ReadingFlags, message: string): DigitflowError {
  const words = `--${dashed(flag)}`;
  return new DigitflowError('USAGE', `${words}: ${message}; leave ${words} out`);
}

/** What flags say, as guesses. */
export function guessesOf(flags: ReadingFlags, by: Guess['by']): Guess[] {
  return READING_FLAGS.filter((name) => flags[name] !== undefined).map((name) => {
    return { property: dashed(name), value: valueWords(flags, name), by };
  });
}

/** `0 to 255`, `column by column`, `10=0`. */
function valueWords(flags: ReadingFlags, name: keyof ReadingFlags): string {
  if (name === 'scale' && flags.scale !== undefined) return scaleWords(flags.scale);
  if (name === 'transpose') return flags.transpose ? 'column by column' : 'row by row';
  return flagText(flags, name);
}

/** One property of an input, and how it came to be known. */
export interface Guess {
  /** `header`, `delimiter`, `label`, `id`, `scale`, `transpose`, `invert`, `labels-from`, `label-map`: the name of its flag. */
  readonly property: string;
  /** In words: `first column`, `0 to 255`. */
  readonly value: string;
  /** `given` by a flag, `seen` beyond doubt, or `guessed`: another reading would fit too, and `flag` is how to get it. */
  readonly by: 'given' | 'seen' | 'guessed';
  /** What asks for the other reading, where there is one: `--header no`. */
  readonly flag?: string | undefined;
  /** Why this reading was taken and no other: `the network reads 97 % so, 9 % with --label first`. */
  readonly because?: string | undefined;
}

/**
 * What of some properties was guessed from the first records, for an error where later ones contradict it: `scale 0 to 1 was
 * guessed from the first rows: say --scale if it is another`. Null where flags gave them.
 */
export function guessedWords(
  guesses: readonly Guess[],
  properties: readonly string[],
  records: string,
): string | null {
  const own = guesses.filter(({ property, by }) => by !== 'given' && properties.includes(property));
  if (own.length === 0) return null;
  const what = own.map(({ property, value }) => `${property} ${value}`).join(', ');
  const flags = own.map(({ property }) => `--${property}`).join(' or ');
  return `${what} was guessed from the first ${records}: say ${flags} if it is another`;
}

/** The guesses in one line: `train.csv: header yes, delimiter comma, scale 0 to 255, label column first`. */
export function describeGuesses(name: string, guesses: readonly Guess[]): string {
  const parts = guesses.map(({ property, value, by, flag, because }, at) => {
    const why = because ?? `guessed${flag ? `; else ${flag}` : ''}`;
    // Of what was found together the reason is told once.
    const isTold = because === undefined || !guesses.slice(at + 1).some((later) => later.because === because);
    const hint = by === 'guessed' && isTold ? ` (${why})` : '';
    return `${property} ${value}${hint}`;
  });
  return `${name}: ${parts.join(', ')}`;
}
