import type { Command } from 'commander';
import { lookNetwork } from '../../../pipelines/look.js';
import { lookNetworkJson } from '../../outputs/look-json.js';
import { renderNetwork } from '../../views/terminal/render-network.js';
import { addViewOptions } from '../common-options.js';
import { addLookDetectorCommand } from './look-detector-command.js';
import { addLookDigitCommand } from './look-digit-command.js';
import { addLookNeuronCommand } from './look-neuron-command.js';
import { addLookInputOptions, COUNTING, imagesOf, type LookFlags, printView } from './look-options.js';
import { addLookWhatIfCommand } from './look-what-if-command.js';

const EXAMPLES = `
Examples:
  $ digitflow look digit 0                               the first test image on its way through the network
  $ digitflow look digit my-3.png                        a digit of your own
  $ digitflow look digit 0 --why                         which pixels made it so, and what would change the verdict
  $ digitflow look neuron 1:4                            what a neuron looks for, what lights it, what it does
  $ digitflow look network                               13,002 parameters, and what each neuron is worth
  $ digitflow look what-if --silence 1:3                 accuracy without a neuron, or with other weights
  $ digitflow look detector --rect 8,7,12,3 --bias -10   a neuron made by hand
${COUNTING}`;

/** Gives `digitflow look` all that can be looked at. */
export function defineLook(look: Command): void {
  look.addHelpText('after', EXAMPLES);
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
