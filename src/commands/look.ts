import type { Command } from 'commander';
import { addLookDetectorCommand } from './look-detector.js';
import { addLookDigitCommand } from './look-digit.js';
import { addLookNetworkCommand } from './look-network.js';
import { addLookNeuronCommand } from './look-neuron.js';
import { COUNTING } from './look-options.js';
import { addLookWhatIfCommand } from './look-what-if.js';

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

/** Adds `digitflow look` and all that can be looked at. */
export function addLookCommand(program: Command): void {
  const look = program
    .command('look')
    .description('see inside a network: what a digit lights up, and why')
    .addHelpText('after', EXAMPLES);
  addLookDigitCommand(look);
  addLookNeuronCommand(look);
  addLookNetworkCommand(look);
  addLookWhatIfCommand(look);
  addLookDetectorCommand(look);
}
