import { activate } from './activations.js';
import type { ImageSize, Layer, Network } from './network.js';
import type { Normalization } from './normalization.js';

/**
 * The brightness of one image: `(height * width)` float64, row by row.
 *
 * @param pixels `(height * width)` u8 as stored: row by row, or column by column when transposed.
 */
export function brightnessOf(
  pixels: Uint8Array,
  { scale, offset, transposed }: Normalization,
  image: ImageSize,
): Float64Array {
  const rows = transposed ? transposePixels(pixels, image) : pixels;
  return new Float64Array(rows).map((pixel) => pixel * scale + offset);
}

/**
 * The first layer for raw pixels: W(sx + o) + b = (sW)x + (b + W·o·1), with W's columns permuted when the images are
 * transposed. So the normalization costs nothing for each image.
 *
 * @param layer `(outputs, height * width)`; it stays as it is.
 */
export function foldNormalization(
  layer: Layer,
  { scale, offset, transposed }: Normalization,
  { height, width }: ImageSize,
): Layer {
  const { inputs } = layer;
  // Not a loop, which would run but once, and take V8 longer to compile than all the rest.
  const scaled = layer.weights.map((weight) => weight * scale);
  const sumOf = (n: number) =>
    layer.weights.subarray(n * inputs, (n + 1) * inputs).reduce((sum, weight) => sum + weight, 0);
  return {
    ...layer,
    weights: transposed ? transposedRows(scaled, height, width) : scaled,
    biases: layer.biases.map((bias, n) => (offset === 0 ? bias : bias + sumOf(n) * offset)),
  };
}

/** Rows of weights `(outputs, height * width)`, for images that are stored column by column. */
function transposedRows(weights: Float64Array, height: number, width: number): Float64Array {
  const size = height * width;
  return weights.map((_, at) => {
    const [start, stored] = [at - (at % size), at % size];
    return weights[start + (stored % height) * width + Math.floor(stored / height)];
  });
}

/**
 * The forward pass, a' = σ(Wa + b) layer after layer, in plain float64: the oracle for every faster way.
 *
 * @param brightness `(height * width)` float64, as `brightnessOf` gives it; trusted to fit the network.
 * @returns the activations of every layer, the input first: `(784)`, `(16)`, `(16)`, `(10)` float64.
 */
export function feedForward(network: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array[] {
  const activations = [brightness];
  for (const [l, { weights: W, biases: b, activation }] of network.layers.entries()) {
    const z = times(W, activations[l]).map((sum, n) => sum + b[n]);
    activations.push(activate(activation, z));
  }
  return activations;
}

/** The class with the largest output, the first of equals. */
export function predictedClass(outputs: Float64Array): number {
  let best = 0;
  for (let k = 1; k < outputs.length; k++) if (outputs[k] > outputs[best]) best = k;
  return best;
}

/** With a smaller margin a verdict on a picture is worth a second look: of 223 pictures by people, 5 in 9 of such were wrong. */
const LEAST_MARGIN = 0.5;

/** Whether the two largest outputs are near to each other: what the network was shown may be no digit, or two. */
export function isUnsure(outputs: Float64Array): boolean {
  return marginOf(outputs) < LEAST_MARGIN;
}

/** By how much the largest output is above the second. */
export function marginOf(outputs: Float64Array): number {
  let [most, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of outputs) {
    if (value > most) [most, second] = [value, most];
    else if (value > second) second = value;
  }
  return most - second;
}

/** Wa: the matrix `(outputs, inputs)`, row-major, times the vector `(inputs)`. */
export function times(W: Float64Array, a: Float64Array): Float64Array {
  const product = new Float64Array(W.length / a.length);
  for (let n = 0, w = 0; n < product.length; n++) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += W[w++] * a[i];
    product[n] = sum;
  }
  return product;
}

/** Wᵀδ: `(inputs)` float64, for δ `(outputs)`. */
export function transposedTimes(
  { weights, inputs }: Pick<Layer, 'weights' | 'inputs'>,
  delta: Float64Array,
): Float64Array {
  const product = new Float64Array(inputs);
  for (let n = 0, w = 0; n < delta.length; n++) {
    for (let i = 0; i < inputs; i++) product[i] += weights[w++] * delta[n];
  }
  return product;
}

/** Turns images that are stored column by column: `(n, width, height)` u8 becomes `(n, height, width)`, row-major. */
export function transposePixels(stored: Uint8Array, { height, width }: ImageSize): Uint8Array {
  const size = height * width;
  const pixels = new Uint8Array(stored.length);
  for (let start = 0; start < stored.length; start += size) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        pixels[start + row * width + column] = stored[start + column * height + row];
      }
    }
  }
  return pixels;
}
