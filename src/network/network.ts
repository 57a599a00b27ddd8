import type { ActivationName } from './activations.js';
import type { Normalization } from './normalization.js';

/** One fully connected layer: a' = f(Wa + b). */
export interface Layer {
  /** W, `(outputs, inputs)` float64, row-major: row n holds what neuron n looks for. */
  readonly weights: Float64Array;
  /** b, `(outputs)` float64. */
  readonly biases: Float64Array;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: ActivationName;
}

/** Height and width of an image, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** A network and what one has to know to feed it. */
export interface Network {
  readonly layers: readonly Layer[];
  /** The images it was made for; `height * width` is the first layer's `inputs`. */
  readonly image: ImageSize;
  /** How a pixel 0..255 becomes the brightness it was trained on. */
  readonly normalization: Normalization;
  /** The name of each output, in order. */
  readonly classes: readonly string[];
  /** Where it came from: seed, epochs, digests of its data; free-form strings. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** How many weights and biases a network has: 13,002 for 784-16-16-10. */
export function parameterCount(network: Pick<Network, 'layers'>): number {
  return network.layers.reduce((sum, layer) => sum + layer.weights.length + layer.biases.length, 0);
}

/** The sizes of all layers, the input first: `[784, 16, 16, 10]`. */
export function layerSizes(network: Pick<Network, 'layers'>): number[] {
  return [network.layers[0].inputs, ...network.layers.map((layer) => layer.outputs)];
}
