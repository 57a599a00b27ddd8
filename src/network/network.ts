import type { ActivationName } from './activations.js';
import type { Normalization } from './normalization.js';

/** One fully connected layer: a' = f(Wa + b). */
export interface Layer {
  /** W, `(outputs, inputs)` float64, row-major: row n holds the weights of neuron n. */
  readonly weights: Float64Array;
  /** b, `(outputs)` float64. */
  readonly biases: Float64Array;
  /** How many numbers come in. */
  readonly inputs: number;
  /** How many neurons there are. */
  readonly outputs: number;
  /** What it does with its weighted sums. */
  readonly activation: ActivationName;
}

/** Height and width of an image, in pixels. */
export interface ImageSize {
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
}

/** What images pass through: all that a computation needs once their brightness is known. */
export type LayeredNetwork = Pick<Network, 'layers' | 'image'>;

/** A network, and how to feed it. */
export interface Network {
  /** The first hidden one first, the outputs last. */
  readonly layers: readonly Layer[];
  /** The images it was made for; `height * width` is the first layer's `inputs`. */
  readonly image: ImageSize;
  /** How a pixel 0..255 becomes the brightness it was trained on. */
  readonly normalization: Normalization;
  /** The name of each output, in order. */
  readonly classes: readonly string[];
  /** Seed, epochs, digests of its data: free-form strings. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** How many weights and biases a network has: 13,002 for 784-16-16-10. */
export function parameterCount(network: Pick<Network, 'layers'>): number {
  return network.layers.reduce((sum, layer) => sum + layer.weights.length + layer.biases.length, 0);
}

/** The sizes of all layers, the input first: `[784, 16, 16, 10]`. */
export function layerSizes({ layers }: { readonly layers: readonly Pick<Layer, 'inputs' | 'outputs'>[] }) {
  return [layers[0].inputs, ...layers.map(({ outputs }) => outputs)];
}

/** The costs that training can lower. */
export type LossName = 'squared error' | 'cross-entropy';

/** The least ln p, so that a p that underflowed to 0 costs 100 and not Infinity. Source: PyTorch's BCELoss. */
const SMALLEST_LOG = -100;

/** The cost of a network's outputs: cross-entropy for softmax, the squared error for all others, as in the video. */
export function lossOf(network: Pick<Network, 'layers'>): LossName {
  return network.layers.at(-1)?.activation === 'softmax' ? 'cross-entropy' : 'squared error';
}

/**
 * The cost of one image, at least 0: Σ(a - y)² where y is 1 for the label and 0 for all others, or -ln p[label].
 *
 * @param outputs `(classes)` float64, the last layer's activations.
 * @param label from 0.
 */
export function loss(outputs: Float64Array, label: number, name: LossName): number {
  if (name === 'cross-entropy') return -Math.max(Math.log(outputs[label]), SMALLEST_LOG);
  return outputs.reduce((sum, a, k) => sum + (a - desired(k, label)) ** 2, 0);
}

/** y: what output `k` should be for an image of class `label`. */
export function desired(k: number, label: number): 0 | 1 {
  return k === label ? 1 : 0;
}
