import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { ablate, allNeurons, distributionOf, networkReport } from '../../src/insight/network-report.js';
import { feedForward, predictedClass } from '../../src/network/feed-forward.js';
import type { Network } from '../../src/network/network.js';
import { brightnessAt, randomImages, testImages } from '../helpers/image-set.js';
import { randomNetwork } from '../helpers/random-network.js';

/** The same network, with weights of 0 from a hidden neuron to the next layer. */
function deafTo(network: Network, layer: number, neuron: number): Network {
  const layers = network.layers.map((each, l) => {
    if (l !== layer) return each;
    return { ...each, weights: each.weights.map((w, at) => (at % each.inputs === neuron ? 0 : w)) };
  });
  return { ...network, layers };
}

describe('ablate', () => {
  test.each([
    [1, 4],
    [2, 7],
  ])('neuron %d:%d counts what a network counts that does not listen to it', (layer, neuron) => {
    const { network } = openModel('sigmoid');
    const images = testImages(network, 500);
    const [found] = ablate(network, images, [{ layer, neuron }]);
    const deaf = deafTo(network, layer, neuron);
    const effects = new Float64Array(10);
    let [changed, correct, before] = [0, 0, 0];
    for (let image = 0; image < images.count; image++) {
      const brightness = brightnessAt(images, network, image);
      const [whole, without] = [feedForward(network, brightness)[3], feedForward(deaf, brightness)[3]];
      const [verdict, other] = [predictedClass(whole), predictedClass(without)];
      if (verdict !== other) changed++;
      if (verdict === images.labels?.[image]) before++;
      if (other === images.labels?.[image]) correct++;
      for (let k = 0; k < 10; k++) effects[k] += (whole[k] - without[k]) / images.count;
    }
    expect(found).toMatchObject({ layer, neuron, changed, correct, lost: before - correct });
    expect(changed).toBeGreaterThan(0);
    for (let k = 0; k < 10; k++) expect(found.effects[k]).toBeCloseTo(effects[k], 12);
  });

  test('an output that is silenced gives 0', () => {
    const { network } = openModel('sigmoid');
    const images = testImages(network, 500);
    const [found] = ablate(network, images, [{ layer: 3, neuron: 1 }]);
    let changed = 0;
    for (let image = 0; image < images.count; image++) {
      const outputs = feedForward(network, brightnessAt(images, network, image))[3];
      const verdict = predictedClass(outputs);
      outputs[1] = 0;
      if (predictedClass(outputs) !== verdict) changed++;
    }
    expect(found.changed).toBe(changed);
    expect(changed).toBeGreaterThan(20);
  });

  test('takes every neuron by default, and does without labels', () => {
    const network = randomNetwork({
      seed: 3,
      height: 3,
      width: 3,
      outputs: [4, 3],
      hidden: 'tanh',
      last: 'softmax',
    });
    const images = { ...randomImages(network, 20), labels: null };
    const found = ablate(network, images);
    expect(found.map(({ layer, neuron }) => ({ layer, neuron }))).toEqual(allNeurons(network));
    expect(found).toHaveLength(7);
    expect(found.every(({ lost, correct }) => lost === null && correct === null)).toBe(true);
  });

  test('refuses a neuron that is not there', () => {
    const { network } = openModel('sigmoid');
    const images = testImages(network, 1);
    expect(() => ablate(network, images, [{ layer: 1, neuron: 16 }])).toThrow('from 0 to 15');
  });
});

describe('networkReport', () => {
  test.each(['sigmoid', 'relu'])('counts what the oracle counts (%s)', (model) => {
    const { network } = openModel(model);
    const images = testImages(network, 300);
    const report = networkReport(network, images);
    expect(report.layers.map(({ parameters }) => parameters)).toEqual([12_560, 272, 170]);
    expect(report.parameters).toBe(13_002);
    const fires = [new Float64Array(16), new Float64Array(16), new Float64Array(10)];
    let correct = 0;
    for (let image = 0; image < images.count; image++) {
      const brightness = brightnessAt(images, network, image);
      const activations = feedForward(network, brightness);
      for (const [l, { weights, biases, inputs, activation }] of network.layers.entries()) {
        for (let n = 0; n < biases.length; n++) {
          // By the sum where there is a threshold; of a softmax by what it gives.
          const sum = activations[l].reduce((total, a, i) => total + a * weights[n * inputs + i], biases[n]);
          if (activation === 'softmax' ? activations[l + 1][n] > 0.5 : sum > 0) fires[l][n]++;
        }
      }
      if (predictedClass(activations[3]) === images.labels?.[image]) correct++;
    }
    expect(report.correct).toBe(correct);
    expect(report.neurons.map((neuron) => neuron.fires)).toEqual(fires.flatMap((layer) => Array.from(layer)));
    expect(report.neurons.map(({ lost }) => lost)).toHaveLength(42);
    expect(report.neurons.every((neuron) => neuron.correct === correct - (neuron.lost ?? Number.NaN))).toBe(
      true,
    );
  });

  test('finds a neuron that never fires and one that always does', () => {
    const { network } = openModel('relu');
    const [first, ...others] = network.layers;
    const biases = first.biases.with(3, -1e6).with(5, 1e6);
    const report = networkReport(
      { ...network, layers: [{ ...first, biases }, ...others] },
      testImages(network, 100),
    );
    expect(report.neurons[3]).toMatchObject({ layer: 1, neuron: 3, fires: 0, most: 0, lost: 0, changed: 0 });
    expect(report.neurons[5]).toMatchObject({ layer: 1, neuron: 5, fires: 100 });
  });
});

describe('distributionOf', () => {
  test('puts each number into its piece, and the largest into the last', () => {
    const found = distributionOf(Float64Array.of(-1, -0.5, 0, 0.5, 0.9, 3), 4);
    expect(found).toMatchObject({ count: 6, least: -1, most: 3, histogram: [2, 3, 0, 1] });
    expect(found.mean).toBeCloseTo(2.9 / 6, 12);
    const squares = [-1, -0.5, 0, 0.5, 0.9, 3].map((value) => (value - found.mean) ** 2);
    expect(found.deviation).toBeCloseTo(Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / 6), 12);
  });

  test('has one piece where all are equal', () => {
    expect(distributionOf(Float64Array.of(2, 2, 2), 5)).toMatchObject({ deviation: 0, histogram: [3] });
  });
});
