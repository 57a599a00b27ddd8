import { activate, backThroughActivation } from '../network/activations.js';
import { forward } from '../network/forward.js';
import type { Layer, Network } from '../network/network.js';

/** z of the first layer, Wx + b: `(outputs)` float64, for brightness `(inputs)`. */
export function firstSums({ layers }: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array {
  return forward({ layers: [{ ...layers[0], activation: 'identity' }] }, brightness)[1];
}

/**
 * The activations of every layer but the input, from z of the first: what is left to do once the many weights of the
 * first layer are summed.
 */
export function forwardFromSums({ layers }: Pick<Network, 'layers'>, sums: Float64Array): Float64Array[] {
  return forward({ layers: layers.slice(1) }, activate(layers[0].activation, sums));
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
