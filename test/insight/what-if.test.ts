import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/open-model.js';
import { runImages } from '../../src/insight/run-images.js';
import { feedImages, whatIf } from '../../src/insight/what-if.js';
import { feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { brightnessAt, randomImages, testImages } from '../helpers/image-set.js';
import { randomNetwork } from '../helpers/random-network.js';

const { network } = openModel('sigmoid');
const images = testImages(network, 400);
const labels = images.labels ?? new Uint8Array();

describe('whatIf', () => {
  test('gives the verdicts of the oracle, before and after', () => {
    const found = whatIf(network, images, {
      changes: [
        { kind: 'silence', layer: 2, neuron: 4 },
        { kind: 'bias', layer: 1, neuron: 7, value: 3 },
        { kind: 'activation', layer: 1, activation: 'tanh' },
      ],
    });
    const [first, second, last] = network.layers;
    const weights = last.weights.map((weight, at) => (at % 16 === 4 ? 0 : weight));
    const other = [
      { ...first, biases: first.biases.with(7, 3), activation: 'tanh' as const },
      second,
      { ...last, weights },
    ];
    let [changed, rightToWrong, wrongToRight] = [0, 0, 0];
    for (let image = 0; image < images.count; image++) {
      const brightness = brightnessAt(images, network, image);
      const before = feedForward(network, brightness)[3];
      const after = feedForward({ layers: other }, brightness)[3];
      const verdicts = [predictedClass(before), predictedClass(after)];
      expect([found.before.predictions[image], found.after.predictions[image]]).toEqual(verdicts);
      expect(found.after.confidences[image]).toBe(after[verdicts[1]]);
      if (verdicts[0] !== verdicts[1]) changed++;
      if (verdicts[0] !== verdicts[1] && verdicts[0] === labels[image]) rightToWrong++;
      if (verdicts[0] !== verdicts[1] && verdicts[1] === labels[image]) wrongToRight++;
    }
    expect(found).toMatchObject({ changed, rightToWrong, wrongToRight });
    expect(changed).toBeGreaterThan(10);
  });

  test('without a change nothing changes', () => {
    const found = whatIf(network, images, {});
    expect(found).toMatchObject({ changed: 0, rightToWrong: 0, wrongToRight: 0 });
    expect(found.after).toEqual(found.before);
  });

  test('silences several neurons of several layers at once', () => {
    const small = randomNetwork({
      seed: 8,
      height: 3,
      width: 3,
      outputs: [3, 4, 3],
      hidden: 'tanh',
      last: 'sigmoid',
    });
    const few = randomImages(small, 5);
    const silenced = [
      { layer: 1, neuron: 0 },
      { layer: 1, neuron: 2 },
      { layer: 2, neuron: 3 },
      { layer: 3, neuron: 1 },
    ];
    const runs = runImages(small, few, silenced);
    for (const { layer, neuron } of silenced) {
      const { outputs, values } = runs[layer - 1];
      for (let image = 0; image < 5; image++) expect(values[image * outputs + neuron]).toBe(0);
    }
    const layers = small.layers.map((layer, l) => ({
      ...layer,
      weights: layer.weights.map((weight, at) =>
        silenced.some((place) => place.layer === l && place.neuron === at % layer.inputs) ? 0 : weight,
      ),
    }));
    const expected = feedForward({ layers }, brightnessAt(few, small, 2))[3].with(1, 0);
    expect(Array.from(runs[2].values.subarray(6, 9))).toEqual(Array.from(expected));
  });
});

describe('feedImages', () => {
  const inverse = { scale: -1 / 255, offset: 1, transposed: false };

  test('inverts, and inverts back', () => {
    const inverted = feedImages(images, 'inverted', 1);
    expect(inverted.pixels.every((pixel, i) => pixel === 255 - images.pixels[i])).toBe(true);
    expect(feedImages(inverted, 'inverted', 1).pixels).toEqual(images.pixels);
    expect(inverted.labels).toBe(images.labels);
  });

  test('what is blank is black as the network sees it', () => {
    expect(feedImages(images, 'blank', 1).pixels.every((pixel) => pixel === 0)).toBe(true);
    expect(
      feedImages({ ...images, normalization: inverse }, 'blank', 1).pixels.every((pixel) => pixel === 255),
    ).toBe(true);
  });

  test('noise is spread evenly, and the same for the same seed', () => {
    const { pixels } = feedImages(images, 'noise', 5);
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
    expect(mean).toBeGreaterThan(126);
    expect(mean).toBeLessThan(129);
    expect(new Set(pixels).size).toBe(256);
    expect(feedImages(images, 'noise', 5).pixels).toEqual(pixels);
    expect(feedImages(images, 'noise', 6).pixels).not.toEqual(pixels);
  });
});
