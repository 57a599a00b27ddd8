import { type NeuronArithmetic, strongestInputs } from '../../../insight/explain.js';
import { type ShadeRange, shade } from '../../picture.js';
import { drawPicture } from '../draw-picture.js';
import { drawSignedPicture, drawWithLegend, signed } from '../draw-signed-picture.js';
import type { Style } from '../terminal.js';
import { beside, blockWidth, flow } from '../text-layout.js';
import { inputPlace } from './look-parts.js';

const GAP = 3;
/** How many of the strongest inputs of a neuron are listed, for it and against it. */
const MOST_INPUTS = 5;

/** How one neuron came to its value: its sum, what pushed it for and against, and for layer 1 where. */
export function arithmeticBlock(found: NeuronArithmetic, range: ShadeRange, style: Style): string[] {
  const { layer, neuron, weightedSum, bias, sum, value, activation, contributions } = found;
  const { say } = style;
  const { pushedFor, pushedAgainst } = strongestInputs(contributions, MOST_INPUTS);
  const list = (title: string, indices: readonly number[]) => {
    const inputs = indices.map((i) => `  ${say(inputWords(found, i, range.width))}`);
    return [say(title), ...(inputs.length === 0 ? [`  ${say('nothing')}`] : inputs)];
  };
  const lists = [list('most for it', pushedFor), list('most against it', pushedAgainst)];
  const facts = [
    `${style.unicode ? 'Σwa' : 'sum of w a'} ${signed(weightedSum)}`,
    `bias ${signed(bias)}`,
    `sum ${signed(sum)}`,
    `${activation} of it ${value.toPrecision(4)}`,
  ];
  const joined = beside(lists, GAP);
  return [
    style.paint.bold(say(`Neuron ${layer}:${neuron}`)),
    ...flow(facts.map(say), style.width, say(', ')),
    '',
    ...(layer === 1 ? [...contributionPictures(found, range, style), ''] : []),
    ...(blockWidth(joined) <= style.width ? joined : lists.flat()),
  ];
}

/** Brightness times weights, pixel by pixel, where all three fit; else what comes of it. */
function contributionPictures(found: NeuronArithmetic, range: ShadeRange, style: Style): string[] {
  const { inputs, weights, contributions } = found;
  const { height, width } = range;
  const side = Math.max(height, width);
  const product = drawWithLegend({ height, width, values: contributions }, 'for', 'against', style);
  const { say, paint } = style;
  const times = joined([
    [say('a: brightness'), drawPicture(shade(range, inputs), side, style)],
    [say('w: weights'), drawSignedPicture({ height, width, values: weights }, side, style)],
    [say('w a: what each pixel adds'), product],
  ]);
  return blockWidth(times) <= style.width ? times : product;

  function joined(pictures: readonly (readonly [title: string, lines: readonly string[]])[]): string[] {
    return beside(
      pictures.map(([title, lines]) => [paint.dim(title), ...lines]),
      GAP,
    );
  }
}

/** `pixel 7,12: 0.50 x +1.2 = +0.6`, or `1:3: ...` for an input that is a neuron. */
function inputWords({ layer, inputs, weights, contributions }: NeuronArithmetic, i: number, width: number) {
  const place = `${layer === 1 ? 'pixel ' : ''}${inputPlace(layer, i, width)}`;
  return `${place}: ${inputs[i].toFixed(2)} x ${signed(weights[i])} = ${signed(contributions[i])}`;
}
