import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeGuesses } from '../csv/describe-guesses.js';
import type { Guess } from '../csv/guess.js';
import type { NeuronPlace } from '../insight/neuron-arithmetic.js';
import type { RenderOptions } from '../render/style.js';
import { colorLevel, columnsOf, supportsUnicode } from '../render/terminal.js';
import { BUNDLED_MODELS } from '../sources/open-model.js';
import { addCsvOptions, type CsvFlagValues, csvFlagsOf } from './csv-options.js';
import { wholeNumber } from './option-values.js';
import { writeOut } from './write-out.js';

/** How layers and neurons are counted, for the end of a help text. */
export const COUNTING = `
Layers and neurons are numbered as in the introduction: layer 1 is the first hidden one, the last is the output;
neurons count from 0.`;

/** What commander makes of the flags that every view of a network has. */
export interface LookFlags extends ImagesFlags {
  model: string;
  limit?: number;
}

/** What commander makes of the flags that say where images come from. */
export interface ImagesFlags extends CsvFlagValues {
  images?: string;
  labels?: string;
  quiet?: boolean | undefined;
}

/** Adds the flags that say which network is looked at, and with which images. */
export function addLookInputOptions(command: Command): Command {
  addModelOption(command)
    .option(
      '--images <path>',
      'an IDX or CSV file, a folder, or - for stdin: images to look with (default: the MNIST test set)',
    )
    .option(
      '--labels <path>',
      'the IDX file of their labels (default: found beside the images, if there are any)',
    )
    .option('-n, --limit <count>', 'look with the first images only', wholeNumber(1));
  return addCsvOptions(command);
}

/** The flags that say where images come from, as the pipelines take them; what was guessed of a CSV is told on stderr. */
export function imagesOf<Flags extends ImagesFlags>(flags: Flags) {
  return {
    ...flags,
    csv: csvFlagsOf(flags),
    onOpened: ({ name, guesses }: { readonly name: string; readonly guesses: readonly Guess[] }) => {
      if (!flags.quiet && guesses.length > 0) process.stderr.write(`${describeGuesses(name, guesses)}\n`);
    },
  };
}

/** Adds the choice of a network. */
export function addModelOption(command: Command): Command {
  return command.option(
    '-m, --model <name>',
    `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
    BUNDLED_MODELS[0],
  );
}

/** Adds the flags that say what is printed. */
export function addLookOutputOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-f, --format <format>', 'what to print').choices(['table', 'json']).default('table'),
    )
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error');
}

/** Prints a view: as JSON, or drawn for the terminal that there is. */
export async function printView<View>(
  view: View,
  format: 'table' | 'json',
  toJson: (view: View) => string,
  draw: (view: View, options: RenderOptions) => string,
): Promise<void> {
  const options = {
    color: colorLevel(process.stdout, process.env),
    width: columnsOf(process.stdout),
    unicode: supportsUnicode(process.env, process.platform),
  };
  await writeOut(format === 'json' ? toJson(view) : draw(view, options));
}

/** Reads `2:7`; for commander. */
export function neuronPlace(text: string): NeuronPlace {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give a layer and a neuron, such as 1:4.');
  return { layer: Number(match[1]), neuron: Number(match[2]) };
}
