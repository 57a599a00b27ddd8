import { IDENTITY, RELU, SIGMOID, SOFTMAX, TANH } from '../../workers/kernel/common/offsets.js';

/** The activation functions a layer can have. */
export const ACTIVATIONS = ['identity', 'sigmoid', 'relu', 'tanh', 'softmax'] as const;

/** What a layer does with its weighted sums. */
export type ActivationName = (typeof ACTIVATIONS)[number];

/** The kernels' numbers of the activation functions. */
export const ACTIVATION_CODES: Readonly<Record<ActivationName, number>> = {
  identity: IDENTITY,
  sigmoid: SIGMOID,
  relu: RELU,
  tanh: TANH,
  softmax: SOFTMAX,
};

export function isActivationName(text: string): text is ActivationName {
  return (ACTIVATIONS as readonly string[]).includes(text);
}

/** a = f(z) of a layer, for one or many images: `(count, outputs)` float64, row-major, in and out; `z` stays as it is. */
export function activate(name: ActivationName, z: Float64Array, outputs = z.length): Float64Array {
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
      return softmax(z, outputs);
  }
}

/** ∂C/∂z of a layer from its activations and ∂C/∂a, all `(outputs)` float64: `activate`'s transposed Jacobian times ∂C/∂a. */
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

/** σ(z). It is stable: where e^-z overflows to Infinity, the quotient is 0, to which σ rounds there. */
function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** e^z_n / Σ e^z of each row. As the row's largest z is subtracted first, no power overflows. */
function softmax(z: Float64Array, outputs: number): Float64Array {
  const rows = new Float64Array(z.length);
  for (let start = 0; start < z.length; start += outputs) {
    const end = start + outputs;
    let largest = Number.NEGATIVE_INFINITY;
    for (let n = start; n < end; n++) largest = Math.max(largest, z[n]);
    let sum = 0;
    for (let n = start; n < end; n++) {
      rows[n] = Math.exp(z[n] - largest);
      sum += rows[n];
    }
    for (let n = start; n < end; n++) rows[n] /= sum;
  }
  return rows;
}

/** Whether a layer's outputs lie in 0..1, so that they say how sure it is. */
export function areProbabilities(name: ActivationName): boolean {
  return name === 'sigmoid' || name === 'softmax';
}
