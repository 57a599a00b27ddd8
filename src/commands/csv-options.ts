import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CsvFlags } from '../csv/flags.js';
import { wholeNumber } from './option-values.js';

/** What commander makes of the flags below. */
export interface CsvFlagValues {
  header?: 'yes' | 'no';
  label?: string;
  id?: string;
  delimiter?: string;
  scale?: number;
  transpose?: 'yes' | 'no';
  labelsFrom?: number;
}

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
    header: header && header === 'yes',
    transpose: transpose && transpose === 'yes',
    label,
    id,
    delimiter: character,
    scale,
    labelsFrom,
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
