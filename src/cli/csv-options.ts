import { type Command, InvalidArgumentError, Option } from 'commander';
import type { InputDescription } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { type CsvFlags, describeGuesses } from '../formats/csv/dialect.js';
import { givenFlag, wholeNumber } from './common-options.js';

/** The values of the flags below, as commander gives them. */
export interface CsvFlagValues {
  header?: 'yes' | 'no';
  label?: string;
  id?: string;
  delimiter?: string;
  scale?: number;
  transpose?: 'yes' | 'no';
  labelsFrom?: number;
}

/** The names of these flags. */
export const CSV_FLAGS = [
  'header',
  'label',
  'id',
  'delimiter',
  'scale',
  'transpose',
  'labelsFrom',
] as const satisfies readonly (keyof CsvFlagValues)[];

const FORMAT_NAMES: Readonly<Record<InputDescription['format'], string>> = {
  csv: 'CSV',
  idx: 'IDX',
  numpy: 'NumPy',
};

const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  space: ' ',
};

/** Adds the flags that say of a CSV what would be guessed otherwise. */
export function addCsvOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--header <yes|no>', 'CSV: whether the first row names the columns').choices(['yes', 'no']),
    )
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
      '--scale <white>',
      'CSV: the value that is white, such as 255 or 1; one for all of a file',
      positive,
    )
    .addOption(
      new Option('--transpose <yes|no>', 'CSV: whether pixels stand column by column').choices(['yes', 'no']),
    )
    .option('--labels-from <number>', 'CSV: the label of the first class (default: 0)', wholeNumber(0));
}

/** The flags as the pipelines take them. */
export function csvFlagsOf(values: CsvFlagValues): CsvFlags {
  const { header, label, id, delimiter: character, scale, transpose, labelsFrom } = values;
  return {
    ...{ label, id, delimiter: character, scale, labelsFrom },
    header: header && header === 'yes',
    transpose: transpose && transpose === 'yes',
  };
}

/**
 * Refuses the flags for an input of another format, where they would say nothing.
 *
 * @throws DigitflowError USAGE
 */
export function checkCsvFlags(values: CsvFlagValues, { name, format }: InputDescription): void {
  const flag = givenFlag(values, CSV_FLAGS);
  if (format === 'csv' || flag === undefined) return;
  const found = FORMAT_NAMES[format];
  throw new DigitflowError('USAGE', `${flag}: expected a CSV, found ${found} in ${name}; leave ${flag} out`);
}

/**
 * Takes an input that was opened: refuses flags that are not for it, and tells on stderr what was guessed of a CSV.
 */
export function onOpened(
  flags: CsvFlagValues & { readonly quiet?: boolean | undefined },
): (input: InputDescription) => void {
  return (input) => {
    checkCsvFlags(flags, input);
    const { name, guesses } = input;
    if (!flags.quiet && guesses.length > 0) process.stderr.write(`${describeGuesses(name, guesses)}\n`);
  };
}

function delimiter(text: string): string {
  const character = DELIMITER_NAMES[text] ?? text;
  if (/^[\x20-\x7e\t]$/.test(character) && !/["\d.+-]/.test(character)) return character;
  throw new InvalidArgumentError('Expected comma, semicolon, tab, space, or one character.');
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0, such as 255 or 1.');
}
