import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { countCorrect, runImages, verdictsOf } from '../../src/insight/run-images.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { brightnessAt, randomImages, testImages } from '../helpers/image-set.js';
import { randomNetwork } from '../helpers/random-network.js';

describe('runImages', () => {
  test('gives the very numbers of feedForward, for any network and normalization', () => {
    const settings = fc.record({
      seed: fc.nat(1000),
      height: fc.integer({ min: 1, max: 6 }),
      width: fc.integer({ min: 1, max: 6 }),
      outputs: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      hidden: fc.constantFrom(...ACTIVATIONS),
      last: fc.constantFrom(...ACTIVATIONS),
    });
    const normalizations = fc.record({
      scale: fc.constantFrom(1 / 255, -1 / 255, 0.02),
      offset: fc.constantFrom(0, 1, -0.4242),
      transposed: fc.boolean(),
    });
    fc.assert(
      fc.property(settings, normalizations, (wanted, normalization) => {
        const network = { ...randomNetwork(wanted), normalization };
        const images = randomImages(network, 3, wanted.seed);
        const runs = runImages(network, images);
        for (let image = 0; image < 3; image++) {
          const expected = feedForward(network, brightnessAt(images, network, image)).slice(1);
          const found = runs.map(({ values, outputs }) =>
            values.subarray(image * outputs, (image + 1) * outputs),
          );
          // Sums in the same order: not nearly the same numbers, but the same.
          expect(found.map((row) => Array.from(row, (value) => value + 0))).toEqual(
            expected.map((row) => Array.from(row, (value) => value + 0)),
          );
        }
      }),
    );
  });

  test.each(['sigmoid', 'relu'])('gives the verdicts of the oracle on real images (%s)', (model) => {
    const { network } = openModel(model);
    const images = testImages(network, 300, 200);
    const runs = runImages(network, images);
    const { predictions, confidences } = verdictsOf(runs[2]);
    let correct = 0;
    for (let image = 0; image < images.count; image++) {
      const outputs = feedForward(network, brightnessAt(images, network, image))[3];
      const winner = predictedClass(outputs);
      expect([predictions[image], confidences[image]]).toEqual([winner, outputs[winner]]);
      if (winner === images.labels?.[image]) correct++;
    }
    expect(countCorrect(predictions, images.labels ?? new Uint8Array())).toBe(correct);
    expect(correct).toBeGreaterThan(250);
  });
});
