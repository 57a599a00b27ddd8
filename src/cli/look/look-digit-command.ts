import type { Command } from 'commander';
import { type LookDigitOptions, lookDigit } from '../../../pipelines/look/look-digit.js';
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

type LookDigitFlags = LookFlags &
  Pick<LookDigitOptions, 'neuron' | 'why'> & { readonly asIs?: boolean | undefined };

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
  const imagesHelp =
    'IDX, CSV, NumPy, a folder of these or of pictures, an http(s) URL, or - for stdin, that a number counts in (default: the MNIST test set)';
  const command = look
    .command('digit')
    .description('draw one image and all it lights up: hidden layers, outputs, verdict; and why')
    .argument('<image>', "a record's number in the test set, from 0, or a PNG or JPEG file");
  addImagesOptions(addModelOption(command), imagesHelp)
    .option(
      '--neuron <layer:n>',
      'how one neuron came to its value: sum, bias, what pushed it most',
      neuronPlace,
    )
    .option('--why [class]', "each pixel's part in the verdict, or in a class by number", wholeNumber(0))
    .option('--as-is', "take a picture's pixels as they are; it must have the network's size");
  addReadingOptions(command);
  addViewOptions(command).addHelpText('after', EXAMPLES).action(runLookDigit);
}

async function runLookDigit(image: string, flags: LookDigitFlags): Promise<void> {
  checkFlags(image, flags);
  const { neuron, why, invert, asIs } = flags;
  const preprocess = asIs ? 'none' : flags.preprocess;
  const view = await lookDigit({ image, ...imagesOf(flags), neuron, why, invert, preprocess });
  if (view.done.length > 0) sayNote(flags, `${view.name}: ${view.done.join(', ')}`);
  if (view.doubts.length > 0) sayNote(flags, `${view.name}: may be misread: ${view.doubts.join(', ')}`);
  await printView(view, flags, lookDigitJson, renderDigit);
}

/** Refuses the flags of a picture for a record, and the other way round. */
function checkFlags(image: string, flags: LookDigitFlags): void {
  const isRecord = /^\d+$/.test(image);
  const ofRecords = READING_FLAGS.filter((name) => name !== 'preprocess' && name !== 'invert');
  const flag = givenFlag(flags, isRecord ? ['asIs'] : ['images', 'labels', ...ofRecords]);
  if (flag === undefined) return;
  const found = isRecord ? 'a picture, found the number' : "a record's number, found the path";
  throw new DigitflowError('USAGE', `${flag}: expected ${found} ${nameOf(image)}; leave ${flag} out`);
}
