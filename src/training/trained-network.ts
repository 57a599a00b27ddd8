import type { Layer, Network } from '../network/network.js';
import { UNIT_BRIGHTNESS } from '../network/normalization.js';
import type { TrainingOptions } from './options.js';
import type { ParameterLayout } from './parameter-layout.js';
import type { TrainingImages } from './training-images.js';

/**
 * Makes a network of trained parameters.
 *
 * @param parameters all weights and biases as `shape` places them, f32
 */
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
