import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTestImages } from '../../scripts/float64/first-network.js';
import { countCorrect } from '../../scripts/float64/train-float64.js';
import { mnistDataFolder } from '../../scripts/mnist-data.js';
import { MNIST_FILES } from '../../src/inputs/known-datasets.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { layerSizes, parameterCount } from '../../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';

const inData = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));

describe.each([
  ['sigmoid', ['sigmoid', 'sigmoid', 'sigmoid'], 966],
  ['relu', ['relu', 'relu', 'softmax'], 969],
] as const)('the bundled network %s', (name, activations, rightOfFirst1000) => {
  const { network } = openModel(name);

  it('is of the sizes of the video: 784-16-16-10, 13,002 weights and biases', () => {
    expect(layerSizes(network)).toEqual([784, 16, 16, 10]);
    expect(parameterCount(network)).toBe(13_002);
    expect(network.layers.map((layer) => layer.activation)).toEqual(activations);
    expect(network.image).toEqual({ height: 28, width: 28 });
    expect(network.normalization).toEqual(UNIT_BRIGHTNESS);
    expect(network.classes).toEqual(Array.from('0123456789'));
  });

  it('says where it came from, and so does data/README.md, by digest', () => {
    expect(network.provenance).toMatchObject({ 'training seed': '1' });
    expect(JSON.stringify(network.provenance)).toContain(MNIST_FILES.trainImages.sha256);
    const bytes = readFileSync(inData(`${name}.safetensors`));
    expect(Buffer.from(writeOwnNetwork(network)).equals(bytes)).toBe(true);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(readFileSync(inData('README.md'), 'utf8')).toContain(sha256);
  });

  it(`gets ${rightOfFirst1000} of the first 1,000 test images right`, () => {
    const { pixels, labels, image } = readTestImages(mnistDataFolder());
    const first = { pixels: pixels.subarray(0, 1000 * 784), labels: labels.subarray(0, 1000), image };
    expect(countCorrect(network.layers, first, network.normalization)).toBe(rightOfFirst1000);
  });

  it('has no weight that int16 would hold badly', () => {
    const [{ weights }] = network.layers;
    expect(weights.reduce((largest, w) => Math.max(largest, Math.abs(w)), 0)).toBeLessThanOrEqual(2);
  });
});
