import { type Command, InvalidArgumentError, Option } from 'commander';
import { lookWhatIf } from '../../../pipelines/look/look-what-if.js';
import { DigitflowError } from '../../errors.js';
import { type Change, FEEDS, type Feed } from '../../insight/what-if.js';
import { ACTIVATIONS, isActivationName } from '../../network/activations.js';
import { lookWhatIfJson } from '../../outputs/json-text.js';
import { renderWhatIf } from '../../views/terminal/look/render-what-if.js';
import { addViewOptions, wholeNumber } from '../options.js';
import {
  addLookInputOptions,
  COUNTING,
  finite,
  imagesOf,
  type LookFlags,
  neuronPlace,
  printView,
} from './look-options.js';

interface LookWhatIfFlags extends LookFlags {
  readonly weight?: Change[];
  readonly bias?: Change[];
  readonly activation?: Change[];
  readonly silence?: Change[];
  readonly shuffle?: number[];
  readonly feed?: Feed;
  readonly seed?: number;
}

const EXAMPLES = `
Examples:
  $ digitflow look what-if --silence 1:3                   without one neuron
  $ digitflow look what-if --weight 1:3:200=0.5            with another weight: layer, neuron, input
  $ digitflow look what-if --weight 1:3:7,4=0.5            the same: row 7, column 4 of the image
  $ digitflow look what-if --bias 2:4=-10                  with a higher threshold
  $ digitflow look what-if --activation 1=relu             with another function in layer 1
  $ digitflow look what-if --shuffle 2 --seed 7            with a layer's weights in disorder
  $ digitflow look what-if --feed noise                    an image of noise, and what the network says of it
  $ digitflow look what-if --silence 1:3 --silence 1:7 --bias 2:4=1 --feed inverted
  $ digitflow look what-if --silence 1:3 --format json | jq .after.accuracy

All changes are made together, on all the images: layers are shuffled first, so a weight that is set stays where it
was set. A silenced neuron gives 0 whatever it is asked.
${COUNTING}`;

/** Adds `digitflow look what-if`. */
export function addLookWhatIfCommand(look: Command): void {
  const activationHelp = `another activation function: ${ACTIVATIONS.join(', ')}; may be given again`;
  const command = look
    .command('what-if')
    .description('change the network, or what it is fed: accuracy, confusion and neurons, after less before')
    .option('--weight <layer:n:input=value>', 'set a weight; may be given again', collect(weightChange))
    .option('--bias <layer:n=value>', 'set a bias; may be given again', collect(biasChange))
    .option('--activation <layer=name>', activationHelp, collect(activationChange))
    .option('--silence <layer:n>', 'silence a neuron; may be given again', collect(silenceChange))
    .option('--shuffle <layer>', "shuffle a layer's weights; may be given again", collect(wholeNumber(1)))
    .addOption(new Option('--feed <what>', 'feed something else in place of the images').choices(FEEDS))
    .option('--seed <number>', 'of what is random: shuffling, noise (default: 1)', wholeNumber(0));
  addLookInputOptions(command);
  addViewOptions(command).addHelpText('after', EXAMPLES).action(runLookWhatIf);
}

async function runLookWhatIf(flags: LookWhatIfFlags): Promise<void> {
  const { weight = [], bias = [], activation = [], silence = [], shuffle = [], feed, seed = 1 } = flags;
  if (flags.seed !== undefined && shuffle.length === 0 && feed !== 'noise') {
    throw new DigitflowError('USAGE', '--seed: nothing is random here; give --shuffle or --feed noise, too');
  }
  const shuffles = shuffle.map((layer): Change => ({ kind: 'shuffle', layer, seed }));
  const changes = [...shuffles, ...weight, ...bias, ...activation, ...silence];
  const view = await lookWhatIf({ ...imagesOf(flags), changes, feed, seed });
  await printView(view, flags, lookWhatIfJson, renderWhatIf);
}

/** Gathers the values of a flag that may be given more than once; for commander. */
function collect<T>(parse: (text: string) => T): (text: string, previous?: readonly T[]) => T[] {
  return (text, previous = []) => [...previous, parse(text)];
}

/** Reads `1:3:200=0.5`, or `1:3:7,4=0.5` for a pixel by row and column. */
function weightChange(text: string): Change {
  const match = /^(\d+):(\d+):(\d+)(?:,(\d+))?=(.+)$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError(
      'Give layer:neuron:input=value, such as 1:3:200=0.5, or 1:3:7,4=0.5 for row 7, column 4.',
    );
  }
  const [layer, neuron, first] = match.slice(1, 4).map(Number);
  const input = match[4] === undefined ? first : { row: first, column: Number(match[4]) };
  return { kind: 'weight', layer, neuron, input, value: finite(match[5]) };
}

/** Reads `2:4=-10`. */
function biasChange(text: string): Change {
  const match = /^(\d+:\d+)=(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give layer:neuron=value, such as 2:4=-10.');
  return { kind: 'bias', ...neuronPlace(match[1]), value: finite(match[2]) };
}

/** Reads `1=relu`. */
function activationChange(text: string): Change {
  const match = /^(\d+)=(\w+)$/.exec(text);
  const name = match?.[2] ?? '';
  if (match === null || !isActivationName(name)) {
    throw new InvalidArgumentError(
      `Give layer=function, such as 1=relu; functions: ${ACTIVATIONS.join(', ')}.`,
    );
  }
  return { kind: 'activation', layer: Number(match[1]), activation: name };
}

/** Reads `1:3`. */
function silenceChange(text: string): Change {
  return { kind: 'silence', ...neuronPlace(text) };
}
