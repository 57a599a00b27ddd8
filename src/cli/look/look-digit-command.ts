import type { Command } from 'commander';
import { type DigitView, type LookDigitOptions, lookDigit } from '../../../pipelines/look/look-digit.js';
import { DigitflowError } from '../../errors.js';
import { READING_FLAGS } from '../../formats/reading.js';
import { nameOf } from '../../inputs/bytes/open-bytes.js';
import { lookDigitJson } from '../../outputs/json-text.js';
import { renderDigit } from '../../views/terminal/look/render-digit.js';
import { addModelOption } from '../networks/model-options.js';
import { addReadingOptions, addViewOptions, givenFlag, wholeNumber } from '../options.js';
import { sayNote } from '../process.js';
import {
  addImagesOptions,
  COUNTING,
  imagesOf,
  type LookFlags,
  neuronPlace,
  printView,
} from './look-options.js';

/** The flags of a view of one digit. */
export type DigitFlags = LookFlags & { readonly asIs?: boolean | undefined };

type LookDigitFlags = DigitFlags & Pick<LookDigitOptions, 'neuron' | 'why'>;

const EXAMPLES = `
Examples:
  $ digitflow look digit 0                       the first image of the bundled MNIST test set
  $ digitflow look digit 8 --model relu          in another network
  $ digitflow look digit 7 --images my-images    of any IDX or NumPy file, or folder
  $ digitflow look digit 17 --images train.csv   a row of a CSV
  $ digitflow look digit my-3.png                a PNG or JPEG of any size, dark on light or light on dark
  $ digitflow look digit 0 --neuron 1:4          the arithmetic of one neuron
  $ digitflow look digit 0 --why                 each pixel's part in the verdict, and what would change it
  $ digitflow look digit 0 --why 3               what speaks for and against a 3
  $ digitflow look digit 0 --format json | jq .explanation.margin

A picture is made into what MNIST has: its paper is taken away, the largest digit in it becomes bright on
black, with strokes as wide as MNIST's, scaled into the middle 20/28 and centred by mass. One that is like
MNIST already is left as it is. What was done, and what is doubtful about it, is told on stderr.
${COUNTING}`;

/** Adds `digitflow look digit`. */
export function addLookDigitCommand(look: Command): void {
  const command = look
    .command('digit')
    .description('draw one image and all it lights up: hidden layers, outputs, verdict; and why')
    .argument('<image>', "a record's number in the test set, from 0, or a PNG or JPEG file")
    .option(
      '--neuron <layer:n>',
      'how one neuron came to its value: sum, bias, what pushed it most',
      neuronPlace,
    )
    .option('--why [class]', "each pixel's part in the verdict, or in a class by number", wholeNumber(0));
  addViewOptions(addDigitOptions(command)).addHelpText('after', EXAMPLES).action(runLookDigit);
}

/** Adds the flags that say which network a digit is shown to, where it comes from, and how it is understood. */
export function addDigitOptions(command: Command): Command {
  const imagesHelp =
    'IDX, CSV, NumPy, a folder of these or of pictures, an http(s) URL, or - for stdin, that a number counts in (default: the MNIST test set)';
  const asIsHelp = "take a picture's pixels as they are; it must have the network's size";
  return addReadingOptions(addImagesOptions(addModelOption(command), imagesHelp).option('--as-is', asIsHelp));
}

async function runLookDigit(image: string, flags: LookDigitFlags): Promise<void> {
  checkDigitFlags(image, flags);
  const { neuron, why } = flags;
  const view = await lookDigit({ image, ...digitOptionsOf(flags), neuron, why });
  tellDigit(flags, view);
  await printView(view, flags, lookDigitJson, renderDigit);
}

/** The options of a pipeline that these flags mean. */
export function digitOptionsOf(flags: DigitFlags) {
  const { invert, asIs } = flags;
  return { ...imagesOf(flags), invert, preprocess: asIs ? ('none' as const) : flags.preprocess };
}

/** Tells what was done to a picture, and what is doubtful about it. */
export function tellDigit(
  flags: DigitFlags,
  { name, done, doubts }: Pick<DigitView, 'name' | 'done' | 'doubts'>,
): void {
  if (done.length > 0) sayNote(flags, `${name}: ${done.join(', ')}`);
  if (doubts.length > 0) sayNote(flags, `${name}: may be misread: ${doubts.join(', ')}`);
}

/** Refuses the flags of a picture for a record, and the other way round. */
export function checkDigitFlags(image: string, flags: DigitFlags): void {
  const isRecord = /^\d+$/.test(image);
  const ofRecords = READING_FLAGS.filter((name) => name !== 'preprocess' && name !== 'invert');
  const flag = givenFlag(flags, isRecord ? ['asIs'] : ['images', 'labels', ...ofRecords]);
  if (flag === undefined) return;
  const found = isRecord ? 'a picture, found the number' : "a record's number, found the path";
  throw new DigitflowError('USAGE', `${flag}: expected ${found} ${nameOf(image)}; leave ${flag} out`);
}
