import { activate, backThroughActivation } from '../network/activations.js';
import { feedForward } from '../network/feed-forward.js';
import type { Layer, Network } from '../network/network.js';
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

/** z of the first layer, Wx + b: `(outputs)` float64, for brightness `(inputs)`. */
export function firstSums({ layers }: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array {
  return feedForward({ layers: [{ ...layers[0], activation: 'identity' }] }, brightness)[1];
}

/**
 * The activations of every layer but the input, from z of the first: what is left to do once the many weights of the
 * first layer are summed.
 */
export function forwardFromSums({ layers }: Pick<Network, 'layers'>, sums: Float64Array): Float64Array[] {
  return feedForward({ layers: layers.slice(1) }, activate(layers[0].activation, sums));
}

/**
 * ∂F/∂z of the first layer, `(outputs)` float64, for F = Σ `outputGradient` · outputs. Times the first layer's
 * weights it is the gradient of every pixel.
 *
 * @param activations as `forwardFromSums` gives them.
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

/** Wᵀδ: `(inputs)` float64, for δ `(outputs)`. */
export function transposedTimes({ weights, inputs }: Layer, delta: Float64Array): Float64Array {
  const product = new Float64Array(inputs);
  for (let n = 0, w = 0; n < delta.length; n++) {
    for (let i = 0; i < inputs; i++) product[i] += weights[w++] * delta[n];
  }
  return product;
}
