import type { Command } from 'commander';
import { lookNetwork } from '../../pipelines/look-network.js';
import { renderNetwork } from '../render/render-network.js';
import { lookNetworkJson } from '../sinks/look-json.js';
import {
  addLookInputOptions,
  addLookOutputOptions,
  COUNTING,
  imagesOf,
  type LookFlags,
  printView,
} from './look-options.js';

const EXAMPLES = `
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
  addLookOutputOptions(command).addHelpText('after', EXAMPLES).action(runLookNetwork);
}

async function runLookNetwork(flags: LookFlags & { format: 'table' | 'json' }): Promise<void> {
  const { format, ...wanted } = flags;
  await printView(await lookNetwork(imagesOf(wanted)), format, lookNetworkJson, renderNetwork);
}
