import type { Command } from 'commander';
import { lookDigit } from '../../../pipelines/look-digit.js';
import type { NeuronPlace } from '../../insight/neuron-arithmetic.js';
import { lookDigitJson } from '../../outputs/evaluation-json.js';
import { renderDigit } from '../../views/terminal/render-digit.js';
import { printable } from '../../views/terminal/text-width.js';
import { addCsvOptions, wholeNumber } from '../common-options.js';
import {
  addLookOutputOptions,
  addModelOption,
  COUNTING,
  type ImagesFlags,
  imagesOf,
  neuronPlace,
  printView,
} from './look-options.js';

interface LookDigitFlags extends ImagesFlags {
  model: string;
  neuron?: NeuronPlace;
  why?: number | true;
  invert?: boolean;
  asIs?: boolean;
  format: 'table' | 'json';
}

const EXAMPLES = `
Examples:
  $ digitflow look digit 0                       the first image of the bundled MNIST test set
  $ digitflow look digit 8 --model relu          in another network
  $ digitflow look digit 7 --images my-images    of any IDX file or folder
  $ digitflow look digit 17 --images train.csv   a row of a CSV
  $ digitflow look digit my-3.png                a PNG of any size, dark on light or light on dark
  $ digitflow look digit 0 --neuron 1:4          the arithmetic of one neuron
  $ digitflow look digit 0 --why                 each pixel's part in the verdict, and what would change it
  $ digitflow look digit 0 --why 3               what speaks for and against a 3
  $ digitflow look digit 0 --format json | jq .explanation.margin

A PNG is made into what MNIST has: bright ink on black, scaled into the middle 20/28 and
centred by its mass; one of the network's own size is neither scaled nor moved. What was done is told on stderr.
${COUNTING}`;

/** Adds `digitflow look digit`. */
export function addLookDigitCommand(look: Command): void {
  const command = look
    .command('digit')
    .description('draw one image and all it lights up: hidden layers, outputs, verdict; and why')
    .argument('<image>', "a record's number in the test set, from 0, or a PNG file");
  addModelOption(command)
    .option(
      '--images <path>',
      'the IDX or CSV file, folder, or - for stdin, that a number counts in (default: the MNIST test set)',
    )
    .option(
      '--labels <path>',
      'the IDX file of their labels (default: found beside the images, if there are any)',
    )
    .option(
      '--neuron <layer:n>',
      'how one neuron came to its value: sum, bias, what pushed it most',
      neuronPlace,
    )
    .option('--why [class]', "each pixel's part in the verdict, or in a class by number", wholeNumber(0))
    .option('--invert', 'turn a PNG around: dark for bright (default: when its background is bright)')
    .option('--no-invert', 'do not turn a PNG around')
    .option('--as-is', "take a PNG's pixels as they are; it must have the network's size");
  addCsvOptions(command);
  addLookOutputOptions(command).addHelpText('after', EXAMPLES).action(runLookDigit);
}

async function runLookDigit(image: string, flags: LookDigitFlags): Promise<void> {
  const { format, quiet, ...wanted } = flags;
  const view = await lookDigit({ image, ...imagesOf({ ...wanted, quiet }) });
  if (!quiet && view.done.length > 0) {
    process.stderr.write(`digitflow: ${printable(view.name)}: ${view.done.join(', ')}\n`);
  }
  await printView(view, format, lookDigitJson, renderDigit);
}
