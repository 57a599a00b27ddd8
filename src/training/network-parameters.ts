import { roundUp } from '../engine/layout.js';
import type { Layer, Network } from '../network/network.js';
import { UNIT_BRIGHTNESS } from '../network/normalization.js';
import { createRandom } from '../network/random.js';
import type { TrainingImages, TrainingOptions } from './training-options.js';

/** Where the weights and biases of each layer lie, as byte offsets into an array of all parameters. */
export type ParameterLayout = Readonly<ReturnType<typeof layoutParameters>>;

/** Places all weights, then all biases, of a network of these layer sizes, the input first. */
export function layoutParameters(sizes: readonly number[]) {
  let end = 0;
  const place = (count: number): number => {
    const start = end;
    end += count * 4;
    return start;
  };
  const shapes = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index];
    const paddedOutputs = roundUp(outputs, 4);
    const weights = place(inputs * paddedOutputs);
    return { inputs, outputs, paddedOutputs, weights };
  });
  const weightBytes = end;
  const layers = shapes.map((shape) => ({ ...shape, biases: place(shape.paddedOutputs) }));
  return { bytes: end, weightBytes, layers };
}

/**
 * Writes the first weights of a run: Glorot and Bengio's uniform ones (±√(6 / (inputs + outputs))), four times as wide
 * for sigmoids, whose slope at 0 is a quarter of tanh's, and He's (±√(6 / inputs)) for ReLUs; biases stay 0.
 *
 * @param parameters `(shape.bytes / 4)` f32, zeros
 * @param everLit `(inputs)` 0 for a pixel that no image has lit: its weights are 0, since training could not change them
 */
export function writeInitialWeights(
  parameters: Float32Array,
  shape: ParameterLayout,
  everLit: Uint8Array,
  { activation, output }: Pick<TrainingOptions, 'activation' | 'output'>,
  seed: number,
): void {
  const random = createRandom(seed);
  shape.layers.forEach(({ inputs, outputs, paddedOutputs, weights }, index) => {
    const name = index === shape.layers.length - 1 ? output : activation;
    const gain = name === 'sigmoid' ? 4 : 1;
    const bound = gain * Math.sqrt(6 / (name === 'relu' ? inputs : inputs + outputs));
    for (let input = 0; input < inputs; input++) {
      for (let n = 0; n < outputs; n++) {
        const weight = (2 * random.uniform() - 1) * bound;
        parameters[weights / 4 + input * paddedOutputs + n] = index > 0 || everLit[input] ? weight : 0;
      }
    }
  });
}

/** Writes the weights and biases of a network's layers, of these sizes: what `trainedNetwork` reads. */
export function writeLayers(
  parameters: Float32Array,
  shape: ParameterLayout,
  layers: readonly Layer[],
): void {
  for (const [l, { inputs, outputs, paddedOutputs, weights, biases }] of shape.layers.entries()) {
    const layer = layers[l];
    for (let n = 0, w = 0; n < outputs; n++) {
      for (let i = 0; i < inputs; i++) parameters[weights / 4 + i * paddedOutputs + n] = layer.weights[w++];
    }
    parameters.set(layer.biases, biases / 4);
  }
}

/** Makes a network of all weights and biases, f32, as `shape` places them. */
export function trainedNetwork(
  parameters: Float32Array,
  shape: ParameterLayout,
  { activation, output }: Pick<TrainingOptions, 'activation' | 'output'>,
  { image, classes }: Pick<TrainingImages, 'image' | 'classes'>,
  provenance: Readonly<Record<string, string>>,
): Network {
  const layers = shape.layers.map((layer, index): Layer => {
    const { inputs, outputs, paddedOutputs } = layer;
    const weights = new Float64Array(outputs * inputs);
    for (let n = 0, w = 0; n < outputs; n++) {
      for (let i = 0; i < inputs; i++) weights[w++] = parameters[layer.weights / 4 + i * paddedOutputs + n];
    }
    const first = layer.biases / 4;
    const biases = Float64Array.from(parameters.subarray(first, first + outputs));
    const isLast = index === shape.layers.length - 1;
    return { weights, biases, inputs, outputs, activation: isLast ? output : activation };
  });
  return { layers, image, normalization: UNIT_BRIGHTNESS, classes, provenance };
}
