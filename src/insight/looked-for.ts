import { backThroughActivation } from '../network/activations.js';
import type { Network } from '../network/network.js';
import { transposedTimes } from './first-deltas.js';
import type { NeuronPlace } from './neuron-arithmetic.js';
import type { LayerRun } from './run-images.js';

/**
 * What a neuron looks for, as a picture: by how much a little more light in a pixel raises its sum z.
 *
 * In layer 1 these are its weights, the same for every image. Behind it the answer depends on the image, since a neuron in
 * between that is saturated hands nothing on: then it is the mean of ∂z/∂x over all the images.
 *
 * @param runs what `runImages` gives for the images.
 * @returns `(height * width)` float64, row by row.
 */
export function lookedFor(
  { layers }: Pick<Network, 'layers'>,
  runs: readonly LayerRun[],
  { layer, neuron }: NeuronPlace,
): Float64Array {
  const row = rowOf(layers[layer - 1], neuron);
  if (layer === 1) return row;
  const { outputs, values } = runs[0];
  const count = values.length / outputs;
  const mean = new Float64Array(outputs);
  for (let image = 0; image < count; image++) {
    let gradient = row;
    for (let l = layer - 2; l >= 0; l--) {
      const at = image * layers[l].outputs;
      const activations = runs[l].values.subarray(at, at + layers[l].outputs);
      const delta = backThroughActivation(layers[l].activation, activations, gradient);
      gradient = l === 0 ? delta : transposedTimes(layers[l], delta);
    }
    for (let n = 0; n < outputs; n++) mean[n] += gradient[n] / count;
  }
  return transposedTimes(layers[0], mean);
}

/** The incoming weights of one neuron: `(inputs)` float64. */
export function rowOf(
  { weights, inputs }: { readonly weights: Float64Array; readonly inputs: number },
  neuron: number,
): Float64Array {
  return weights.slice(neuron * inputs, (neuron + 1) * inputs);
}
