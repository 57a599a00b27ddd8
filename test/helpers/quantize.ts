import type { Layer } from '../../src/network/network.js';

/** A layer's weights as int16, one scale for each neuron: weight ≈ quantized * scale. */
export interface QuantizedLayer {
  /** `(outputs, inputs)` int16, row-major. */
  readonly weights: Int16Array;
  /** `(outputs)`: what one unit of the integer sum is worth. */
  readonly scales: Float64Array;
  /** `(outputs)`: the root mean square of what quantization does to the neuron's sum, on random images. */
  readonly errors: Float64Array;
}

const INT16_MAX = 32767;
const INT32_MAX = 2 ** 31 - 1;
const PIXEL_MAX = 255;
/** E[x²] of a pixel spread evenly over 0..255. */
const PIXEL_SQUARE_MEAN = PIXEL_MAX ** 2 / 3;

/**
 * Rounds a layer to int16 such that no image of uint8 pixels can overflow an int32 sum: |q| <= 32767, and 255 times the
 * sum of the positive q, as of the negative ones, is below 2^31 for each neuron.
 *
 * The oracle for workers/kernel/score/int16-weights.ts: the same steps in the same order, so the same numbers, bit for bit.
 *
 * @param rowLength pixels in a row of the image, as it is stored
 */
export function quantizeLayer(layer: Layer, rowLength: number): QuantizedLayer {
  const { inputs, outputs } = layer;
  const weights = new Int16Array(inputs * outputs);
  const scales = new Float64Array(outputs);
  const errors = new Float64Array(outputs);
  for (let neuron = 0; neuron < outputs; neuron++) {
    const row = layer.weights.subarray(neuron * inputs, (neuron + 1) * inputs);
    const scale = scaleFor(row);
    const quantized = weights.subarray(neuron * inputs, (neuron + 1) * inputs);
    scales[neuron] = scale;
    errors[neuron] = Math.sqrt(diffuse(row, scale, rowLength, quantized) * PIXEL_SQUARE_MEAN);
  }
  return { weights, scales, errors };
}

/**
 * The finest scale at which neither a weight nor the sum overflows. The sum is greatest where only the pixels of all
 * positive weights are lit, or of all negative ones; on the way to it an int32 may wrap around, and comes back.
 */
function scaleFor(row: Float64Array): number {
  let largest = 0;
  let above = 0;
  let below = 0;
  for (const weight of row) {
    largest = Math.max(largest, Math.abs(weight));
    if (weight > 0) above += weight;
    else below -= weight;
  }
  // Each weight may be rounded up by one, in all.
  const sumMax = INT32_MAX / PIXEL_MAX - row.length;
  // A neuron without weights keeps the scale 1: its sum is 0 whatever the image.
  return Math.max(largest / INT16_MAX, above / sumMax, below / sumMax) || 1;
}

/**
 * Rounds `row / scale` into `quantized`, `(inputs)` int16, handing on what is left over: one row from left to right, the
 * next from right to left, so that it has no direction to pile up in. What would leave the image is dropped.
 *
 * @returns the sum of the squares of what each weight is off by
 */
function diffuse(row: Float64Array, scale: number, rowLength: number, quantized: Int16Array): number {
  const left = new Float64Array(row.length + 2 * rowLength);
  let squares = 0;
  for (let start = 0, ahead = 1; start < row.length; start += rowLength, ahead = -ahead) {
    const length = Math.min(rowLength, row.length - start);
    for (let step = 0; step < length; step++) {
      const column = ahead > 0 ? step : length - 1 - step;
      const input = start + column;
      const wanted = row[input] / scale + left[input];
      const rounded = Math.max(-INT16_MAX, Math.min(INT16_MAX, Math.round(wanted)));
      quantized[input] = rounded;
      const off = row[input] - rounded * scale;
      squares += off * off;
      const sixteenth = (wanted - rounded) / 16;
      // Ahead, and below: behind, straight and ahead, by the shares of Floyd and Steinberg.
      const below = start + rowLength;
      const next = column + ahead;
      const behind = column - ahead;
      if (behind >= 0 && behind < rowLength) left[below + behind] += sixteenth * 3;
      left[below + column] += sixteenth * 5;
      if (next >= 0 && next < rowLength) {
        left[start + next] += sixteenth * 7;
        left[below + next] += sixteenth;
      }
    }
  }
  return squares;
}
