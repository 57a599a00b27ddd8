import { IDENTITY, RELU, SIGMOID, SOFTMAX, TANH } from '../../workers/kernel/common/offsets.js';

/** The activation functions a layer can have. */
export const ACTIVATIONS = ['identity', 'sigmoid', 'relu', 'tanh', 'softmax'] as const;

/** The name of an activation function. */
export type ActivationName = (typeof ACTIVATIONS)[number];

/** The kernels' numbers of the activation functions. */
export const ACTIVATION_CODES: Readonly<Record<ActivationName, number>> = {
  identity: IDENTITY,
  sigmoid: SIGMOID,
  relu: RELU,
  tanh: TANH,
  softmax: SOFTMAX,
};

/** Whether a text is the name of an activation function. */
export function isActivationName(text: string): text is ActivationName {
  return (ACTIVATIONS as readonly string[]).includes(text);
}

/** a = f(z) of a whole layer: `(outputs)` float64 in and out; `z` stays as it is. */
export function activate(name: ActivationName, z: Float64Array): Float64Array {
  switch (name) {
    case 'identity':
      return z.slice();
    case 'sigmoid':
      return z.map(sigmoid);
    case 'relu':
      return z.map((x) => Math.max(0, x));
    case 'tanh':
      return z.map((x) => Math.tanh(x));
    case 'softmax':
      return activateRows(name, z, z.length);
  }
}

/** a = f(z) of a layer for many images: `(count, outputs)` float64 in and out, row-major. */
export function activateRows(name: ActivationName, z: Float64Array, outputs: number): Float64Array {
  // Only softmax looks at more than one neuron.
  if (name !== 'softmax') return activate(name, z);
  const rows = new Float64Array(z.length);
  for (let start = 0; start < z.length; start += outputs) softmaxRow(z, start, outputs, rows);
  return rows;
}

/**
 * ∂C/∂z of a layer, given its activations and ∂C/∂a, all `(outputs)` float64: the transposed Jacobian of
 * `activate` times the gradient. All five derivatives follow from a = f(z), so z need not be kept.
 */
export function backThroughActivation(
  name: ActivationName,
  activations: Float64Array,
  gradient: Float64Array,
): Float64Array {
  switch (name) {
    case 'identity':
      return gradient.slice();
    case 'sigmoid':
      return gradient.map((g, n) => g * activations[n] * (1 - activations[n]));
    case 'relu':
      return gradient.map((g, n) => (activations[n] > 0 ? g : 0));
    case 'tanh':
      return gradient.map((g, n) => g * (1 - activations[n] * activations[n]));
    case 'softmax': {
      // Every output depends on every z: ∂a_m/∂z_n = a_m ([m = n] - a_n).
      const mean = gradient.reduce((sum, g, n) => sum + g * activations[n], 0);
      return gradient.map((g, n) => activations[n] * (g - mean));
    }
  }
}

/**
 * σ(z) = 1 / (1 + e^-z). It is stable: where e^-z overflows to Infinity, the quotient is 0, to which σ rounds there.
 */
function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/**
 * e^z_n / Σ e^z of one row, `count` numbers from `start` on, written to the same place of `target`. Subtracting the
 * largest z first leaves the quotient the same, and no power overflows.
 */
function softmaxRow(z: Float64Array, start: number, count: number, target: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let n = start; n < start + count; n++) largest = Math.max(largest, z[n]);
  let sum = 0;
  for (let n = start; n < start + count; n++) {
    target[n] = Math.exp(z[n] - largest);
    sum += target[n];
  }
  for (let n = start; n < start + count; n++) target[n] /= sum;
}

/** Whether a layer's outputs lie in 0..1, so that they say how sure it is. */
export function areProbabilities(name: ActivationName): boolean {
  return name === 'sigmoid' || name === 'softmax';
}
