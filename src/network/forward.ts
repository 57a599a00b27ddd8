import { activate } from './activations.js';
import type { Network } from './network.js';

/**
 * The forward pass, a' = σ(Wa + b) layer after layer, in float64 and in plain sight: the oracle that every
 * faster way is held against.
 *
 * @param brightness `(height * width)` float64, as `brightnessOf` gives it; trusted to fit the network.
 * @returns the activations of every layer, the input first: `(784)`, `(16)`, `(16)`, `(10)` float64.
 */
export function forward(network: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array[] {
  const activations = [brightness];
  let a = brightness;
  for (const { weights: W, biases: b, activation } of network.layers) {
    a = activate(activation, plus(times(W, a), b));
    activations.push(a);
  }
  return activations;
}

/** The class with the largest output; the first one of equals. */
export function predictedClass(outputs: Float64Array): number {
  let best = 0;
  for (let k = 1; k < outputs.length; k++) if (outputs[k] > outputs[best]) best = k;
  return best;
}

/** Wa: the matrix `(outputs, inputs)`, row-major, times the vector `(inputs)`. */
function times(W: Float64Array, a: Float64Array): Float64Array {
  const product = new Float64Array(W.length / a.length);
  for (let n = 0, w = 0; n < product.length; n++) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += W[w++] * a[i];
    product[n] = sum;
  }
  return product;
}

function plus(u: Float64Array, v: Float64Array): Float64Array {
  return u.map((x, n) => x + v[n]);
}
