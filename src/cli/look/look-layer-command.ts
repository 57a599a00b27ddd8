import type { Command } from 'commander';
import { lookLayer } from '../../../pipelines/look/look-layer.js';
import { DigitflowError } from '../../errors.js';
import { READING_FLAGS } from '../../formats/reading.js';
import { lookLayerJson } from '../../outputs/json-text.js';
import { renderLayer } from '../../views/terminal/look/render-layer.js';
import { addViewOptions, givenFlag, wholeNumber } from '../options.js';
import {
  addDigitOptions,
  checkDigitFlags,
  type DigitFlags,
  digitOptionsOf,
  tellDigit,
} from './look-digit-command.js';
import { COUNTING, printView } from './look-options.js';

interface LookLayerFlags extends DigitFlags {
  readonly digit?: string;
  readonly neuron?: number;
}

const EXAMPLES = `
Examples:
  $ digitflow look layer 1                          what each neuron of the first hidden layer looks for
  $ digitflow look layer 1 --digit 18               a' = f(Wa + b), with an image on its way through the layer
  $ digitflow look layer 1 --digit 18 --neuron 4    one row of it: how that neuron comes to its value
  $ digitflow look layer 2 --digit my-3.png         a deeper layer, with a digit of your own
  $ digitflow look layer 3 --model relu             the outputs of another network
  $ digitflow look layer 1 --digit 18 --format json | jq .digit.values

W has a row for each neuron and a column for each input, b a bias for each neuron, a is what goes into the layer, and
a' what comes out. Of many inputs those are drawn that matter most; --format json has all of them.
${COUNTING}`;

/** Adds `digitflow look layer`. */
export function addLookLayerCommand(look: Command): void {
  const command = look
    .command('layer')
    .description("draw all of a layer: the weights of each neuron, and a' = f(Wa + b) as matrix and vectors")
    .argument('<layer>', 'its number: 1 is the first hidden layer', wholeNumber(1))
    .option(
      '--digit <image>',
      "a record's number in the test set, from 0, or a PNG or JPEG file, to send through it",
    )
    .option('--neuron <n>', 'light the row of this neuron of the layer, from 0', wholeNumber(0));
  addViewOptions(addDigitOptions(command)).addHelpText('after', EXAMPLES).action(runLookLayer);
}

async function runLookLayer(layer: number, flags: LookLayerFlags): Promise<void> {
  const { digit, neuron } = flags;
  if (digit === undefined) {
    const flag = givenFlag(flags, ['asIs', 'images', 'labels', ...READING_FLAGS]);
    if (flag !== undefined) {
      throw new DigitflowError(
        'USAGE',
        `${flag}: expected --digit, too, found none; add --digit 0, or leave ${flag} out`,
      );
    }
  } else checkDigitFlags(digit, flags);
  const view = await lookLayer({ ...digitOptionsOf(flags), layer, digit, neuron });
  if (view.digit !== null) tellDigit(flags, view.digit);
  await printView(view, flags, lookLayerJson, renderLayer);
}
