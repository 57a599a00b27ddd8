import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { neuronReport } from '../../src/insight/neuron-report.js';
import { rankImages } from '../../src/insight/run-images.js';
import { activate } from '../../src/network/activations.js';
import { feedForward } from '../../src/network/feed-forward.js';
import { brightnessAt, randomImages, testImages } from '../helpers/image-set.js';
import { randomNetwork } from '../helpers/random-network.js';

describe('neuronReport', () => {
  test.each([
    ['sigmoid', 1, 4],
    ['sigmoid', 2, 3],
    ['relu', 2, 5],
    ['sigmoid', 3, 5],
  ])('of %s %d:%d is what the oracle says, image by image', (model, layer, neuron) => {
    const { network } = openModel(model);
    const images = testImages(network, 400);
    const report = neuronReport(network, images, { layer, neuron }, 3);
    const { weights, biases, inputs, activation } = network.layers[layer - 1];
    const row = weights.subarray(neuron * inputs, (neuron + 1) * inputs);
    const all = Array.from({ length: images.count }, (_, index) => {
      const activations = feedForward(network, brightnessAt(images, network, index));
      const sum = activations[layer - 1].reduce((total, a, i) => total + a * row[i], 0) + biases[neuron];
      return { index, sum, value: activations[layer][neuron], truth: images.labels?.[index] ?? 0 };
    });
    expect(report).toMatchObject({ layer, neuron, activation, bias: biases[neuron], images: 400 });
    expect(report.threshold).toBe(-biases[neuron]);
    expect(report.weights).toEqual(row);
    const sorted = [...all].sort((a, b) => b.sum - a.sum);
    expect(report.lightsMost.map(({ index }) => index)).toEqual(sorted.slice(0, 3).map(({ index }) => index));
    expect(report.lightsLeast.map(({ index }) => index)).toEqual(
      sorted
        .slice(-3)
        .reverse()
        .map(({ index }) => index),
    );
    expect(report.lightsMost[0]).toMatchObject(sorted[0]);
    // Where the sum is above the threshold the neuron fires.
    expect(report.fires).toBe(all.filter(({ sum }) => sum > 0).length);
    expect(report.fires).toBeGreaterThan(0);
    expect(report.mean).toBeCloseTo(all.reduce((total, { value }) => total + value, 0) / 400, 12);
    const sevens = all.filter(({ truth }) => truth === 7);
    expect(report.meanByClass[7]).toBeCloseTo(
      sevens.reduce((total, { value }) => total + value, 0) / sevens.length,
      12,
    );
    expect(report.effect === null).toBe(layer === 3);
  });

  test('its weights into the next layer are what that layer multiplies it with', () => {
    const { network } = openModel('sigmoid');
    const report = neuronReport(network, testImages(network, 10), { layer: 2, neuron: 3 });
    expect(Array.from(report.effect?.outgoing ?? [])).toEqual(
      Array.from({ length: 10 }, (_, k) => network.layers[2].weights[k * 16 + 3]),
    );
  });

  test.each(['sigmoid', 'tanh', 'relu', 'softmax'] as const)(
    'what a deep neuron looks for is the mean slope of its sum (%s)',
    (hidden) => {
      const network = randomNetwork({
        seed: 5,
        height: 3,
        width: 4,
        outputs: [6, 5, 3],
        hidden,
        last: 'softmax',
      });
      const images = randomImages(network, 7, 9);
      const sumAt = (brightness: Float64Array) => {
        const inputs = feedForward(network, brightness)[2];
        const { weights, biases } = network.layers[2];
        return inputs.reduce((sum, a, i) => sum + a * weights[1 * 5 + i], biases[1]);
      };
      const { kind, values } = neuronReport(network, images, { layer: 3, neuron: 1 }).looksFor;
      const step = 1e-6;
      const slopes = new Float64Array(12);
      for (let image = 0; image < 7; image++) {
        for (let pixel = 0; pixel < 12; pixel++) {
          const [up, down] = [brightnessAt(images, network, image), brightnessAt(images, network, image)];
          up[pixel] += step;
          down[pixel] -= step;
          slopes[pixel] += (sumAt(up) - sumAt(down)) / (2 * step) / 7;
        }
      }
      expect(kind).toBe('gradient');
      for (let pixel = 0; pixel < 12; pixel++) expect(values[pixel]).toBeCloseTo(slopes[pixel], 6);
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(1e-3);
    },
  );

  test('does without labels, and with fewer images than wanted', () => {
    const network = randomNetwork({
      seed: 3,
      height: 3,
      width: 3,
      outputs: [4, 3],
      hidden: 'relu',
      last: 'identity',
    });
    const images = { ...randomImages(network, 3), labels: null };
    const report = neuronReport(network, images, { layer: 1, neuron: 2 }, 2);
    expect(report.meanByClass).toEqual([null, null, null]);
    expect([report.lightsMost.length, report.lightsLeast.length]).toEqual([2, 1]);
    expect(report.effect?.lost).toBeNull();
    const { value, sum } = report.lightsMost[0];
    expect(value).toBe(activate('relu', Float64Array.of(sum))[0]);
  });
});

describe('rankImages', () => {
  test('puts the first of equals first, and no image into both lists', () => {
    const values = Float64Array.of(1, 3, 3, 0, 1, 0);
    expect(rankImages(values, 2)).toEqual({ most: [1, 2], least: [3, 5] });
    expect(rankImages(values, 4)).toEqual({ most: [1, 2, 0, 4], least: [3, 5] });
    expect(rankImages(values, 0)).toEqual({ most: [], least: [] });
  });
});
