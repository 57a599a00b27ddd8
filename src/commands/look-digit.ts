import { type Command, InvalidArgumentError, Option } from 'commander';
import { lookDigit } from '../../pipelines/look-digit.js';
import type { NeuronPlace } from '../insight/neuron-arithmetic.js';
import { printable } from '../render/display-width.js';
import { renderDigit } from '../render/render-digit.js';
import { colorLevel, columnsOf, supportsUnicode } from '../render/terminal.js';
import { lookDigitJson } from '../sinks/digit-json.js';
import { BUNDLED_MODELS } from '../sources/open-model.js';
import { wholeNumber } from './option-values.js';
import { writeOut } from './write-out.js';

interface LookDigitFlags {
  model: string;
  images?: string;
  labels?: string;
  neuron?: NeuronPlace;
  why?: number | true;
  invert?: boolean;
  asIs?: boolean;
  format: 'table' | 'json';
  quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ digitflow look digit 0                       the first image of the bundled MNIST test set
  $ digitflow look digit 8 --model relu          in another network
  $ digitflow look digit 7 --images my-images    of any IDX file or folder
  $ digitflow look digit my-3.png                a PNG of any size, dark on light or light on dark
  $ digitflow look digit 0 --neuron 1:4          the arithmetic of one neuron
  $ digitflow look digit 0 --why                 each pixel's part in the verdict, and what would change it
  $ digitflow look digit 0 --why 3               what speaks for and against a 3
  $ digitflow look digit 0 --format json | jq .explanation.margin

Layers and neurons are numbered as in the introduction: layer 1 is the first hidden one, the last is the output;
neurons count from 0. A PNG is made into what MNIST has: bright ink on black, scaled into the middle 20/28 and
centred by its mass; one of the network's own size is neither scaled nor moved. What was done is told on stderr.`;

/** Adds `digitflow look digit`. */
export function addLookDigitCommand(look: Command): void {
  look
    .command('digit')
    .description('draw one image and all it lights up: hidden layers, outputs, verdict; and why')
    .argument('<image>', "a record's number in the test set, from 0, or a PNG file")
    .option(
      '-m, --model <name>',
      `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
      BUNDLED_MODELS[0],
    )
    .option('--images <path>', 'the IDX file or folder that a number counts in (default: the MNIST test set)')
    .option(
      '--labels <path>',
      'the IDX file of their labels (default: found beside the images, if there are any)',
    )
    .option('--neuron <layer:n>', 'how one neuron came to its value: sum, bias, what pushed it most', place)
    .option('--why [class]', "each pixel's part in the verdict, or in a class by number", wholeNumber(0))
    .option('--invert', 'turn a PNG around: dark for bright (default: when its background is bright)')
    .option('--no-invert', 'do not turn a PNG around')
    .option('--as-is', "take a PNG's pixels as they are; it must have the network's size")
    .addOption(
      new Option('-f, --format <format>', 'what to print').choices(['table', 'json']).default('table'),
    )
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error')
    .addHelpText('after', EXAMPLES)
    .action(runLookDigit);
}

async function runLookDigit(image: string, flags: LookDigitFlags): Promise<void> {
  const { format, quiet, ...wanted } = flags;
  const view = await lookDigit({ image, ...wanted });
  if (!quiet && view.done.length > 0) {
    process.stderr.write(`digitflow: ${printable(view.name)}: ${view.done.join(', ')}\n`);
  }
  const options = {
    color: colorLevel(process.stdout, process.env),
    width: columnsOf(process.stdout),
    unicode: supportsUnicode(process.env, process.platform),
  };
  await writeOut(format === 'json' ? lookDigitJson(view) : renderDigit(view, options));
}

/** Reads `2:7`. */
function place(text: string): NeuronPlace {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give a layer and a neuron, such as 1:4.');
  return { layer: Number(match[1]), neuron: Number(match[2]) };
}
