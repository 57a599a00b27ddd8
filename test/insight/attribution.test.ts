import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { ATTRIBUTION_TOLERANCE, attribute } from '../../src/insight/attribution.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { brightnessOf, feedForward } from '../../src/network/feed-forward.js';
import type { Network } from '../../src/network/network.js';
import { testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';

const pixels = testPixels();
const output = (network: Network, image: Float64Array, k: number) =>
  feedForward(network, image)[network.layers.length][k];

/** The same integral by the midpoint rule, and the gradient by finite differences: nothing of the product's. */
function plainly(network: Network, image: Float64Array, black: Float64Array, k: number): number[] {
  const [steps, h] = [400, 1e-6];
  return Array.from(image, (_, i) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const at = black.map((dark, j) => dark + ((step + 0.5) / steps) * (image[j] - dark));
      const [up, down] = [at.slice(), at.slice()];
      up[i] += h;
      down[i] -= h;
      sum += (output(network, up, k) - output(network, down, k)) / (2 * h) / steps;
    }
    return sum * (image[i] - black[i]);
  });
}

describe('attribute', () => {
  it.each(['sigmoid', 'relu'])('adds up to the difference of the outputs, for real digits (%s)', (name) => {
    const { network } = openModel(name);
    const black = new Float64Array(784);
    for (let index = 0; index < (name === 'relu' ? 2 : 30); index++) {
      const image = brightnessOf(
        pixels.subarray(index * 784, index * 784 + 784),
        network.normalization,
        network.image,
      );
      for (let k = 0; k < 10; k++) {
        const { contributions, residual } = attribute(network, image, black, k);
        const sum = contributions.reduce((total, value) => total + value, 0);
        const difference = output(network, image, k) - output(network, black, k);
        expect(Math.abs(sum - difference)).toBeLessThan(ATTRIBUTION_TOLERANCE);
        expect(residual).toBeCloseTo(Math.abs(sum - difference), 12);
      }
    }
  });

  it.each(['sigmoid', 'relu'])(
    'adds up for sharp networks, too: weights a hundred times as large (%s)',
    (name) => {
      const { network } = openModel(name);
      const layers = network.layers.map((layer) => ({
        ...layer,
        weights: layer.weights.map((w) => 100 * w),
      }));
      const sharp = { ...network, layers };
      const image = brightnessOf(pixels.subarray(0, 784), network.normalization, network.image);
      const { sum, output: found, baselineOutput } = attribute(sharp, image, new Float64Array(784), 7);
      expect(Math.abs(sum - (found - baselineOutput))).toBeLessThan(ATTRIBUTION_TOLERANCE);
    },
  );

  it.each(ACTIVATIONS)('is what midpoints and finite differences give (%s)', (hidden) => {
    const last = hidden === 'softmax' ? 'sigmoid' : 'softmax';
    const network = randomNetwork({ seed: 5, height: 2, width: 3, outputs: [4, 3], hidden, last });
    const image = Float64Array.of(0.9, 0.1, 0.5, 0, 1, 0.3);
    const black = new Float64Array(6).fill(-0.4);
    const { contributions } = attribute(network, image, black, 1);
    plainly(network, image, black, 1).forEach((value, i) => {
      expect(contributions[i]).toBeCloseTo(value, 3);
    });
  });

  it('finds that what is as black as the baseline contributes nothing', () => {
    const network = randomNetwork({
      seed: 6,
      height: 1,
      width: 3,
      outputs: [3],
      hidden: 'sigmoid',
      last: 'sigmoid',
    });
    const { contributions } = attribute(
      network,
      Float64Array.of(0.5, 1, 0.5),
      new Float64Array(3).fill(0.5),
      2,
    );
    expect(contributions[0]).toBe(0);
    expect(contributions[1]).not.toBe(0);
  });

  it('refuses a class that is not there', () => {
    const { network } = openModel('sigmoid');
    const black = new Float64Array(784);
    expect(() => attribute(network, black, black, 10)).toThrow(/from 0 to 9, found 10/);
  });
});
