import { backThroughActivation } from '../activations.js';
import { feedForward, transposedTimes } from '../feed-forward.js';
import { desired, loss, lossOf, type Network } from '../network.js';

/** ∂C/∂W and ∂C/∂b of one layer, shaped as the layer's weights and biases. */
interface LayerGradient {
  /** `(outputs, inputs)` float64, row-major. */
  readonly weights: Float64Array;
  /** `(outputs)` float64. */
  readonly biases: Float64Array;
}

/** A gradient of zeros for each layer, to add to. */
export function zeroGradients(network: Pick<Network, 'layers'>): LayerGradient[] {
  return network.layers.map(({ weights, biases }) => ({
    weights: new Float64Array(weights.length),
    biases: new Float64Array(biases.length),
  }));
}

/**
 * Backpropagation for one image, in float64: adds ∂C/∂W and ∂C/∂b of every layer to `gradients`, where C is
 * the cost that `lossOf` names. A mini-batch needs one call for each image, and a division by their number.
 *
 * @param brightness `(height * width)` float64, as `brightnessOf` gives it.
 * @param label the image's true class, from 0.
 * @param gradients from `zeroGradients`; changed in place.
 * @returns the image's cost, before any step.
 */
export function addGradients(
  network: Pick<Network, 'layers'>,
  brightness: Float64Array,
  label: number,
  gradients: readonly LayerGradient[],
): number {
  const activations = feedForward(network, brightness);
  const outputs = activations[activations.length - 1];

  let delta = outputDelta(network, outputs, label);
  for (let l = network.layers.length - 1; l >= 0; l--) {
    addOuterProduct(delta, activations[l], gradients[l].weights);
    addTo(gradients[l].biases, delta);
    if (l > 0) {
      const gradient = transposedTimes(network.layers[l], delta);
      delta = backThroughActivation(network.layers[l - 1].activation, activations[l], gradient);
    }
  }
  return loss(outputs, label, lossOf(network));
}

/** δ = ∂C/∂z of the last layer. */
function outputDelta(network: Pick<Network, 'layers'>, outputs: Float64Array, label: number): Float64Array {
  const { activation } = network.layers[network.layers.length - 1];
  // Softmax and cross-entropy cancel to p - y: there is no division by a p that may have underflowed to 0.
  if (lossOf(network) === 'cross-entropy') return outputs.map((p, k) => p - desired(k, label));
  return backThroughActivation(
    activation,
    outputs,
    outputs.map((a, k) => 2 * (a - desired(k, label))),
  );
}

/** Adds δaᵀ to a matrix. Most pixels are black and add nothing: skipping them saves most of the time. */
function addOuterProduct(delta: Float64Array, a: Float64Array, matrix: Float64Array): void {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    for (let n = 0, w = i; n < delta.length; n++, w += a.length) matrix[w] += delta[n] * a[i];
  }
}

function addTo(sum: Float64Array, summand: Float64Array): void {
  for (let n = 0; n < sum.length; n++) sum[n] += summand[n];
}

interface AdamSettings {
  readonly learningRate: number;
  /** Times the learning rate: the share of itself that a parameter loses in a step; 0 for none. */
  readonly weightDecay: number;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam with decoupled weight decay for one array of parameters: Kingma and Ba, arXiv:1412.6980; Loshchilov
 * and Hutter, arXiv:1711.05101. An instance holds the two running moments of one array.
 */
export class Adam {
  readonly #parameters: Float64Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  // Running products, since BETA ** step may round differently from one engine to the next.
  #power1 = 1;
  #power2 = 1;

  /** @param parameters changed in place by every step. */
  constructor(parameters: Float64Array) {
    this.#parameters = parameters;
    this.#mean = new Float64Array(parameters.length);
    this.#square = new Float64Array(parameters.length);
  }

  /** One step down `gradient * gradientScale`; the gradient is as long as the parameters. */
  step(gradient: Float64Array, gradientScale: number, { learningRate, weightDecay }: AdamSettings): void {
    this.#power1 *= BETA_1;
    this.#power2 *= BETA_2;
    const parameters = this.#parameters;
    const keep = 1 - learningRate * weightDecay;
    for (let p = 0; p < parameters.length; p++) {
      const g = gradient[p] * gradientScale;
      const mean = BETA_1 * this.#mean[p] + (1 - BETA_1) * g;
      const square = BETA_2 * this.#square[p] + (1 - BETA_2) * g * g;
      this.#mean[p] = mean;
      this.#square[p] = square;
      const step = mean / (1 - this.#power1) / (Math.sqrt(square / (1 - this.#power2)) + EPSILON);
      parameters[p] = keep * parameters[p] - learningRate * step;
    }
  }
}
