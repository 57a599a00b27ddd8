import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeGuesses, type Guess } from '../../formats/csv/dialect.js';
import { BUNDLED_MODELS } from '../../inputs/open-model.js';
import type { Change } from '../../insight/changes.js';
import type { NeuronPlace } from '../../insight/neuron-arithmetic.js';
import { ACTIVATIONS, isActivationName } from '../../network/activations.js';
import { colorLevel, columnsOf, type RenderOptions, supportsUnicode } from '../../views/terminal/terminal.js';
import { addCsvOptions, type CsvFlagValues, csvFlagsOf, wholeNumber } from '../common-options.js';
import { writeOut } from '../process.js';

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

/** Gathers the values of a flag that may be given more than once; for commander. */
export function collect<T>(parse: (text: string) => T): (text: string, previous?: readonly T[]) => T[] {
  return (text, previous = []) => [...previous, parse(text)];
}

/** Reads `1:3:200=0.5`, or `1:3:7,4=0.5` for a pixel by row and column. */
export function weightChange(text: string): Change {
  const match = /^(\d+):(\d+):(\d+)(?:,(\d+))?=(.+)$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError(
      'Give layer:neuron:input=value, such as 1:3:200=0.5, or 1:3:7,4=0.5 for row 7, column 4.',
    );
  }
  const [layer, neuron, first] = match.slice(1, 4).map(Number);
  const input = match[4] === undefined ? first : { row: first, column: Number(match[4]) };
  return { kind: 'weight', layer, neuron, input, value: finite(match[5]) };
}

/** Reads `2:4=-10`. */
export function biasChange(text: string): Change {
  const match = /^(\d+:\d+)=(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give layer:neuron=value, such as 2:4=-10.');
  return { kind: 'bias', ...neuronPlace(match[1]), value: finite(match[2]) };
}

/** Reads `1=relu`. */
export function activationChange(text: string): Change {
  const match = /^(\d+)=(\w+)$/.exec(text);
  const name = match?.[2] ?? '';
  if (match === null || !isActivationName(name)) {
    throw new InvalidArgumentError(
      `Give layer=function, such as 1=relu; functions: ${ACTIVATIONS.join(', ')}.`,
    );
  }
  return { kind: 'activation', layer: Number(match[1]), activation: name };
}

/** Reads `1:3`. */
export function silenceChange(text: string): Change {
  return { kind: 'silence', ...neuronPlace(text) };
}

/** Reads a number, with a sign or without. */
export function finite(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number, such as 0.5 or -10.');
}
