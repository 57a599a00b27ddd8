import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTestImages } from '../../scripts/first-network.js';
import { mnistDataFolder } from '../../scripts/mnist-data.js';
import { layerSizes, parameterCount } from '../../src/network/network.js';
import { writeNetwork } from '../../src/network/network-file.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { countCorrect } from '../../src/network/train.js';
import { openModel } from '../../src/sources/open-model.js';

const inData = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
const path = inData('sigmoid.safetensors');

describe('the trained network in data/', () => {
  const network = openModel('sigmoid').network;

  it('is the one of the video: 784-16-16-10, sigmoids, 13,002 weights and biases', () => {
    expect(layerSizes(network)).toEqual([784, 16, 16, 10]);
    expect(parameterCount(network)).toBe(13_002);
    expect(network.layers.map((layer) => layer.activation)).toEqual(['sigmoid', 'sigmoid', 'sigmoid']);
    expect(network.image).toEqual({ height: 28, width: 28 });
    expect(network.normalization).toEqual(UNIT_BRIGHTNESS);
    expect(network.classes).toEqual(Array.from('0123456789'));
  });

  it('says where it came from', () => {
    expect(network.provenance).toMatchObject({ seed: '1', 'training images': '60000' });
  });

  it('is written back byte for byte, and is the file that data/README.md names', () => {
    const bytes = readFileSync(path);
    expect(Buffer.from(writeNetwork(network)).equals(bytes)).toBe(true);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(readFileSync(inData('README.md'), 'utf8')).toContain(sha256);
  });

  it('gets 958 of the first 1,000 test images right', () => {
    const { pixels, labels, image } = readTestImages(mnistDataFolder());
    const first = { pixels: pixels.subarray(0, 1000 * 784), labels: labels.subarray(0, 1000), image };
    expect(countCorrect(network.layers, first, network.normalization)).toBe(958);
  });

  it('has no weight that int16 would hold badly', () => {
    const [{ weights }] = network.layers;
    expect(weights.reduce((largest, w) => Math.max(largest, Math.abs(w)), 0)).toBeLessThan(3);
  });
});
