import { describe, expect, it } from 'vitest';
import { forward, predictedClass } from '../../src/network/forward.js';
import type { Layer } from '../../src/network/network.js';
import { layerSizes, parameterCount } from '../../src/network/network.js';

const hidden: Layer = {
  weights: Float64Array.of(1, -2, 0.5, 3, 0, -1),
  biases: Float64Array.of(0.25, -0.5),
  inputs: 3,
  outputs: 2,
  activation: 'relu',
};
const output: Layer = {
  weights: Float64Array.of(2, 1, -1, 4),
  biases: Float64Array.of(0, 1),
  inputs: 2,
  outputs: 2,
  activation: 'identity',
};

describe('forward', () => {
  it('returns the activations of every layer, the input first', () => {
    const brightness = Float64Array.of(1, 0.5, 0.5);
    const activations = forward({ layers: [hidden, output] }, brightness);
    // z = (1 - 1 + 0.25 + 0.25, 3 - 0.5 - 0.5) = (0.5, 2)
    expect(activations.map((a) => [...a])).toEqual([
      [1, 0.5, 0.5],
      [0.5, 2],
      [3, 8.5],
    ]);
    expect(activations[0]).toBe(brightness);
  });

  it('leaves the network as it is', () => {
    forward({ layers: [hidden, output] }, Float64Array.of(1, 2, 3));
    expect([...hidden.biases, ...output.biases]).toEqual([0.25, -0.5, 0, 1]);
  });
});

describe('predictedClass', () => {
  it('is the largest output, and the first of equals', () => {
    expect(predictedClass(Float64Array.of(0.1, 0.7, 0.3))).toBe(1);
    expect(predictedClass(Float64Array.of(0.7, 0.1, 0.7))).toBe(0);
    expect(predictedClass(Float64Array.of(-3))).toBe(0);
  });
});

describe('parameterCount and layerSizes', () => {
  it('count the weights and biases and name the sizes', () => {
    expect(parameterCount({ layers: [hidden, output] })).toBe(14);
    expect(layerSizes({ layers: [hidden, output] })).toEqual([3, 2, 2]);
  });
});
