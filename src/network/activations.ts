/** The activation functions a layer can have. The order is the kernel's numbering. */
export const ACTIVATIONS = ['identity', 'sigmoid', 'relu', 'tanh', 'softmax'] as const;

/** The name of an activation function. */
export type ActivationName = (typeof ACTIVATIONS)[number];

/** Whether a text is the name of an activation function. */
export function isActivationName(text: string): text is ActivationName {
  return (ACTIVATIONS as readonly string[]).includes(text);
}

/** a = f(z) for a whole layer: `(outputs)` float64 in and out; `z` is left as it is. */
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
      return softmax(z);
  }
}

/**
 * ∂C/∂z of a layer, given its activations and ∂C/∂a, all `(outputs)` float64: the transposed Jacobian of
 * `activate` times the gradient. All five derivatives can be told from a = f(z) alone, so z need not be kept.
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
 * σ(z) = 1 / (1 + e^-z). Stable as it stands: where e^-z overflows to Infinity the quotient is 0, which is
 * what σ rounds to there.
 */
function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** e^z_n / Σ e^z. The largest z is taken off first: the quotient stays the same and no power overflows. */
function softmax(z: Float64Array): Float64Array {
  const largest = z.reduce((max, x) => Math.max(max, x), Number.NEGATIVE_INFINITY);
  const powers = z.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Whether a layer's outputs lie between 0 and 1, so that they can be read as how sure it is. */
export function areProbabilities(name: ActivationName): boolean {
  return name === 'sigmoid' || name === 'softmax';
}
