import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain, layerArithmetic, neuronArithmetic, strongestInputs } from '../../src/insight/explain.js';
import { feedForward } from '../../src/network/feed-forward.js';
import { randomNetwork } from '../helpers/random-network.js';
import { smallNetwork, vector } from '../network/arbitraries.js';

describe('explain', () => {
  const settings = { seed: 9, height: 2, width: 2, hidden: 'sigmoid', last: 'softmax' } as const;
  const image = Float64Array.of(0, 0.2, 1, 0.7);

  it('names the largest output, the next one, and what lies between', () => {
    const network = randomNetwork({ ...settings, outputs: [5, 4] });
    const { layers, winner, runnerUp, margin } = explain(network, image);
    const [, hidden, outputs] = feedForward(network, image);
    expect(layers.map(({ values }) => values)).toEqual([hidden, outputs]);
    const order = Array.from(outputs.keys()).sort((a, b) => outputs[b] - outputs[a]);
    expect([winner, runnerUp]).toEqual(order.slice(0, 2));
    expect(margin).toBe(outputs[order[0]] - outputs[order[1]]);
  });

  it('has no runner-up where there is but one class', () => {
    const network = randomNetwork({ ...settings, outputs: [1] });
    expect(explain(network, image)).toMatchObject({ winner: 0, runnerUp: null, margin: null });
  });
});

describe('layerArithmetic', () => {
  const layer = (weights: number[], biases: number[], activation: 'relu' | 'identity') => {
    const [outputs, inputs] = [biases.length, weights.length / biases.length];
    return {
      inputs,
      outputs,
      activation,
      weights: Float64Array.from(weights),
      biases: Float64Array.from(biases),
    };
  };
  // Two pixels, two hidden neurons, three outputs.
  const layers = [
    layer([1, -2, 3, 0.5], [0.5, -4], 'relu'),
    layer([2, 1, -1, 0, 0.5, 8], [1, 0, -2], 'identity'),
  ];
  const image = Float64Array.of(1, 0.25);

  it('is what one finds by hand', () => {
    const [first, second] = [1, 2].map((n) => layerArithmetic({ layers }, image, n));
    // 1 - 2/4 = 0.5, and 3 + 0.5/4 = 3.125; with the biases 1 and -0.875, of which relu leaves 1 and 0.
    expect(first).toEqual({
      inputs: image,
      weightedSums: Float64Array.of(0.5, 3.125),
      sums: Float64Array.of(1, -0.875),
      values: Float64Array.of(1, 0),
    });
    expect(second).toEqual({
      inputs: Float64Array.of(1, 0),
      weightedSums: Float64Array.of(2, -1, 0.5),
      sums: Float64Array.of(3, -1, -1.5),
      values: Float64Array.of(3, -1, -1.5),
    });
  });

  it('refuses a layer that is not there', () => {
    for (const n of [0, 3, 1.5])
      expect(() => layerArithmetic({ layers }, image, n)).toThrow(`layer ${n}: expected a layer from 1 to 2`);
  });
});

describe('neuronArithmetic', () => {
  it('is the sum that a plain loop finds, in every layer', () => {
    fc.assert(
      fc.property(smallNetwork('sigmoid', 'sigmoid'), vector(6, 1), (network, image) => {
        let inputs = Array.from(image);
        network.layers.forEach((layer, l) => {
          const outputs = Array.from(layer.biases, (bias, neuron) => {
            let sum = 0;
            for (let i = 0; i < inputs.length; i++)
              sum += inputs[i] * layer.weights[neuron * inputs.length + i];
            const found = neuronArithmetic(network, image, { layer: l + 1, neuron });
            const value = 1 / (1 + Math.exp(-sum - bias));
            expect(found.weightedSum).toBeCloseTo(sum, 10);
            expect(found.bias).toBe(bias);
            expect(found.sum).toBeCloseTo(sum + bias, 10);
            expect(found.value).toBeCloseTo(value, 10);
            expect(Array.from(found.inputs)).toEqual(inputs.map((input) => expect.closeTo(input, 10)));
            return value;
          });
          inputs = outputs;
        });
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what is not there', () => {
    const [network] = fc.sample(smallNetwork('relu', 'softmax'), 1);
    const image = new Float64Array(6);
    expect(() => neuronArithmetic(network, image, { layer: 0, neuron: 0 })).toThrow(/a layer from 1 to 2/);
    expect(() => neuronArithmetic(network, image, { layer: 3, neuron: 0 })).toThrow(/a layer from 1 to 2/);
    expect(() => neuronArithmetic(network, image, { layer: 2, neuron: 3 })).toThrow(/a neuron from 0 to 2/);
  });
});

describe('strongestInputs', () => {
  it('lists those for and those against, strongest first, and none that does nothing', () => {
    const found = strongestInputs(Float64Array.of(0.5, -2, 0, 3, -1, 0.5), 2);
    expect(found).toEqual({ pushedFor: [3, 0], pushedAgainst: [1, 4] });
    expect(strongestInputs(Float64Array.of(0, 0), 3)).toEqual({ pushedFor: [], pushedAgainst: [] });
  });
});
