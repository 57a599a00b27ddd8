import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { smallestChange } from '../../src/insight/counterfactual.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import type { Network } from '../../src/network/network.js';
import { testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { smallNetwork } from '../network/arbitraries.js';

const pixels = testPixels();
const verdict = (network: Network, image: Float64Array) =>
  predictedClass(feedForward(network, image)[network.layers.length]);

describe.each(['sigmoid', 'relu'])('smallestChange of real digits (%s)', (name) => {
  const { network } = openModel(name);
  it.each([
    ['brightening', 1],
    ['erasing', 0],
  ])('flips the verdict by %s, and needs each of its pixels', (_, value) => {
    let found = 0;
    for (let index = 0; index < 12; index++) {
      const image = brightnessOf(
        pixels.subarray(index * 784, index * 784 + 784),
        network.normalization,
        network.image,
      );
      const before = verdict(network, image);
      const change = smallestChange(network, image, value);
      if (change === null) continue;
      found++;
      const changed = image.map((pixel, i) => (change.pixels.includes(i) ? value : pixel));
      expect(change).toMatchObject({ verdictBefore: before, changed });
      expect(change.verdictAfter).toBe(verdict(network, changed));
      expect(change.verdictAfter).not.toBe(before);
      for (const pixel of change.pixels) {
        const undone = changed.slice();
        undone[pixel] = image[pixel];
        expect(verdict(network, undone)).toBe(before);
      }
    }
    expect(found).toBeGreaterThan(8);
  });
});

describe('smallestChange', () => {
  it('finds the one pixel where one is enough, as trying all of them does', () => {
    let single = 0;
    for (const network of fc.sample(smallNetwork('tanh', 'softmax'), { numRuns: 60, seed: 1 })) {
      const image = Float64Array.of(0, 0.5, 0.2, 0.7, 0, 0.1);
      const before = verdict(network, image);
      const isEnough = Array.from(image.keys()).some((i) => {
        const changed = image.slice();
        changed[i] = 1;
        return verdict(network, changed) !== before;
      });
      if (!isEnough) continue;
      single++;
      expect(smallestChange(network, image, 1)?.pixels).toHaveLength(1);
    }
    expect(single).toBeGreaterThan(3);
  });

  it('puts back what turned out not to be needed', () => {
    const image = Float64Array.of(0, 0.5, 0.2, 0.7, 0, 0.1);
    let longer = 0;
    for (const network of fc.sample(smallNetwork('tanh', 'softmax'), { numRuns: 3000, seed: 2 })) {
      const change = smallestChange(network, image, 1);
      if (change === null || change.pixels.length < 2) continue;
      longer++;
      for (const pixel of change.pixels) {
        const undone = change.changed.slice();
        undone[pixel] = image[pixel];
        expect(verdict(network, undone)).toBe(change.verdictBefore);
      }
    }
    expect(longer).toBeGreaterThan(50);
  });

  it('says so where nothing helps', () => {
    const network = randomNetwork({
      seed: 3,
      height: 1,
      width: 2,
      outputs: [2],
      hidden: 'relu',
      last: 'sigmoid',
    });
    const [layer] = network.layers;
    const deaf = { ...network, layers: [{ ...layer, weights: layer.weights.map(() => 0) }] };
    expect(smallestChange(deaf, Float64Array.of(0, 0), 1)).toBeNull();
  });
});
