import type { Layer } from '../network/network.js';
import type { Kernel } from './kernel.js';
import { groupCount, type LayerLayout } from './layout.js';

/** E[x²] of a pixel spread evenly over 0..255. */
const PIXEL_SQUARE_MEAN = 255 ** 2 / 3;

/**
 * Writes a first layer to its place as int16, one scale for each neuron, such that no image of uint8 pixels can overflow
 * an int32 sum: |q| <= 32767, and 255 times the sum of the positive q, as of the negative ones, is below 2^31.
 *
 * What a rounding leaves over is handed on to the pixels to the right and below, by the shares of Floyd and Steinberg
 * (1976): neighbouring pixels are alike, so that in the sum over a stroke most of it cancels. On digits this is worth
 * one bit of precision.
 *
 * In the kernel, since it happens once in a process that has just started: JavaScript would run in V8's interpreter.
 *
 * @param rowLength pixels in a row of the image, as it is stored; at most all of them
 * @returns the largest of the neurons' errors: the root mean square of what rounding does to the sum, on random images
 */
export function quantizeLayer(
  kernel: Pick<Kernel, 'finestScale' | 'quantizeRow'>,
  buffer: SharedArrayBuffer,
  place: LayerLayout,
  layer: Layer,
  rowLength: number,
): number {
  const { inputs, outputs, weights } = layer;
  const { paddedOutputs } = place;
  const blockBytes = groupCount(inputs) * 128;
  const bytes = (paddedOutputs / 16) * blockBytes;
  new Uint8Array(buffer, place.weights, bytes).fill(0);
  // The second half of the room, meant for float32, is free meanwhile: 32 bytes a pixel, of which it takes 16 at most.
  const spare = place.weights + bytes;
  const row = new Float64Array(buffer, spare, inputs);
  const handedDown = spare + row.byteLength;
  const scales = new Float32Array(buffer, place.scales, paddedOutputs);
  let largestSquares = 0;
  for (let neuron = 0; neuron < outputs; neuron++) {
    row.set(weights.subarray(neuron * inputs, (neuron + 1) * inputs));
    const scale = kernel.finestScale(spare, inputs);
    const target = place.weights + (neuron >> 4) * blockBytes + (neuron & 15) * 4;
    scales[neuron] = scale;
    const squares = kernel.quantizeRow(spare, inputs, rowLength, scale, handedDown, target);
    largestSquares = Math.max(largestSquares, squares);
  }
  return Math.sqrt(largestSquares * PIXEL_SQUARE_MEAN);
}
