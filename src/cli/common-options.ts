import { type Command, InvalidArgumentError, Option } from 'commander';
import { MOST_WORKERS } from '../engine/sizes.js';
import type { CsvFlags } from '../formats/csv/dialect.js';
import { BUNDLED_MODELS } from '../inputs/open-model.js';

/** Reads a whole number from `least` to `most`; for commander. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number, ${range}.`);
  };
}

/** Reads a share: `0.95`, or `95%`; for commander. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim());
  // 95.88 / 100 need not be the number that 0.9588 is; 95.88e-2 is.
  const value = match === null ? Number.NaN : Number(match[2] === '%' ? `${match[1]}e-2` : match[1]);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a share from 0 to 1, such as 0.95, or 95%.');
}

/** Which network. */
export function addModelOption(command: Command): Command {
  return command.option(
    '-m, --model <name>',
    `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
    BUNDLED_MODELS[0],
  );
}

/**
 * The options that a command ends with that runs over images, a CSV's among them.
 *
 * @param batchHelp what a batch is made of, and how many go into one by default
 */
export function addRunningOptions(command: Command, batchHelp: string): Command {
  command
    .option(
      '-w, --workers <count>',
      'threads; 0 does without (default: by the cores and the input)',
      wholeNumber(0, MOST_WORKERS),
    )
    .option('--batch-size <count>', batchHelp, wholeNumber(1))
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error');
  return addCsvOptions(command);
}

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
