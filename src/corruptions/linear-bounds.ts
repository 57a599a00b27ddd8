import type { Layer } from '../network/network.js';
import type { Lines } from './activation-lines.js';

/** A layer as bounds need it. */
export type OpenLayer = Pick<Layer, 'weights' | 'biases' | 'inputs' | 'outputs' | 'activation'>;

/** What the sums of a layer lie between. */
export interface Range {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A linear function of the first layer's sums. */
export interface Linear {
  readonly weights: Float64Array;
  readonly constant: number;
}

/** At most the lead of a verdict over a rival; leaves what each hidden layer's activations weigh in it. */
export function leadOver(
  layers: readonly OpenLayer[],
  verdict: number,
  rival: number,
  lines: readonly Lines[][],
  kept: Float64Array[],
): Linear {
  const last = layers.length - 1;
  if (last === 0) {
    const weights = new Float64Array(layers[0].outputs);
    [weights[verdict], weights[rival]] = [1, -1];
    return { weights, constant: 0 };
  }
  const { weights, biases, inputs } = layers[last];
  const row = Float64Array.from(
    { length: inputs },
    (_, i) => weights[verdict * inputs + i] - weights[rival * inputs + i],
  );
  return least(layers, row, biases[verdict] - biases[rival], last - 1, lines, kept);
}

/** At most `sign` (z - `at`), z being a sum of a hidden layer. */
export function sumOf(
  layers: readonly OpenLayer[],

  layer: number,
  neuron: number,
  sign: number,
  at: number,
  lines: readonly Lines[][],
  kept?: Float64Array[],
): Linear {
  const { weights, biases, inputs, outputs } = layers[layer];
  if (layer === 0) {
    const own = new Float64Array(outputs);
    own[neuron] = sign;
    return { weights: own, constant: -sign * at };
  }
  const row = weights.subarray(neuron * inputs, (neuron + 1) * inputs).map((weight) => sign * weight);
  return least(layers, row, sign * (biases[neuron] - at), layer - 1, lines, kept);
}

/** At most `row` times a + `constant`, a being the activations of layer `l`: by lines back to the first layer's sums. */
function least(
  layers: readonly OpenLayer[],

  row: Float64Array,
  constant: number,
  l: number,
  lines: readonly Lines[][],
  kept?: Float64Array[],
): Linear {
  let weights = row;
  let sum = constant;
  for (let at = l; ; at--) {
    if (kept) kept[at] = weights;
    const { inputs, outputs, weights: matrix, biases } = layers[at];
    const slopes = new Float64Array(outputs);
    for (let n = 0; n < outputs; n++) {
      const [lowSlope, lowAt0, highSlope, highAt0] = lines[at][n];
      const weight = weights[n];
      slopes[n] = weight * (weight >= 0 ? lowSlope : highSlope);
      sum += weight * (weight >= 0 ? lowAt0 : highAt0);
    }
    if (at === 0) return { weights: slopes, constant: sum };
    const before = new Float64Array(inputs);
    for (let n = 0; n < outputs; n++) {
      sum += slopes[n] * biases[n];
      for (let i = 0; i < inputs; i++) before[i] += slopes[n] * matrix[n * inputs + i];
    }
    weights = before;
  }
}

/** The least value of a linear function, the first layer's sums being in their ranges. */
export function leastWithin({ weights, constant }: Linear, { low, high }: Range): number {
  let sum = constant;
  for (const [n, slope] of weights.entries()) if (slope !== 0) sum += slope * (slope > 0 ? low[n] : high[n]);
  return sum;
}
