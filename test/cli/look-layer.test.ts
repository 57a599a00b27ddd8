import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { layerArithmetic } from '../../src/insight/explain.js';
import { brightnessAt, testImages } from '../helpers/image-set.js';
import { runShared } from '../helpers/shared-cli.js';

describe('digitflow look layer', () => {
  test.each([
    ['sigmoid', 1, 18],
    ['relu', 3, 8],
  ])('prints layer of %s %d with image %d as JSON', async (model, layer, digit) => {
    const args = ['look', 'layer', `${layer}`, '--digit', `${digit}`, '--model', model, '-f', 'json'];
    const { stdout, stderr } = await runShared([...args, '--neuron', '4']);
    const { network } = openModel(model);
    const { inputs, outputs, weights, biases } = network.layers[layer - 1];
    const expected = layerArithmetic(network, brightnessAt(testImages(network), network, digit), layer);
    const view = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(view).toMatchObject({ schema: 'digitflow.look-layer/1', model: { name: model }, layer, lit: 4 });
    expect(view.weights.length).toBe(outputs);
    expect(view.weights[4]).toEqual(Array.from(weights.subarray(4 * inputs, 5 * inputs)));
    expect(view.biases).toEqual(Array.from(biases));
    for (const name of ['inputs', 'weightedSums', 'sums', 'values'] as const)
      expect(view.digit[name]).toEqual(Array.from(expected[name]));
    expect(view.neuron).toMatchObject({ layer, neuron: 4, value: expected.values[4], sum: expected.sums[4] });
  });

  test('reads no images where it is sent none', async () => {
    const { stdout } = await runShared(['look', 'layer', '2', '-f', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      layers: [784, 16, 16, 10],
      lit: null,
      digit: null,
      neuron: null,
    });
  });

  test.each([
    [['4'], 'layer 4: expected a layer from 1 to 3 (the output), found 4'],
    [['first'], 'Give a whole number, 1 or more'],
    [['1', '--neuron', '16'], 'neuron 1:16: expected a neuron from 0 to 15 in layer 1'],
    [['1', '--neuron', '1:4'], 'Give a whole number'],
    [['1', '--images', 'x.csv'], '--images: expected --digit, too, found none; add --digit 0'],
    [['1', '--no-invert'], '--no-invert: expected --digit, too'],
    [['1', '--digit', '3', '--as-is'], '--as-is: expected a picture, found the number 3'],
    [['1', '--digit', '10000'], 'a record from 0 to 9999, found 10000'],
  ])('%j is a usage error of one line', async (args, words) => {
    const result = await runShared(['look', 'layer', ...args]);
    expect(result).toMatchObject({ stdout: '', exitCode: 2 });
    expect(result.stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(result.stderr).toContain(words);
  });
});
