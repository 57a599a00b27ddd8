import type { Command } from 'commander';
import { lookNetwork } from '../../../pipelines/look.js';
import { lookNeuron } from '../../../pipelines/look-neuron.js';
import type { NeuronPlace } from '../../insight/neuron-arithmetic.js';
import { lookNetworkJson, lookNeuronJson } from '../../outputs/evaluation-json.js';
import { renderNetwork } from '../../views/terminal/render-network.js';
import { renderNeuronReport } from '../../views/terminal/render-neuron.js';
import { wholeNumber } from '../common-options.js';
import { addLookDetectorCommand } from './look-detector-command.js';
import { addLookDigitCommand } from './look-digit-command.js';
import {
  addLookInputOptions,
  addLookOutputOptions,
  COUNTING,
  imagesOf,
  type LookFlags,
  neuronPlace,
  printView,
} from './look-options.js';
import { addLookWhatIfCommand } from './look-what-if-command.js';

const LOOK_EXAMPLES = `
Examples:
  $ digitflow look digit 0                               the first test image on its way through the network
  $ digitflow look digit my-3.png                        a digit of your own
  $ digitflow look digit 0 --why                         which pixels made it so, and what would change the verdict
  $ digitflow look neuron 1:4                            what a neuron looks for, what lights it, what it does
  $ digitflow look network                               13,002 parameters, and what each neuron is worth
  $ digitflow look what-if --silence 1:3                 accuracy without a neuron, or with other weights
  $ digitflow look detector --rect 8,7,12,3 --bias -10   a neuron made by hand
${COUNTING}`;

/** Gives `digitflow look` a command for each thing that can be looked at. */
export function defineLook(look: Command): void {
  look.addHelpText('after', LOOK_EXAMPLES);
  addLookDigitCommand(look);
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

/** Adds `digitflow look network`. */
export function addLookNetworkCommand(look: Command): void {
  const command = look
    .command('network')
    .description('layers, parameters, how weights are spread, which neurons fire, and what each is worth');
  addLookInputOptions(command);
  addLookOutputOptions(command).addHelpText('after', NETWORK_EXAMPLES).action(runLookNetwork);
}

async function runLookNetwork(flags: LookFlags & { format: 'table' | 'json' }): Promise<void> {
  const { format, ...wanted } = flags;
  await printView(await lookNetwork(imagesOf(wanted)), format, lookNetworkJson, renderNetwork);
}

interface LookNeuronFlags extends LookFlags {
  count: number;
  format: 'table' | 'json';
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

/** Adds `digitflow look neuron`. */
export function addLookNeuronCommand(look: Command): void {
  const command = look
    .command('neuron')
    .description('draw what one neuron looks for, what lights it most, and what it does to each output')
    .argument('<layer:n>', 'the neuron, such as 1:4', neuronPlace);
  addLookInputOptions(command).option(
    '-c, --count <images>',
    'how many images that light it most, and least',
    wholeNumber(0, 100),
    5,
  );
  addLookOutputOptions(command).addHelpText('after', NEURON_EXAMPLES).action(runLookNeuron);
}

async function runLookNeuron(neuron: NeuronPlace, flags: LookNeuronFlags): Promise<void> {
  const { format, ...wanted } = flags;
  await printView(
    await lookNeuron({ neuron, ...imagesOf(wanted) }),
    format,
    lookNeuronJson,
    renderNeuronReport,
  );
}
