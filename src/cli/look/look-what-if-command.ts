import { type Command, Option } from 'commander';
import { lookWhatIf } from '../../../pipelines/look-what-if.js';
import type { Change } from '../../insight/changes.js';
import { FEEDS, type Feed } from '../../insight/what-if.js';
import { ACTIVATIONS } from '../../network/activations.js';
import { lookWhatIfJson } from '../../outputs/evaluation-json.js';
import { renderWhatIf } from '../../views/terminal/render-what-if.js';
import { wholeNumber } from '../common-options.js';
import {
  activationChange,
  addLookInputOptions,
  addLookOutputOptions,
  biasChange,
  COUNTING,
  collect,
  imagesOf,
  type LookFlags,
  printView,
  silenceChange,
  weightChange,
} from './look-options.js';

interface LookWhatIfFlags extends LookFlags {
  weight?: Change[];
  bias?: Change[];
  activation?: Change[];
  silence?: Change[];
  shuffle?: number[];
  feed?: Feed;
  seed: number;
  format: 'table' | 'json';
}

const EXAMPLES = `
Examples:
  $ digitflow look what-if --silence 1:3                   without one neuron
  $ digitflow look what-if --weight 1:3:200=0.5            with another weight: layer, neuron, input
  $ digitflow look what-if --weight 1:3:7,4=0.5            the same: row 7, column 4 of the image
  $ digitflow look what-if --bias 2:4=-10                  with a higher threshold
  $ digitflow look what-if --activation 1=relu             with another function in layer 1
  $ digitflow look what-if --shuffle 2 --seed 7            with a layer's weights in disorder
  $ digitflow look what-if --feed noise                    is it sure of itself where there is nothing?
  $ digitflow look what-if --silence 1:3 --silence 1:7 --bias 2:4=1 --feed inverted
  $ digitflow look what-if --silence 1:3 --format json | jq .after.accuracy

All changes are made together, on all the images: layers are shuffled first, so a weight that is set stays where it
was set. A silenced neuron gives 0 whatever it is asked.
${COUNTING}`;

/** Adds `digitflow look what-if`. */
export function addLookWhatIfCommand(look: Command): void {
  const command = look
    .command('what-if')
    .description('change the network, or what it is fed: accuracy and confusion before and after')
    .option('--weight <layer:n:input=value>', 'set a weight; may be given again', collect(weightChange))
    .option('--bias <layer:n=value>', 'set a bias; may be given again', collect(biasChange))
    .option(
      '--activation <layer=name>',
      `another activation function: ${ACTIVATIONS.join(', ')}; may be given again`,
      collect(activationChange),
    )
    .option('--silence <layer:n>', 'silence a neuron; may be given again', collect(silenceChange))
    .option('--shuffle <layer>', "shuffle a layer's weights; may be given again", collect(wholeNumber(1)))
    .addOption(new Option('--feed <what>', 'feed something else in place of the images').choices([...FEEDS]))
    .option('--seed <number>', 'of what is random: shuffling, noise', wholeNumber(0), 1);
  addLookInputOptions(command);
  addLookOutputOptions(command).addHelpText('after', EXAMPLES).action(runLookWhatIf);
}

async function runLookWhatIf(flags: LookWhatIfFlags): Promise<void> {
  const { weight = [], bias = [], activation = [], silence = [], shuffle = [], format, ...wanted } = flags;
  const { seed } = wanted;
  const shuffles = shuffle.map((layer): Change => ({ kind: 'shuffle', layer, seed }));
  const changes = [...shuffles, ...weight, ...bias, ...activation, ...silence];
  await printView(await lookWhatIf({ ...imagesOf(wanted), changes }), format, lookWhatIfJson, renderWhatIf);
}
