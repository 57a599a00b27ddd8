import { type Command, InvalidArgumentError } from 'commander';
import {
  type LookDetectorOptions,
  lookDetector,
  lookNetwork,
  lookNeuron,
} from '../../../pipelines/look/look.js';
import type { Rectangle } from '../../insight/detector.js';
import type { NeuronPlace } from '../../insight/explain.js';
import { lookDetectorJson, lookNetworkJson, lookNeuronJson } from '../../outputs/json-text.js';
import { renderDetector } from '../../views/terminal/look/render-detector.js';
import { renderNetwork } from '../../views/terminal/look/render-network.js';
import { renderNeuronReport } from '../../views/terminal/look/render-neuron.js';
import { addViewOptions, wholeNumber } from '../options.js';
import { addLookDigitCommand } from './look-digit-command.js';
import { addLookLayerCommand } from './look-layer-command.js';
import {
  addLookInputOptions,
  COUNTING,
  finite,
  imagesOf,
  type LookFlags,
  neuronPlace,
  printView,
} from './look-options.js';
import { addLookWhatIfCommand } from './look-what-if-command.js';

const EXAMPLES = `
Examples:
  $ digitflow look digit 0                               the first test image on its way through the network
  $ digitflow look digit my-3.png                        a digit of your own
  $ digitflow look digit 0 --why                         which pixels made it so, and what would change the verdict
  $ digitflow look layer 1 --digit 18                    a' = f(Wa + b), with an image on its way through the layer
  $ digitflow look neuron 1:4                            what a neuron looks for, what lights it, what it does
  $ digitflow look network                               13,002 parameters, and what each neuron is worth
  $ digitflow look what-if --silence 1:3                 accuracy without a neuron, or with other weights
  $ digitflow look detector --rect 8,7,12,3 --bias -10   a neuron made by hand
${COUNTING}`;

/** Gives `digitflow look` all that can be looked at. */
export function defineLook(look: Command): void {
  look.addHelpText('after', EXAMPLES);
  addLookDigitCommand(look);
  addLookLayerCommand(look);
  addLookNeuronCommand(look);
  addLookNetworkCommand(look);
  addLookWhatIfCommand(look);
  addLookDetectorCommand(look);
}

const NETWORK_EXAMPLES = `
Examples:
  $ digitflow look network                           the bundled network and the MNIST test set
  $ digitflow look network --model relu
  $ digitflow look network --images folder -n 1000   judged by other images, the first 1,000 of them
  $ digitflow look network --format json | jq '.network.neurons[] | select(.fires == 0)'

A neuron fires where its weighted sum is above the threshold that its bias is: sigmoid above 0.5, relu and tanh
above 0. A silenced neuron gives 0 whatever it is asked; each is silenced by itself: where layers are
wide, judge them by fewer images (-n).
${COUNTING}`;

function addLookNetworkCommand(look: Command): void {
  const command = look
    .command('network')
    .description('layers, parameters, how weights are spread, which neurons fire, and what each is worth');
  addLookInputOptions(command);
  addViewOptions(command)
    .addHelpText('after', NETWORK_EXAMPLES)
    .action(async (flags: LookFlags) => {
      await printView(await lookNetwork(imagesOf(flags)), flags, lookNetworkJson, renderNetwork);
    });
}

const NEURON_EXAMPLES = `
Examples:
  $ digitflow look neuron 1:4                    a neuron of the first hidden layer
  $ digitflow look neuron 2:7 --model relu       deeper, in another network
  $ digitflow look neuron 3:5 --count 10         an output: which images it takes for a 5
  $ digitflow look neuron 1:4 --images folder    with other images
  $ digitflow look neuron 1:4 --format json | jq .neuron.effect.meanOnOutputs

Layer 1 looks at pixels: its weights are the picture. A deeper neuron's picture is the mean, over all images, of how
much each pixel raises its sum (its gradient). Effects on outputs are measured: each image with and without the neuron.
${COUNTING}`;

function addLookNeuronCommand(look: Command): void {
  const command = look
    .command('neuron')
    .description('draw what one neuron looks for, what lights it most, and what it does to each output')
    .argument('<layer:n>', 'the neuron, such as 1:4', neuronPlace);
  const help = 'how many images that light it most, and least';
  addLookInputOptions(command).option('-c, --count <images>', help, wholeNumber(0, 100), 5);
  addViewOptions(command)
    .addHelpText('after', NEURON_EXAMPLES)
    .action(async (neuron: NeuronPlace, flags: LookFlags & { readonly count: number }) => {
      const view = await lookNeuron({ ...imagesOf(flags), neuron, count: flags.count });
      await printView(view, flags, lookNeuronJson, renderNeuronReport);
    });
}

interface LookDetectorFlags
  extends LookFlags,
    Pick<LookDetectorOptions, 'mask' | 'bias' | 'positive' | 'negative' | 'margin' | 'count'> {
  readonly rect?: Rectangle;
}

const DETECTOR_EXAMPLES = `
Examples:
  $ digitflow look detector --rect 8,7,12,3               a stroke across the upper middle: x,y,width,height
  $ digitflow look detector --rect 8,7,12,3 --bias -10    the same, that lights only above a sum of 10
  $ digitflow look detector --mask loop.txt               a region drawn in text: # in it, - around it, . nothing
  $ digitflow look detector --mask loop.png --margin 1    a PNG of the images' size: what is bright is in it
  $ digitflow look detector --rect 8,7,12,3 --images folder --format json | jq .detector.brightest

This is a neuron made by hand: positive weights in the region, negative ones around it so that it looks for an edge, and
a bias as its threshold; of --model it takes the images' size and the classes, no weights. Pixels count from 0 at the
upper left, black is 0 and white is 1. A drawing in text may be smaller than the images: it lies in their middle.`;

function addLookDetectorCommand(look: Command): void {
  const command = look
    .command('detector')
    .description('make a pattern detector by hand, and see which images it lights on')
    .option('--rect <x,y,w,h>', 'the region: a rectangle, in pixels', rectangle)
    .option('--mask <file>', 'the region: drawn in a text file, or a PNG')
    .option('--bias <number>', 'minus the threshold that the weighted sum has to be above', finite, 0)
    .option('--positive <weight>', 'the weights in the region', finite, 1)
    .option('--negative <weight>', 'the weights around it', finite, -1)
    .option('--margin <pixels>', 'how wide what is around it is', wholeNumber(0), 2);
  const help = 'how many of the brightest matches, and of the darkest';
  addLookInputOptions(command).option('-c, --count <images>', help, wholeNumber(0, 100), 5);
  addViewOptions(command).addHelpText('after', DETECTOR_EXAMPLES).action(runLookDetector);
}

async function runLookDetector(flags: LookDetectorFlags): Promise<void> {
  const { rect: rectangle, mask, bias, positive, negative, margin, count } = flags;
  const weights = { bias, positive, negative, margin };
  const view = await lookDetector({ ...imagesOf(flags), ...weights, rectangle, mask, count });
  await printView(view, flags, lookDetectorJson, renderDetector);
}

/** Reads `8,7,12,3`. */
function rectangle(text: string): Rectangle {
  const match = /^(\d+),(\d+),(\d+),(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give x,y,width,height in pixels, such as 8,7,12,3.');
  const [x, y, width, height] = match.slice(1).map(Number);
  return { x, y, width, height };
}
