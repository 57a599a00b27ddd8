import type { Layer } from '../network/network.js';

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
 * What a rounding leaves over is handed on to the pixels to the right and below, by the shares of Floyd and Steinberg
 * (1976): neighbouring pixels are alike, so that in the sum over a stroke most of it cancels. On digits this is worth
 * one bit of precision.
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
  const { length } = row;
  let largest = 0;
  let above = 0;
  let below = 0;
  for (let input = 0; input < length; input++) {
    const weight = row[input];
    if (weight > 0) above += weight;
    else below -= weight;
    const size = weight > 0 ? weight : -weight;
    if (size > largest) largest = size;
  }
  // Each weight may be rounded up by one, in all.
  const sumMax = INT32_MAX / PIXEL_MAX - length;
  // A neuron without weights keeps the scale 1: its sum is 0 whatever the image.
  return Math.max(largest / INT16_MAX, above / sumMax, below / sumMax) || 1;
}

/**
 * Rounds `row / scale` into `quantized`, `(inputs)` int16, handing on what is left over: one row from left to right, the
 * next from right to left, so that it has no direction to pile up in. What would leave the image is dropped.
 *
 * It runs once, in a process that has just started, so in V8's interpreter: few and plain steps count, not few passes.
 *
 * @returns the sum of the squares of what each weight is off by
 */
function diffuse(row: Float64Array, scale: number, rowLength: number, quantized: Int16Array): number {
  const { length } = row;
  // What the row above hands down to each column; one more at either end takes what leaves the image.
  const handedDown = new Float64Array(rowLength + 2);
  let squares = 0;
  for (let start = 0, ahead = 1; start < length; start += rowLength, ahead = -ahead) {
    const columns = Math.min(rowLength, length - start);
    const end = ahead > 0 ? columns : -1;
    // A sixteenth of what the pixel before left over, and what was handed down so far to the column below it.
    let before = 0;
    let below = 0;
    let column = ahead > 0 ? 0 : columns - 1;
    for (; column !== end; column += ahead) {
      const weight = row[start + column];
      const wanted = weight / scale + (handedDown[column + 1] + before * 7);
      let rounded = Math.round(wanted);
      if (rounded > INT16_MAX) rounded = INT16_MAX;
      else if (rounded < -INT16_MAX) rounded = -INT16_MAX;
      quantized[start + column] = rounded;
      const off = weight - rounded * scale;
      squares += off * off;
      // The shares of Floyd and Steinberg: 7 ahead; below 3 behind, 5 straight down, 1 ahead.
      const sixteenth = (wanted - rounded) / 16;
      handedDown[column + 1 - ahead] = below + sixteenth * 3;
      below = before + sixteenth * 5;
      before = sixteenth;
    }
    handedDown[column + 1 - ahead] = below;
    handedDown[0] = 0;
    handedDown[rowLength + 1] = 0;
  }
  return squares;
}
