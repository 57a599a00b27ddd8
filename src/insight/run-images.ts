import { activate } from '../network/activations.js';
import type { ImageSize, Layer, LayeredNetwork } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import type { NeuronPlace } from './explain.js';

/** Images in memory. */
export interface ImageSet {
  readonly count: number;
  /** `(count, height * width)` u8, row-major: pixels as stored. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices; null where they are not known. */
  readonly labels: Uint8Array | null;
  /** How a pixel becomes a brightness. */
  readonly normalization: Normalization;
}

/** The sums and activations of one layer for many images. */
export interface LayerRun {
  /** How many neurons the layer has. */
  readonly outputs: number;
  /** z = Wa + b, `(count, outputs)` float64, row-major. */
  readonly sums: Float64Array;
  /** f(z), `(count, outputs)` float64. */
  readonly values: Float64Array;
}

/**
 * Runs all images through all layers, in float64: the results of `feedForward`, bit for bit, in a fraction of its time.
 *
 * @param images trusted to fit the network.
 * @param silenced neurons that always give 0; trusted to be there.
 * @returns the hidden layers in order, the outputs last.
 */
export function runImages(
  { layers, image }: LayeredNetwork,
  images: Omit<ImageSet, 'labels'>,
  silenced: readonly NeuronPlace[] = [],
): LayerRun[] {
  const runs: LayerRun[] = [];
  for (const [l, layer] of layers.entries()) {
    const sums =
      l === 0 ? brightSums(layer, images, image) : layerSums(layer, runs[l - 1].values, images.count);
    const run = activateRun(layer, sums);
    for (const { layer: at, neuron } of silenced) {
      if (at !== l + 1) continue;
      for (let i = neuron; i < run.values.length; i += run.outputs) run.values[i] = 0;
    }
    runs.push(run);
  }
  return runs;
}

/** The weighted sums of pixels, Wx + b: `(count, outputs)` float64. It adds in the order of `feedForward`. */
export function brightSums(
  layer: WeightsAndBiases,
  { count, pixels, normalization }: Omit<ImageSet, 'labels'>,
  { height, width }: ImageSize,
): Float64Array {
  const { scale, offset, transposed } = normalization;
  const brightness = Float64Array.from({ length: 256 }, (_, pixel) => pixel * scale + offset);
  const size = height * width;
  // Where each pixel, counted row by row, is stored.
  const stored = Uint32Array.from({ length: size }, (_, i) =>
    transposed ? (i % width) * height + Math.floor(i / width) : i,
  );
  return weightedSums(layer, count, (image, lit) => {
    const start = image * size;
    for (let i = 0; i < size; i++) {
      const value = brightness[pixels[start + stored[i]]];
      if (value === 0) continue;
      lit.inputs[lit.count] = i;
      lit.values[lit.count++] = value;
    }
  });
}

/** Wa + b for many images: `values` is `(count, inputs)`, the result `(count, outputs)` float64. */
export function layerSums(layer: WeightsAndBiases, values: Float64Array, count: number): Float64Array {
  const { inputs } = layer;
  return weightedSums(layer, count, (image, lit) => {
    const start = image * inputs;
    for (let i = 0; i < inputs; i++) {
      const value = values[start + i];
      if (value === 0) continue;
      lit.inputs[lit.count] = i;
      lit.values[lit.count++] = value;
    }
  });
}

/** Sums, `(count, outputs)` float64, with the activations that go with them. */
export function activateRun({ activation, outputs }: Layer, sums: Float64Array): LayerRun {
  return { outputs, sums, values: activate(activation, sums, outputs) };
}

type WeightsAndBiases = Pick<Layer, 'weights' | 'biases' | 'inputs' | 'outputs'>;

/** The inputs of one image that are not 0. */
interface Lit {
  count: number;
  /** Which they are, ascending. */
  readonly inputs: Uint32Array;
  readonly values: Float64Array;
}

/** `gather` lists the inputs of an image that are not 0: all others (black pixels) add nothing. */
function weightedSums(
  { weights, biases, inputs, outputs }: WeightsAndBiases,
  count: number,
  gather: (image: number, lit: Lit) => void,
): Float64Array {
  // A column of W for each input: what it adds to every neuron.
  const columns = new Float64Array(weights.length);
  for (let n = 0; n < outputs; n++) {
    for (let i = 0; i < inputs; i++) columns[i * outputs + n] = weights[n * inputs + i];
  }
  const sums = new Float64Array(count * outputs);
  const lit: Lit = { count: 0, inputs: new Uint32Array(inputs), values: new Float64Array(inputs) };
  for (let image = 0; image < count; image++) {
    lit.count = 0;
    gather(image, lit);
    addColumns(columns, lit, sums.subarray(image * outputs, (image + 1) * outputs));
    for (let n = 0; n < outputs; n++) sums[image * outputs + n] += biases[n];
  }
  return sums;
}

/** Adds the columns of inputs, each times its value, to sums of 0: four neurons at a time, in registers. */
function addColumns(columns: Float64Array, { count, inputs, values }: Lit, sums: Float64Array): void {
  const outputs = sums.length;
  const whole = outputs - (outputs % 4);
  for (let n = 0; n < whole; n += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0; j < count; j++) {
      const at = inputs[j] * outputs + n;
      const value = values[j];
      a += columns[at] * value;
      b += columns[at + 1] * value;
      c += columns[at + 2] * value;
      d += columns[at + 3] * value;
    }
    sums[n] = a;
    sums[n + 1] = b;
    sums[n + 2] = c;
    sums[n + 3] = d;
  }
  for (let n = whole; n < outputs; n++) {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += columns[inputs[j] * outputs + n] * values[j];
    sums[n] = sum;
  }
}

/**
 * The indices of the `wanted` largest values and of as many smallest, the most extreme first, the first of equals first.
 * No image is in both.
 */
export function rankImages(
  values: Float64Array,
  wanted: number,
): { readonly most: number[]; readonly least: number[] } {
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
  const most = order.slice(0, wanted);
  const rest = order.slice(most.length).sort((a, b) => values[a] - values[b] || a - b);
  return { most, least: rest.slice(0, wanted) };
}

/** The predictions of a network for many images. */
export interface Verdicts {
  /** `(count)` u8: the class with the largest output, the first of equals. */
  readonly predictions: Uint8Array;
  /** `(count)` float64: the largest output. */
  readonly confidences: Float64Array;
}

/** The class with the largest output, for each image. At most 256 classes. */
export function verdictsOf({ outputs, values }: Pick<LayerRun, 'outputs' | 'values'>): Verdicts {
  const count = values.length / outputs;
  const predictions = new Uint8Array(count);
  const confidences = new Float64Array(count);
  for (let image = 0, at = 0; image < count; image++, at += outputs) {
    let best = 0;
    for (let k = 1; k < outputs; k++) if (values[at + k] > values[at + best]) best = k;
    predictions[image] = best;
    confidences[image] = values[at + best];
  }
  return { predictions, confidences };
}

/** How many predictions differ from those before, how many of these were right, and how many are right now. */
export function compareVerdicts(before: Uint8Array, after: Uint8Array, labels: Uint8Array | null) {
  let [changed, rightToWrong, wrongToRight] = [0, 0, 0];
  for (let image = 0; image < before.length; image++) {
    if (before[image] === after[image]) continue;
    changed++;
    if (before[image] === labels?.[image]) rightToWrong++;
    if (after[image] === labels?.[image]) wrongToRight++;
  }
  return { changed, rightToWrong, wrongToRight };
}

/** How many predictions are right. */
export function countCorrect(predictions: Uint8Array, labels: Uint8Array): number {
  return predictions.reduce((sum, prediction, image) => (prediction === labels[image] ? sum + 1 : sum), 0);
}

/** The mean of the values of each class, one value an image; null for a class without images, or without labels. */
export function meanByClass(
  values: Float64Array,
  labels: Uint8Array | null,
  classCount: number,
): (number | null)[] {
  const sums = new Float64Array(classCount);
  const counts = new Float64Array(classCount);
  labels?.forEach((label, image) => {
    sums[label] += values[image];
    counts[label]++;
  });
  return Array.from(sums, (sum, k) => (counts[k] === 0 ? null : sum / counts[k]));
}

/** How far numbers reach, and their mean; NaN for no numbers. */
export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: Float64Array): Spread {
  let [least, most, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (values.length === 0) least = most = Number.NaN;
  return { mean: sum / values.length, least, most };
}

/** One column of a matrix `(rows, width)`. */
export function columnOf(matrix: Float64Array, width: number, column: number): Float64Array {
  const values = new Float64Array(matrix.length / width);
  for (let row = 0; row < values.length; row++) values[row] = matrix[row * width + column];
  return values;
}
