import { activate, backThroughActivation } from '../network/activations.js';
import { feedForward, transposedTimes } from '../network/feed-forward.js';
import type { Layer, Network } from '../network/network.js';
import type { NeuronPlace } from './neuron-arithmetic.js';
import type { LayerRun } from './run-images.js';

/**
 * The pattern that a neuron looks for: by how much a little more light in a pixel raises its sum z.
 *
 * In layer 1 these are its weights, the same for every image. In deeper layers it depends on the image, since a saturated
 * neuron in between passes nothing on: then it is the mean of ∂z/∂x over all the images.
 *
 * @param runs what `runImages` gives for the images.
 * @returns `(height * width)` float64, row by row.
 */
export function neuronPattern(
  { layers }: Pick<Network, 'layers'>,
  runs: readonly LayerRun[],
  { layer, neuron }: NeuronPlace,
): Float64Array {
  const row = rowOf(layers[layer - 1], neuron);
  if (layer === 1) return row;
  const { outputs, values } = runs[0];
  const count = values.length / outputs;
  const before = { layers: layers.slice(0, layer - 1) };
  const mean = new Float64Array(outputs);
  for (let image = 0; image < count; image++) {
    const activations = before.layers.map(({ outputs: width }, l) =>
      runs[l].values.subarray(image * width, (image + 1) * width),
    );
    const deltas = firstDeltas(before, activations, row);
    for (let n = 0; n < outputs; n++) mean[n] += deltas[n] / count;
  }
  return transposedTimes(layers[0], mean);
}

/** The incoming weights of one neuron: `(inputs)` float64. */
export function rowOf({ weights, inputs }: Pick<Layer, 'weights' | 'inputs'>, neuron: number): Float64Array {
  return weights.slice(neuron * inputs, (neuron + 1) * inputs);
}

/** z of the first layer, Wx + b: `(outputs)` float64, for brightness `(inputs)`. */
export function firstSums({ layers }: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array {
  return feedForward({ layers: [{ ...layers[0], activation: 'identity' }] }, brightness)[1];
}

/**
 * The activations of every layer but the input, from z of the first layer, whose many weights need not be summed again.
 */
export function forwardFromSums({ layers }: Pick<Network, 'layers'>, sums: Float64Array): Float64Array[] {
  return feedForward({ layers: layers.slice(1) }, activate(layers[0].activation, sums));
}

/**
 * ∂F/∂z of the first layer, `(outputs)` float64, for F = Σ `outputGradient` · outputs. Its product with the first layer's
 * weights is the gradient of every pixel.
 *
 * @param activations from `forwardFromSums`.
 */
export function firstDeltas(
  { layers }: Pick<Network, 'layers'>,
  activations: readonly Float64Array[],
  outputGradient: Float64Array,
): Float64Array {
  let gradient = outputGradient;
  for (let l = layers.length - 1; l > 0; l--) {
    gradient = transposedTimes(
      layers[l],
      backThroughActivation(layers[l].activation, activations[l], gradient),
    );
  }
  return backThroughActivation(layers[0].activation, activations[0], gradient);
}
