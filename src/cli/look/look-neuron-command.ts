import type { Command } from 'commander';
import { lookNeuron } from '../../../pipelines/look.js';
import type { NeuronPlace } from '../../insight/explain.js';
import { lookNeuronJson } from '../../outputs/look-json.js';
import { renderNeuronReport } from '../../views/terminal/render-neuron.js';
import { addViewOptions, wholeNumber } from '../common-options.js';
import {
  addLookInputOptions,
  COUNTING,
  imagesOf,
  type LookFlags,
  neuronPlace,
  printView,
} from './look-options.js';

interface LookNeuronFlags extends LookFlags {
  count: number;
}

const EXAMPLES = `
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
  addViewOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (neuron: NeuronPlace, flags: LookNeuronFlags) => {
      const view = await lookNeuron({ ...imagesOf(flags), neuron, count: flags.count });
      await printView(view, flags, lookNeuronJson, renderNeuronReport);
    });
}
