import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addGradients, zeroGradients } from '../../scripts/float64/backpropagation.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { feedForward } from '../../src/network/feed-forward.js';
import { type Layer, loss, lossOf, type Network } from '../../src/network/network.js';
import { smallNetwork, vector } from '../network/arbitraries.js';

const STEP = 1e-5;

function cost(network: Network, brightness: Float64Array, label: number): number {
  const outputs = feedForward(network, brightness).at(-1) ?? new Float64Array();
  return loss(outputs, label, lossOf(network));
}

/** How the cost changes with one parameter, which is put back afterwards. */
function centralDifference(parameters: Float64Array, p: number, costNow: () => number): number {
  const value = parameters[p];
  parameters[p] = value + STEP;
  const above = costNow();
  parameters[p] = value - STEP;
  const below = costNow();
  parameters[p] = value;
  return (above - below) / (2 * STEP);
}

/** relu has a corner at z = 0, where no difference quotient is right. */
function isNearCorner(network: Network, brightness: Float64Array): boolean {
  const linear = (layer: Layer): Layer => ({ ...layer, activation: 'identity' });
  return network.layers.some((layer, l) => {
    const layers = [...network.layers.slice(0, l), linear(layer)];
    const z = feedForward({ layers }, brightness).at(-1) ?? new Float64Array();
    return layer.activation === 'relu' && z.some((x) => Math.abs(x) < 1e-3);
  });
}

const pairs = ACTIVATIONS.flatMap((hidden) => ACTIVATIONS.map((output) => ({ hidden, output })));

describe('addGradients', () => {
  it.each(pairs)('agrees with central differences: $hidden, then $output', ({ hidden, output }) => {
    fc.assert(
      fc.property(smallNetwork(hidden, output), vector(6, 1), fc.nat(2), (network, brightness, label) => {
        fc.pre(!isNearCorner(network, brightness));
        const gradients = zeroGradients(network);
        const costNow = () => cost(network, brightness, label);
        expect(addGradients(network, brightness, label, gradients)).toBe(costNow());
        for (const [l, { weights, biases }] of network.layers.entries()) {
          for (let w = 0; w < weights.length; w++) {
            expectClose(gradients[l].weights[w], centralDifference(weights, w, costNow));
          }
          for (let b = 0; b < biases.length; b++) {
            expectClose(gradients[l].biases[b], centralDifference(biases, b, costNow));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('adds up over a mini-batch', () => {
    fc.assert(
      fc.property(smallNetwork('sigmoid', 'sigmoid'), vector(6, 1), vector(6, 1), (network, one, other) => {
        const sum = zeroGradients(network);
        addGradients(network, one, 0, sum);
        addGradients(network, other, 2, sum);
        const first = zeroGradients(network);
        addGradients(network, one, 0, first);
        const second = zeroGradients(network);
        addGradients(network, other, 2, second);
        for (const [l, { biases, weights }] of sum.entries()) {
          for (const [n, b] of biases.entries()) expectClose(b, first[l].biases[n] + second[l].biases[n]);
          for (const [n, w] of weights.entries()) expectClose(w, first[l].weights[n] + second[l].weights[n]);
        }
      }),
    );
  });

  it('still points the way where softmax has underflowed', () => {
    const network = {
      layers: [
        {
          weights: Float64Array.of(-2000, 2000),
          biases: Float64Array.of(0, 0),
          inputs: 1,
          outputs: 2,
          activation: 'softmax' as const,
        },
      ],
    };
    const gradients = zeroGradients(network);
    expect(addGradients(network, Float64Array.of(1), 0, gradients)).toBe(100);
    expect([...gradients[0].weights]).toEqual([-1, 1]);
    expect([...gradients[0].biases]).toEqual([-1, 1]);
  });
});

/** A difference quotient is right to about STEP² and to the rounding of the cost divided by STEP. */
function expectClose(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
}
