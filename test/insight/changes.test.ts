import { describe, expect, test } from 'vitest';
import { type Change, changeNetwork } from '../../src/insight/what-if.js';
import { randomNetwork } from '../helpers/random-network.js';

const network = randomNetwork({
  ...{ seed: 4, height: 3, width: 5, outputs: [4, 3], hidden: 'sigmoid', last: 'sigmoid' },
});
const [first, second] = network.layers;

describe('changeNetwork', () => {
  test('sets one number and leaves all others, and the network given, as they are', () => {
    const before = first.weights.slice();
    const { network: other } = changeNetwork(network, [
      { kind: 'weight', layer: 1, neuron: 2, input: 7, value: 0.5 },
      { kind: 'bias', layer: 2, neuron: 1, value: -10 },
    ]);
    const weights = before.slice();
    weights[2 * 15 + 7] = 0.5;
    expect(other.layers[0]).toEqual({ ...first, weights });
    expect(other.layers[1]).toEqual({
      ...second,
      biases: Float64Array.of(second.biases[0], -10, second.biases[2]),
    });
    expect(first.weights).toEqual(before);
  });

  test('takes a pixel by row and column, and the last of two changes of the same weight', () => {
    const { network: other } = changeNetwork(network, [
      { kind: 'weight', layer: 1, neuron: 0, input: 7, value: 1 },
      { kind: 'weight', layer: 1, neuron: 0, input: { row: 1, column: 2 }, value: 2 },
    ]);
    expect(other.layers[0].weights[7]).toBe(2);
  });

  test('shuffles the weights of a layer before others are set, the same way for the same seed', () => {
    const shuffle: Change = { kind: 'shuffle', layer: 1, seed: 3 };
    const set: Change = { kind: 'weight', layer: 1, neuron: 3, input: 14, value: 9 };
    const weightsAfter = (changes: Change[]) => changeNetwork(network, changes).network.layers[0].weights;
    const found = weightsAfter([shuffle]);
    expect(found).not.toEqual(first.weights);
    expect(found.toSorted()).toEqual(first.weights.toSorted());
    expect(weightsAfter([{ ...shuffle }])).toEqual(found);
    expect(weightsAfter([{ ...shuffle, seed: 4 }])).not.toEqual(found);
    expect(weightsAfter([set, shuffle])).toEqual(found.with(59, 9));
  });

  test('changes an activation function, and names who is silenced', () => {
    const found = changeNetwork(network, [
      { kind: 'activation', layer: 2, activation: 'softmax' },
      { kind: 'silence', layer: 1, neuron: 3 },
    ]);
    expect(found.network.layers[1]).toEqual({ ...second, activation: 'softmax' });
    expect(found.silenced).toEqual([{ layer: 1, neuron: 3 }]);
  });

  test.each<[change: Change, words: string]>([
    [
      { kind: 'weight', layer: 1, neuron: 0, input: 15, value: 1 },
      'weight 1:0:15: expected an input from 0 to 14, found 15',
    ],
    [{ kind: 'weight', layer: 1, neuron: 4, input: 0, value: 1 }, 'from 0 to 3 in layer 1'],
    [{ kind: 'weight', layer: 1, neuron: 0, input: { row: 3, column: 0 }, value: 1 }, 'a pixel up to 2,4'],
    [{ kind: 'weight', layer: 1, neuron: 0, input: { row: 0, column: 5 }, value: 1 }, 'a pixel up to 2,4'],
    [
      { kind: 'weight', layer: 2, neuron: 0, input: { row: 0, column: 1 }, value: 1 },
      'only layer 1 looks at pixels',
    ],
    [{ kind: 'bias', layer: 1, neuron: 0, value: Number.NaN }, 'bias: expected a number'],
    [{ kind: 'shuffle', layer: 3, seed: 1 }, 'a layer from 1 to 2'],
    [{ kind: 'silence', layer: 0, neuron: 0 }, 'a layer from 1 to 2'],
  ])('refuses %j', (change, words) => {
    expect(() => changeNetwork(network, [change])).toThrow(words);
  });
});
