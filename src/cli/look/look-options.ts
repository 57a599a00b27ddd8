import { type Command, InvalidArgumentError } from 'commander';
import type { OtherReading } from '../../counting/evaluation.js';
import { otherReadingWords } from '../../counting/wording.js';
import type { NeuronPlace } from '../../insight/explain.js';
import type { RenderOptions } from '../../views/terminal/terminal.js';
import { addModelOption, type ModelFlagValues, modelOptionsOf } from '../networks/model-options.js';
import {
  addReadingOptions,
  onOpened,
  onPictures,
  type ReadingFlagValues,
  type RunningFlags,
  readingFlagsOf,
  realNumber,
  wholeNumber,
} from '../options.js';
import { sayNote, stdoutOptions, writeOut } from '../process.js';

/** How layers and neurons are counted, for the end of a help text. */
export const COUNTING = `
Layers and neurons are numbered as in the introduction: layer 1 is the first hidden one, the last is the output;
neurons count from 0.`;

/** The flags of every view: which network is looked at, with which images, and what is printed. */
export interface LookFlags
  extends Pick<RunningFlags, 'quiet' | keyof ReadingFlagValues>,
    Omit<ModelFlagValues, 'normalize'> {
  readonly images?: string;
  readonly labels?: string;
  readonly limit?: number;
  readonly format: 'table' | 'json';
}

/** Adds the flags that say which network is looked at, and with which images. */
export function addLookInputOptions(command: Command): Command {
  const help =
    'IDX, CSV, NumPy, a folder of these or of pictures, an http(s) URL, or - for stdin: images to look with (default: the MNIST test set)';
  addImagesOptions(addModelOption(command), help);
  return addReadingOptions(
    command.option('-n, --limit <count>', 'look with the first images only', wholeNumber(1)),
  );
}

/** Adds the flags that say where images come from. */
export function addImagesOptions(command: Command, imagesHelp: string): Command {
  const help =
    'their labels (default: those that come with the images, or lie beside them, if there are any)';
  return command.option('--images <path>', imagesHelp).option('--labels <path>', help);
}

/** The options of a pipeline that these flags mean. */
export function imagesOf(flags: LookFlags) {
  const { images, labels, limit } = flags;
  const onLabelsLeftOut = (why: string): void => sayNote(flags, `${why}; looking without labels`);
  const reading = readingFlagsOf(flags);
  const onOtherReading = (other: OtherReading): void => sayNote(flags, otherReadingWords(other));
  const told = { onOpened: onOpened(flags), onPictures: onPictures(flags), onLabelsLeftOut, onOtherReading };
  return { ...modelOptionsOf(flags), images, labels, limit, reading, ...told };
}

/** Prints a view as JSON, or draws it for the terminal. */
export async function printView<View>(
  view: View,
  { format }: Pick<LookFlags, 'format'>,
  toJson: (view: View) => string,
  draw: (view: View, options: RenderOptions) => string,
): Promise<void> {
  await writeOut(format === 'json' ? toJson(view) : draw(view, stdoutOptions()));
}

/** Reads `2:7`; for commander. */
export function neuronPlace(text: string): NeuronPlace {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give a layer and a neuron, such as 1:4.');
  return { layer: Number(match[1]), neuron: Number(match[2]) };
}

/** Reads a number, with a sign or without; for commander. */
export const finite = realNumber(Number.isFinite, 'Expected a number, such as 0.5 or -10.');
