import { type NeuronArithmetic, strongestInputs } from '../insight/neuron-arithmetic.js';
import { beside, flow } from './columns.js';
import { drawSignedPicture, signedLegend } from './draw-signed-picture.js';
import type { Style } from './style.js';

/** How many of the strongest inputs are listed, for and against. */
const LISTED = 5;

/** The size of the image that layer 1 looks at. */
interface Size {
  readonly height: number;
  readonly width: number;
}

/** How one neuron came to its value: its sum, what pushed it for and against, and for layer 1 where. */
export function renderNeuron(found: NeuronArithmetic, { height, width }: Size, style: Style): string[] {
  const { layer, neuron, weightedSum, bias, sum, value, activation, contributions } = found;
  const { pushedFor, pushedAgainst } = strongestInputs(contributions, LISTED);
  const list = (title: string, indices: readonly number[]) => [
    title,
    ...(indices.length === 0 ? ['  nothing'] : indices.map((i) => `  ${inputLine(found, i, width)}`)),
  ];
  const lists = [list('most for it', pushedFor), list('most against it', pushedAgainst)];
  const product = style.unicode ? 'Σwa' : 'sum of w a';
  const facts = [
    `${product} ${signed(weightedSum)}`,
    `bias ${signed(bias)}`,
    `sum ${signed(sum)}`,
    `${activation} of it ${value.toPrecision(4)}`,
  ];
  const block = [style.paint.bold(`Neuron ${layer}:${neuron}`), ...flow(facts, style.width), ''];
  if (layer === 1) {
    const picture = { height, width, values: contributions };
    block.push(...drawSignedPicture(picture, Math.min(width, style.width), style));
    block.push(...flow([signedLegend(style, 'for', 'against')], style.width), '');
  }
  const joined = beside(lists, 3);
  const fits = joined.every((line) => line.length <= style.width);
  return [...block, ...(fits ? joined : lists.flat())];
}

/** `row 7, column 12: 0.50 x +1.20 = +0.60`, or `neuron 3: ...`. */
function inputLine({ layer, inputs, weights, contributions }: NeuronArithmetic, i: number, width: number) {
  const place = layer === 1 ? `pixel ${Math.floor(i / width)},${i % width}` : `${layer - 1}:${i}`;
  return `${place}: ${inputs[i].toFixed(2)} x ${signed(weights[i])} = ${signed(contributions[i])}`;
}

/** `+1.25`, `-0.03`: four digits. */
export function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Number(Math.abs(value).toPrecision(4))}`;
}
