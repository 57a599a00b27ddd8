import { type Command, InvalidArgumentError } from 'commander';
import { lookDetector } from '../../../pipelines/look.js';
import type { Rectangle } from '../../insight/detector.js';
import { lookDetectorJson } from '../../outputs/look-json.js';
import { renderDetector } from '../../views/terminal/render-detector.js';
import { addViewOptions, wholeNumber } from '../common-options.js';
import { addLookInputOptions, finite, imagesOf, type LookFlags, printView } from './look-options.js';

interface LookDetectorFlags extends LookFlags {
  rect?: Rectangle;
  mask?: string;
  bias: number;
  positive: number;
  negative: number;
  margin: number;
  count: number;
}

const EXAMPLES = `
Examples:
  $ digitflow look detector --rect 8,7,12,3               a stroke across the upper middle: x,y,width,height
  $ digitflow look detector --rect 8,7,12,3 --bias -10    the same, that lights only above a sum of 10
  $ digitflow look detector --mask loop.txt               a region drawn in text: # in it, - around it, . nothing
  $ digitflow look detector --mask loop.png --margin 1    a PNG of the images' size: what is bright is in it
  $ digitflow look detector --rect 8,7,12,3 --images folder --format json | jq .detector.brightest

This is a neuron made by hand: positive weights in the region, negative ones around it so that it looks for an edge, and
a bias as its threshold; of --model it takes the images' size and the classes, no weights. Pixels count from 0 at the upper left, black is 0 and white is 1. A drawing in text may be
smaller than the images: it lies in their middle.`;

/** Adds `digitflow look detector`. */
export function addLookDetectorCommand(look: Command): void {
  const command = look
    .command('detector')
    .description('make a pattern detector by hand, and see which images it lights on')
    .option('--rect <x,y,w,h>', 'the region: a rectangle, in pixels', rectangle)
    .option('--mask <file>', 'the region: drawn in a text file, or a PNG')
    .option('--bias <number>', 'minus the threshold that the weighted sum has to be above', finite, 0)
    .option('--positive <weight>', 'the weights in the region', finite, 1)
    .option('--negative <weight>', 'the weights around it', finite, -1)
    .option('--margin <pixels>', 'how wide what is around it is', wholeNumber(0), 2);
  addLookInputOptions(command).option(
    '-c, --count <images>',
    'how many of the brightest matches, and of the darkest',
    wholeNumber(0, 100),
    5,
  );
  addViewOptions(command).addHelpText('after', EXAMPLES).action(runLookDetector);
}

async function runLookDetector(flags: LookDetectorFlags): Promise<void> {
  const { rect: rectangle, mask, bias, positive, negative, margin, count } = flags;
  const detector = { rectangle, mask, bias, positive, negative, margin, count };
  const view = await lookDetector({ ...imagesOf(flags), ...detector });
  await printView(view, flags, lookDetectorJson, renderDetector);
}

/** Reads `8,7,12,3`. */
function rectangle(text: string): Rectangle {
  const match = /^(\d+),(\d+),(\d+),(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give x,y,width,height in pixels, such as 8,7,12,3.');
  const [x, y, width, height] = match.slice(1).map(Number);
  return { x, y, width, height };
}
