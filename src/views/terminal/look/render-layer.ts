import { grouped } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { LayerArithmetic, NeuronArithmetic } from '../../../insight/explain.js';
import type { ImageSize } from '../../../network/network.js';
import { fittedSize, largestOf, ownSide, scaleOf, shade } from '../../picture.js';
import { lamp, shortValue } from '../draw-neurons.js';
import { drawPicture } from '../draw-picture.js';
import { drawSignedCells, drawSignedPicture, signed, signLegend } from '../draw-signed-picture.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import {
  beside,
  blockWidth,
  flow,
  inTiles,
  joinBlocks,
  padRight,
  titled,
  truncate,
  wrap,
} from '../text-layout.js';
import { drawEquation, type EquationShown } from './draw-equation.js';
import type { HeadShown } from './look-parts.js';
import { arithmeticBlock } from './neuron-arithmetic.js';

/** Of a wider layer those neurons are drawn that matter most. */
const MOST_NEURONS = 20;
const GAP = 3;
/** A picture of weights is no narrower, where the terminal has room for two. */
const NARROWEST = 16;

/** What is drawn of a layer. */
export interface LayerShown extends EquationShown, ImageSize, Pick<HeadShown, 'model' | 'classes'> {
  /** How many numbers go into each layer, and come out of the last. */
  readonly layers: readonly number[];
  /** What goes through the layer; null for the layer by itself. */
  readonly digit: DigitShownInLayer | null;
  /** The arithmetic of the lit neuron; null without one, or without a digit. */
  readonly neuron: NeuronArithmetic | null;
}

/** The digit that goes through a layer. */
export interface DigitShownInLayer extends LayerArithmetic {
  /** Of the record or the file. */
  readonly name: string;
  /** The true class; null where it is not known. */
  readonly truth: number | null;
  /** The class with the largest output of the network. */
  readonly winner: number;
  /** `(height * width)` float64, row by row. */
  readonly brightness: Float64Array;
  /** The brightness of a black pixel. */
  readonly black: number;
  /** The brightness of a white pixel. */
  readonly white: number;
}

/** One layer for a terminal: its weights as pictures, and a' = f(Wa + b); every line ends with a newline. */
export function renderLayer(view: LayerShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { layer, neuron, digit } = view;
  const neurons = foremost(view);
  const blocks = [heading(view, neurons.length, style)];
  blocks.push(layer === 1 ? pictureBlock(view, neurons, style) : mapBlock(view, neurons, style));
  blocks.push(drawEquation(view, neurons, style));
  if (neuron !== null && digit !== null) blocks.push(arithmeticBlock(neuron, { ...view, ...digit }, style));
  return joinBlocks(blocks);
}

/** The neurons to draw, in order: all, or those with the largest activations or weights, with the one that is asked for. */
function foremost({ weights, digit, lit }: LayerShown): number[] {
  const size = weights.map((row, n) =>
    digit ? Math.abs(digit.values[n]) : row.reduce((sum, w) => sum + w * w, 0),
  );
  const first = (a: number, b: number) => Number(b === lit) - Number(a === lit) || size[b] - size[a] || a - b;
  const order = Array.from(weights.keys());
  if (order.length > MOST_NEURONS) order.sort(first);
  return order.slice(0, MOST_NEURONS).sort((a, b) => a - b);
}

function heading(view: LayerShown, drawn: number, style: Style): string[] {
  const { layer, layers, activation, model, digit, classes, weights } = view;
  const { paint, glyphs, width, say } = style;
  const [inputs, outputs] = [layers[layer - 1], layers[layer]].map(grouped);
  const name = (text: string) => truncate(safeText(text), width - 1, glyphs.ellipsis);
  const shape = `${inputs} ${glyphs.arrow} ${outputs}`;
  const title = [
    paint.bold(say(`Layer ${layer} of ${name(model.name)}`)),
    paint.dim(shape),
    paint.dim(activation),
  ];
  const which = digit ? 'that are lit most' : 'with the largest weights';
  const left = `the ${drawn} of ${outputs} neurons ${which} (--format json has all)`;
  const lines = [
    ...flow(title, width, say(', ')),
    ...(drawn < weights.length ? wrap(say(left), width).map(paint.dim) : []),
  ];
  if (digit === null) return lines;
  const truth = digit.truth === null ? 'truth not known' : `truth ${safeText(classes[digit.truth])}`;
  const seen = [name(digit.name), say(`verdict ${safeText(classes[digit.winner])}`), say(truth)];
  const picture = drawPicture(shade({ ...view, ...digit }, digit.brightness), ownSide(view, width), style);
  return [...lines, ...flow(seen, width, say(', ')), '', ...picture];
}

/** The weights of each neuron as a picture, each in its own scale, as many beside each other as can be told apart. */
function pictureBlock(view: LayerShown, neurons: readonly number[], style: Style): string[] {
  const { height, width, weights, biases, digit, lit } = view;
  const { paint, say } = style;
  const each = (count: number) => Math.floor((style.width - (count - 1) * GAP) / count);
  const perLine = [4, 3, 2].find((count) => each(count) >= NARROWEST) ?? 1;
  const columns = Math.min(Math.max(width, NARROWEST), each(perLine));
  const largest = Math.max(1, largestOf(digit?.values ?? new Float64Array()));
  const tiles = neurons.map((n) => {
    const value = digit?.values[n];
    const light =
      value === undefined ? '' : ` ${lamp(Math.max(0, value) / largest, style)} ${shortValue(value).trim()}`;
    const name = `${n === lit ? '> ' : ''}1:${n}${light}`;
    const scale = scaleOf(weights[n]);
    return [
      ...drawSignedPicture({ height, width, values: clipped(weights[n], scale) }, columns, style),
      n === lit ? paint.bold(name) : name,
      ...flow([`b ${short(biases[n])}`, scaleWords(scale, style)], columns, say(', ')).map(paint.dim),
    ];
  });
  const wide = Math.max(...tiles.map(blockWidth));
  const even = tiles.map((tile) => tile.map((line) => padRight(line, wide)));
  const isSmaller = fittedSize(view, columns).width < width;
  const remark = [
    'each neuron in its own scale',
    ...(isSmaller ? ['drawn smaller: each point is the strongest of several'] : []),
    signLegend('raises it', 'lowers it', style),
  ].join('; ');
  return [...titled('Its weights', remark, style), ...inTiles(even, GAP, style.width)];
}

/** All weights as one picture: a row a neuron, a column an input. */
function mapBlock(view: LayerShown, neurons: readonly number[], style: Style): string[] {
  const { layer, weights, lit } = view;
  const { length: width } = weights[0];
  const names = neurons.map((n) => `${n === lit ? '> ' : '  '}${layer}:${n}`);
  const values = new Float64Array(neurons.length * width);
  for (const [row, n] of neurons.entries()) values.set(weights[n], row * width);
  const scale = scaleOf(values);
  const picture = { height: neurons.length, width, values: clipped(values, scale) };
  const cells = drawSignedCells(picture, style.width - blockWidth(names) - 1, style);
  if (cells === null) return titled('Its weights', `${width} columns are more than fit here`, style);
  const columns = `columns: ${layer - 1}:0 to ${layer - 1}:${width - 1}`;
  const legend = signLegend('raises it', 'lowers it', style);
  return [
    ...titled('Its weights', `${columns}; ${scaleWords(scale, style)}; ${legend}`, style),
    ...beside([names, cells], 1),
  ];
}

/** The few that are beyond the scale are shown as the strongest. */
function clipped(values: Float64Array, scale: number): Float64Array {
  return values.map((value) => Math.max(-scale, Math.min(scale, value)));
}

function scaleWords(scale: number, { unicode }: Style): string {
  return `${unicode ? '±' : '+-'}${Number(scale.toPrecision(3))}`;
}

function short(value: number): string {
  return signed(Number(value.toPrecision(3)));
}
