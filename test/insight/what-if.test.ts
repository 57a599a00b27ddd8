import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { runImages } from '../../src/insight/run-images.js';
import { type Change, changeNetwork, feedImages, whatIf } from '../../src/insight/what-if.js';
import { feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { brightnessAt, randomImages, testImages } from '../helpers/image-set.js';
import { randomNetwork } from '../helpers/random-network.js';

const changeable = randomNetwork({
  ...{ seed: 4, height: 3, width: 5, outputs: [4, 3], hidden: 'sigmoid', last: 'sigmoid' },
});
const [first, second] = changeable.layers;

describe('changeNetwork', () => {
  test('sets one number and leaves all others, and the network given, as they are', () => {
    const before = first.weights.slice();
    const { network: other } = changeNetwork(changeable, [
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
    const { network: other } = changeNetwork(changeable, [
      { kind: 'weight', layer: 1, neuron: 0, input: 7, value: 1 },
      { kind: 'weight', layer: 1, neuron: 0, input: { row: 1, column: 2 }, value: 2 },
    ]);
    expect(other.layers[0].weights[7]).toBe(2);
  });

  test('shuffles the weights of a layer before others are set, the same way for the same seed', () => {
    const shuffle: Change = { kind: 'shuffle', layer: 1, seed: 3 };
    const set: Change = { kind: 'weight', layer: 1, neuron: 3, input: 14, value: 9 };
    const weightsAfter = (changes: Change[]) => changeNetwork(changeable, changes).network.layers[0].weights;
    const found = weightsAfter([shuffle]);
    expect(found).not.toEqual(first.weights);
    expect(found.toSorted()).toEqual(first.weights.toSorted());
    expect(weightsAfter([{ ...shuffle }])).toEqual(found);
    expect(weightsAfter([{ ...shuffle, seed: 4 }])).not.toEqual(found);
    expect(weightsAfter([set, shuffle])).toEqual(found.with(59, 9));
  });

  test('changes an activation function, and names who is silenced', () => {
    const found = changeNetwork(changeable, [
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
    expect(() => changeNetwork(changeable, [change])).toThrow(words);
  });
});

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

  test('gives the mean activation of each neuron, and what was fed first with its outputs', () => {
    const few = { ...images, count: 7, pixels: images.pixels.slice(0, 7 * 784), labels: labels.slice(0, 7) };
    const change: Change = { kind: 'bias', layer: 2, neuron: 3, value: -1 };
    const found = whatIf(network, few, { changes: [change], feed: 'noise', seed: 5 });
    const other = changeNetwork(network, [change]).network;
    for (const [response, { layers }, seen] of [
      [found.before, network, few],
      [found.after, other, feedImages(few, 'noise', 5)],
    ] as const) {
      const all = Array.from({ length: 7 }, (_, n) =>
        feedForward({ layers }, brightnessAt(seen, network, n)),
      );
      expect(response.means.map((means) => means.length)).toEqual([16, 16, 10]);
      for (const [l, means] of response.means.entries()) {
        for (const [n, mean] of means.entries()) {
          const sum = all.reduce((added, activations) => added + activations[l + 1][n], 0);
          expect(mean).toBeCloseTo(sum / 7, 12);
        }
      }
    }
    const noise = feedImages(few, 'noise', 5);
    expect(found.fed?.pixels).toEqual(noise.pixels.slice(0, 784));
    expect(found.fed?.outputs).toEqual(feedForward(other, brightnessAt(noise, network, 0))[3]);
    expect(whatIf(network, few, { changes: [change] }).fed).toBeNull();
  });

  test('is what one finds by hand', () => {
    // Two pixels, black and white, into one neuron: 3 of what is brighter on the left.
    const [weights, biases] = [Float64Array.of(3, -1), Float64Array.of(0.5)];
    const layer = { inputs: 2, outputs: 1, activation: 'identity', weights, biases } as const;
    const small = { ...changeable, layers: [layer], image: { height: 1, width: 2 }, classes: ['a'] };
    const two = { ...images, count: 2, pixels: Uint8Array.of(255, 0, 0, 255), labels: null };
    const found = whatIf(small, two, {
      changes: [{ kind: 'weight', layer: 1, neuron: 0, input: 0, value: 5 }],
    });
    // 3.5 and -0.5; then 5.5 and -0.5.
    expect([found.before.means, found.after.means]).toEqual([[Float64Array.of(1.5)], [Float64Array.of(2.5)]]);
    const inverted = whatIf(small, two, { feed: 'inverted' });
    expect(inverted.fed).toEqual({ pixels: Uint8Array.of(0, 255), outputs: Float64Array.of(-0.5) });
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
