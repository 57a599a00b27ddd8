import { roundUp } from '../engine/layout.js';
import type { Layer, Network } from '../network/network.js';
import { UNIT_BRIGHTNESS } from '../network/normalization.js';
import type { TrainingImages, TrainingOptions } from './training-options.js';

/** Where the numbers of a network lie within an array of all its parameters. */
export interface ParameterLayout {
  /** Bytes of all parameters, padding included. */
  readonly bytes: number;
  /** Of which all weights are the first so many. */
  readonly weightBytes: number;
  readonly layers: readonly LayerShape[];
}

/** One layer's sizes, and the byte offsets of its numbers from the start of the parameters. */
export interface LayerShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly paddedOutputs: number;
  readonly weights: number;
  readonly biases: number;
}

/** Places the numbers of a network of these layer sizes, the input first. */
export function layoutParameters(sizes: readonly number[]): ParameterLayout {
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
