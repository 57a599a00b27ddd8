import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Evaluation } from '../counting/evaluation.js';
import { describePictures, type PicturesSeen } from '../counting/pictures-seen.js';
import { readingWords } from '../counting/wording.js';
import type { InputDescription } from '../engine/records.js';
import { MOST_WORKERS } from '../engine/sizes.js';
import { TEXT_ENCODINGS, type TextEncoding, textEncoding } from '../formats/csv/text-encoding.js';
import { dashed, describeGuesses, isDelimiter, type ReadingFlags } from '../formats/reading.js';
import { parseScale, type Scale } from '../formats/scale.js';
import { isStream } from '../inputs/first-bytes.js';
import { type Normalization, parseNormalization } from '../network/normalization.js';
import { type ModelFlagValues, modelOptionsOf } from './networks/model-options.js';
import { sayNote } from './process.js';

/** The flags of reading, as commander gives them. */
export interface ReadingFlagValues extends Omit<ReadingFlags, 'header' | 'transpose'> {
  readonly header?: 'yes' | 'no';
  readonly transpose?: 'yes' | 'no';
}

/** The flags of a command that runs a network over its input. */
export interface RunningFlags extends ReadingFlagValues, ModelFlagValues {
  readonly workers?: number;
  readonly batchSize?: number;
}

const YES_NO = ['yes', 'no'];

const DELIMITERS: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  space: ' ',
};

/** Reads a whole number from `least` to `most`; for commander. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number, ${range}.`);
  };
}

/** Reads any number that is allowed; for commander. `advice` is the message where it is not. */
export function realNumber(isAllowed: (value: number) => boolean, advice: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && isAllowed(value)) return value;
    throw new InvalidArgumentError(advice);
  };
}

/** Reads a share, `0.95` or `95%`; for commander. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim());
  // 95.88 / 100 may differ from 0.9588; 95.88e-2 does not.
  const value = match === null ? Number.NaN : Number(match[2] === '%' ? `${match[1]}e-2` : match[1]);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a share from 0 to 1, such as 0.95, or 95%.');
}

/** Adds the threads, the size of a batch, and what goes to stderr. */
export function addRunningOptions(command: Command, batchHelp: string): Command {
  const help = 'threads; 0 does without (default: by the cores and the input)';
  command.option('-w, --workers <count>', help, wholeNumber(0, MOST_WORKERS));
  return addErrorOptions(command.option('--batch-size <count>', batchHelp, wholeNumber(1)));
}

/** Adds the choice between a table and JSON, and what goes to stderr. */
export function addViewOptions(command: Command): Command {
  const format = new Option('-f, --format <format>', 'what to print').choices(['table', 'json']);
  return addErrorOptions(command.addOption(format.default('table')));
}

/** Adds what goes to stderr. */
export function addErrorOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error');
}

/** Adds the flags that say of images and labels what would be guessed otherwise. */
export function addReadingOptions(command: Command): Command {
  const header = new Option('--header <yes|no>', 'CSV: whether the first row names the columns');
  const transpose = new Option('--transpose <yes|no>', 'whether pixels stand column by column');
  const preprocess = new Option(
    '--preprocess <how>',
    'pictures: auto makes what is not like MNIST so, none takes the pixels as they are (default: auto)',
  );
  return command
    .addOption(header.choices(YES_NO))
    .option(
      '--label <column>',
      'CSV: where the label stands: first, last, none, one-hot, a name, or a number from 1',
    )
    .option('--id <column>', 'CSV: a column to carry through: a name, a number from 1, or none')
    .option(
      '--delimiter <character>',
      'CSV: comma, semicolon, tab, space, or the character itself',
      delimiter,
    )
    .option(
      '--scale <scale>',
      'what pixels mean: the value that is white (255, 16, 1), black..white (-1..1), or how they were ' +
        'standardized (mean=0.1307,std=0.3081); one for all of a file',
      scale,
    )
    .addOption(transpose.choices(YES_NO))
    .option('--invert', 'take dark for bright: digits are dark on bright paper')
    .option(
      '--no-invert',
      'take pixels as they are (default: pictures by their paper; else what the network reads)',
    )
    .option('--labels-from <number>', 'the label of the first class, where labels count', wholeNumber(0))
    .option(
      '--label-map <value=class,…>',
      "classes of labels that are not the network's: 10=0, or A=10,B=11",
      labelMap,
    )
    .option(
      '--encoding <name>',
      'CSV: how letters are stored: utf8, latin1, windows-1252, shift_jis, …; ids become UTF-8',
      encoding,
    )
    .addOption(preprocess.choices(['auto', 'none']));
}

function scale(text: string): Scale {
  const found = parseScale(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('Give a number above 0 such as 255, -1..1, or mean=0.1307,std=0.3081.');
}

function labelMap(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => /^([^=]+)=([^=]+)$/.exec(pair.trim())?.slice(1));
  if (pairs.every((pair) => pair !== undefined)) return Object.fromEntries(pairs);
  throw new InvalidArgumentError('Give a label, = and the name of its class, such as 10=0 or A=10,B=11.');
}

function encoding(text: string): TextEncoding {
  const known = textEncoding(text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Expected one of ${TEXT_ENCODINGS.join(', ')}.`);
}

function delimiter(text: string): string {
  const character = DELIMITERS[text] ?? text;
  if (isDelimiter(character)) return character;
  throw new InvalidArgumentError('Expected comma, semicolon, tab, space, or one character.');
}

/** The flags of reading as the pipelines take them. */
export function readingFlagsOf(flags: ReadingFlagValues): ReadingFlags {
  const {
    header,
    label,
    id,
    delimiter,
    scale,
    transpose,
    invert,
    labelsFrom,
    labelMap,
    encoding,
    preprocess,
  } = flags;
  return {
    ...{ label, id, delimiter, scale, invert, labelsFrom, labelMap, encoding, preprocess },
    header: header && header === 'yes',
    transpose: transpose && transpose === 'yes',
  };
}

/** The options of a pipeline that these flags mean; `normalization` throws USAGE for a text that makes no sense. */
export function runningOptionsOf(flags: RunningFlags) {
  const { workers, batchSize, normalize } = flags;
  const changed = (text: string) => (own: Normalization) => parseNormalization(text, own);
  const normalization = normalize === undefined ? undefined : changed(normalize);
  return { ...modelOptionsOf(flags), workers, batchSize, normalization, reading: readingFlagsOf(flags) };
}

/** Takes an input that was opened, and notes what was guessed of it. */
export function onOpened(
  flags: Pick<RunningFlags, 'quiet'>,
  note = (text: string): void => sayNote(flags, text),
): (input: InputDescription) => void {
  return ({ name, guesses }) => {
    if (guesses.length > 0) note(describeGuesses(name, guesses));
  };
}

/** Notes that the records would be read better in another way, or are read no better than by chance. */
export function noteReading(
  flags: Pick<RunningFlags, 'quiet'>,
  evaluation: Pick<Evaluation, 'otherReading' | 'isNearChance'>,
  ahead = '',
): void {
  const words = readingWords(evaluation);
  if (words !== null) sayNote(flags, ahead + words.charAt(0).toLowerCase() + words.slice(1));
}

/** Notes what was done to pictures, and what is doubtful about them. */
export function onPictures(
  flags: Pick<RunningFlags, 'quiet'>,
  note = (text: string): void => sayNote(flags, text),
): (seen: PicturesSeen) => void {
  return (seen) => {
    for (const line of describePictures(seen)) note(line);
  };
}

/** The first of the named flags that was given, as the user writes it: `--labels-from`, `--no-invert`. */
export function givenFlag<Flags extends object>(
  flags: Flags,
  names: readonly (keyof Flags & string)[],
): string | undefined {
  const name = names.find((one) => flags[one] !== undefined);
  if (name === undefined) return undefined;
  return `--${flags[name] === false ? 'no-' : ''}${dashed(name)}`;
}

/** Whether a run read all there was. A pipe may have been cut off by the Ctrl-C that comes to this process, too. */
export function isWhole(partial: boolean, inputs: readonly (string | undefined)[]): boolean {
  return !partial && !inputs.some((input) => input !== undefined && isStream(input));
}
