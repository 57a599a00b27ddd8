import { roundUp } from '../pool/layout.js';

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
