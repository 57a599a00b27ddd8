import { beforeAll, describe, expect, it } from 'vitest';
import { FIRST_NETWORK, readTrainingImages, trainFirstNetwork } from '../../scripts/float64/first-network.js';
import { countCorrect, type LabelledImages, trainFloat64 } from '../../scripts/float64/train-float64.js';
import { mnistDataFolder } from '../../scripts/mnist-data.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';

const COUNT = 500;
const settings = { ...FIRST_NETWORK, epochs: 1 };
let data: LabelledImages;

beforeAll(() => {
  const all = readTrainingImages(mnistDataFolder());
  data = { ...all, pixels: all.pixels.subarray(0, COUNT * 784), labels: all.labels.subarray(0, COUNT) };
});

describe('trainFirstNetwork', () => {
  it('gives the same file, byte for byte, for the same seed, and another for another', () => {
    const once = writeOwnNetwork(trainFirstNetwork(data, settings, 100).network);
    const twice = writeOwnNetwork(trainFirstNetwork(data, settings, 100).network);
    expect(Buffer.from(once).equals(twice)).toBe(true);
    const other = writeOwnNetwork(trainFirstNetwork(data, { ...settings, seed: 2 }, 100).network);
    expect(Buffer.from(once).equals(other)).toBe(false);
  });

  it('says in the file where the network came from', () => {
    const { network, validationCorrect } = trainFirstNetwork(data, settings, 100);
    expect(network.provenance).toMatchObject({
      seed: `${settings.seed}`,
      epochs: '1',
      'training images': '500',
      'training images sha256': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      validation: `${validationCorrect} of 100 held-out training images right, by a twin trained on the other 400`,
    });
  });
});

describe('train', () => {
  it('learns: the mean loss falls and most images come out right', () => {
    const losses: number[] = [];
    const layers = trainFloat64(data, { ...settings, epochs: 40, batchSize: 10 }, (_, meanLoss) =>
      losses.push(meanLoss),
    );
    expect(losses).toHaveLength(40);
    expect(losses[39]).toBeLessThan(losses[0] / 3);
    expect(countCorrect(layers, data, settings.normalization)).toBeGreaterThan(COUNT * 0.9);
  });

  it('leaves the weights of a pixel that is always black at 0', () => {
    const [{ weights, inputs, outputs }] = trainFloat64(data, settings);
    for (let n = 0; n < outputs; n++) {
      expect(weights[n * inputs]).toBe(0);
      expect(weights[n * inputs + 14 * 28 + 14]).not.toBe(0);
    }
  });
});
