import { type Command, InvalidArgumentError, Option } from 'commander';
import { MOST_WORKERS } from '../engine/sizes.js';
import { BUNDLED_MODELS } from '../inputs/open-model.js';
import { type Normalization, parseNormalization } from '../network/normalization.js';

/** Reads a whole number from `least` to `most`; for commander. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number, ${range}.`);
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

/** Adds the choice of a network. */
export function addModelOption(command: Command): Command {
  return command.option(
    '-m, --model <name>',
    `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
    BUNDLED_MODELS[0],
  );
}

/** Adds the threads, the size of a batch, and what goes to stderr. @param batchHelp the unit and default of a batch */
export function addRunningOptions(command: Command, batchHelp: string): Command {
  command
    .option(
      '-w, --workers <count>',
      'threads; 0 does without (default: by the cores and the input)',
      wholeNumber(0, MOST_WORKERS),
    )
    .option('--batch-size <count>', batchHelp, wholeNumber(1));
  return addErrorOptions(command);
}

/** Adds the choice between a table and JSON, and what goes to stderr. */
export function addViewOptions(command: Command): Command {
  command.addOption(
    new Option('-f, --format <format>', 'what to print').choices(['table', 'json']).default('table'),
  );
  return addErrorOptions(command);
}

function addErrorOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error');
}

/**
 * A change to the network's own normalization, from the text of `--normalize`; undefined without the flag.
 *
 * @returns a function that throws DigitflowError USAGE for a text that makes no sense
 */
export function normalizationOf(
  text: string | undefined,
): ((own: Normalization) => Normalization) | undefined {
  return text === undefined ? undefined : (own) => parseNormalization(text, own);
}

/** The first of the named flags that was given, as the user writes it: `--labels-from`, `--no-invert`. */
export function givenFlag<Flags extends object>(
  flags: Flags,
  names: readonly (keyof Flags & string)[],
): string | undefined {
  const name = names.find((one) => flags[one] !== undefined);
  if (name === undefined) return undefined;
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${flags[name] === false ? 'no-' : ''}${words}`;
}
