import { expect, test } from 'vitest';
import type { Change } from '../../src/insight/what-if.js';
import { activate } from '../../src/network/activations.js';
import { feedForward } from '../../src/network/feed-forward.js';
import {
  addChanges,
  countChanges,
  digitsOf,
  rangeFor,
  toStep,
  withoutNeuron,
} from '../../src/views/draw/live/ask/change-list.js';
import { brushed, curveOf, inputShape, neuronSum } from '../../src/views/draw/live/ask/neuron-sum.js';
import { partsOf } from '../../src/views/draw/live/ask/why-parts.js';
import { randomNetwork } from '../helpers/random-network.js';

const network = randomNetwork({
  ...{ seed: 5, height: 4, width: 6, outputs: [70, 5, 3], hidden: 'tanh', last: 'softmax' },
});

test('of one number the last change stays, also where a pixel is named in two ways, and none that changes nothing', () => {
  const weight: Change = { kind: 'weight', layer: 1, neuron: 2, input: { row: 1, column: 3 }, value: 5 };
  const again: Change = { kind: 'weight', layer: 1, neuron: 2, input: 9, value: 6 };
  const bias: Change = { kind: 'bias', layer: 2, neuron: 2, value: 1 };
  const silence: Change = { kind: 'silence', layer: 1, neuron: 2 };
  const changes = addChanges(network, [weight, bias], [silence, again, silence]);
  expect(changes).toEqual([again, bias, silence]);
  expect(countChanges(changes)).toEqual({ numbers: 2, silenced: 1 });
  expect(withoutNeuron(changes, { layer: 1, neuron: 2 })).toEqual([bias]);
  const back = { ...again, value: network.layers[0].weights[2 * 24 + 9] };
  expect(addChanges(network, changes, [back, { ...bias, value: network.layers[1].biases[2] }])).toEqual([
    silence,
  ]);
});

test('a knob has at least 500 steps to its end, each a power of ten, and no more decimals than it needs', () => {
  for (const reach of [0.0003, 0.7, 6, 8.4, 31, 2500]) {
    const range = rangeFor(reach);
    expect(range.limit).toBeGreaterThanOrEqual(reach * (1 - 1e-9));
    expect(range.limit / range.step).toBeGreaterThanOrEqual(499);
    expect(range.limit / range.step).toBeLessThan(5002);
    const value = toStep(reach / 3, range);
    expect(Math.abs(value - reach / 3)).toBeLessThanOrEqual(range.step);
    expect(value).toBe(Number(value.toFixed(digitsOf(range))));
    expect(toStep(9 * reach, range)).toBe(toStep(range.limit, range));
  }
  expect(rangeFor(0).limit).toBe(1);
});

test('a sum has its largest terms, the rest and the bias, whatever the activations are', () => {
  const brightness = Float64Array.from({ length: 24 }, (_, i) => (i % 5) / 4);
  const activations = feedForward(network, brightness).map((values) => values.slice());
  activations[1][7] = 0;
  const { largest, contributions, rest, bias, sum, inputs } = neuronSum(network, activations, {
    layer: 2,
    neuron: 4,
  });
  expect(inputs).toBe(activations[1]);
  expect(contributions[7]).toBeCloseTo(0, 20);
  const sizes = [...contributions].map(Math.abs);
  expect(largest.map((i) => sizes[i])).toEqual(sizes.toSorted((a, b) => b - a).slice(0, 5));
  const terms = largest.reduce((total, i) => total + contributions[i], 0);
  expect(terms + rest + bias).toBeCloseTo(sum, 12);
});

test('a curve goes through what the neuron gives, of a softmax with the others as they are', () => {
  const activations = feedForward(network, new Float64Array(24).fill(0.5));
  for (const layer of [1, 2, 3]) {
    const own = network.layers[layer - 1];
    const { sum, value } = neuronSum(network, activations, { layer, neuron: 1 });
    const curve = curveOf(own, activations[layer - 1], 1, Math.abs(sum));
    expect(curve[sum < 0 ? 0 : curve.length - 1]).toBeCloseTo(value, 12);
    if (layer < 3) expect(curve[48]).toBe(activate('tanh', Float64Array.of(0))[0]);
  }
});

test('inputs are shown as the image, as bars, or as a grid where they are many', () => {
  expect([1, 2, 3].map((layer) => inputShape(network, layer))).toEqual([
    { height: 4, width: 6, isBars: false },
    { height: 8, width: 9, isBars: false },
    { height: 1, width: 5, isBars: true },
  ]);
});

test('a brush reaches all cells on its way, strongest in its middle, and none outside', () => {
  const cells = brushed({ height: 6, width: 9 }, { y: 0.5, x: 0.5 }, { y: 0.5, x: 8.5 });
  expect([...cells.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, i) => i));
  for (let column = 0; column < 9; column++) {
    expect(cells.get(column)).toBe(column === 0 ? 0.5 : 1);
    expect(cells.get(9 + column)).toBeLessThan(0.6);
  }
  expect(brushed({ height: 6, width: 9 }, { y: -3, x: 2 }, { y: -3, x: 5 }).size).toBe(0);
});

test('the parts of a verdict are those of the network with its silenced neurons: they add up to its rise from black', () => {
  const silenced = [
    { layer: 1, neuron: 7 },
    { layer: 2, neuron: 3 },
  ];
  const brightness = Float64Array.from({ length: 24 }, (_, i) => (i % 7) / 6);
  const outputOf = (bright: Float64Array, off: typeof silenced) => {
    const values = [bright];
    for (const [l, layer] of network.layers.entries()) {
      const [, next] = feedForward({ layers: [layer] }, values[l]);
      for (const place of off) if (place.layer === l + 1) next[place.neuron] = 0;
      values.push(next);
    }
    return values[3][1];
  };
  const question = { layers: network.layers, brightness, black: 0.25, target: 1 };
  const rises = [[], silenced].map((off) => {
    const { sum, contributions, output } = partsOf({ ...question, silenced: off });
    expect(output).toBeCloseTo(outputOf(brightness, off), 12);
    const rise = output - outputOf(new Float64Array(24).fill(0.25), off);
    expect(sum).toBeCloseTo(rise, 6);
    expect(contributions.reduce((all, part) => all + part, 0)).toBeCloseTo(sum, 12);
    return rise;
  });
  expect(Math.abs(rises[0] - rises[1])).toBeGreaterThan(1e-4);
  const { sum, contributions } = partsOf({ ...question, silenced: [{ layer: 3, neuron: 1 }] });
  expect({ sum, lit: contributions.some((part) => part !== 0) }).toEqual({ sum: 0, lit: false });
});
