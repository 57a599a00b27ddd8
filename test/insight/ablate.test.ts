import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/open-model.js';
import { ablate, allNeurons } from '../../src/insight/network-report.js';
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
