import { describe, expect, test } from 'vitest';
import { oddImagesWords } from '../../pipelines/other-reading.js';
import { score } from '../../pipelines/score.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { surerReading } from '../../src/insight/odd-images.js';
import { transposePixels } from '../../src/network/feed-forward.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFile } from '../inputs/temp-folder.js';

const PIXELS = testPixels();
const IMAGE = { height: 28, width: 28 };
const transposed = (pixels: Uint8Array) => transposePixels(pixels, IMAGE);
const inverted = (pixels: Uint8Array) => pixels.map((pixel) => 255 - pixel);

/** As images are read: what is said of the `count` from `first` on. */
function noteOn(model: string, pixels: Uint8Array, first: number, count: number) {
  const { network } = openModel(model);
  const part = pixels.subarray(first * 784, (first + count) * 784);
  return surerReading(network, { count, pixels: part, normalization: network.normalization });
}

const firsts = (count: number) => Array.from({ length: Math.floor(3000 / count) }, (_, i) => i * count);

describe.each(['sigmoid', 'relu'])('with the network %s', (model) => {
  test.each([10, 100, 1000])('nothing is said of the test images as they are, in parts of %d', (count) => {
    for (const first of firsts(count)) expect(noteOn(model, PIXELS, first, count)).toBeNull();
  });

  test('nor of those of one class, moved ones, or noise', () => {
    const labels = testLabels();
    const order = Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b]);
    for (const begin of [0, 2000, 4000, 6000, 8000]) {
      const own = order.slice(begin, begin + 100).map((i) => PIXELS.subarray(i * 784, (i + 1) * 784));
      expect(noteOn(model, Buffer.concat(own), 0, 100)).toBeNull();
    }
    const moved = PIXELS.slice(0, 500 * 784).map((_, i) => (i % 28 < 4 ? 0 : PIXELS[i - 4]));
    expect(noteOn(model, moved, 0, 500)).toBeNull();
    const noise = PIXELS.slice(0, 500 * 784).map((_, i) => (i * 7919 + ((i * i) % 251)) % 256);
    expect(noteOn(model, noise, 0, 500)).toBeNull();
  });

  test.each([
    ['transposed', transposed, { transposed: true, inverted: false, white: null }],
    ['inverted', inverted, { transposed: false, inverted: true, white: null }],
    [
      'both',
      (pixels: Uint8Array) => transposed(inverted(pixels)),
      { transposed: true, inverted: true, white: null },
    ],
    [
      'too dark',
      (pixels: Uint8Array) => pixels.map((pixel) => Math.round(pixel / 16)),
      { transposed: false, inverted: false, white: 16 },
    ],
  ])('it is said of 300 images that they are %s', (_, change, expected) => {
    const odd = change(PIXELS.slice(0, 3000 * 784));
    for (const first of firsts(300)) expect(noteOn(model, odd, first, 300)?.change).toEqual(expected);
  });

  test('ten inverted images are enough', () => {
    const odd = inverted(PIXELS.slice(0, 10 * 784));
    expect(noteOn(model, odd, 0, 10)?.change).toMatchObject({ inverted: true, transposed: false });
  });
});

function idx(pixels: Uint8Array): Uint8Array {
  const header = Buffer.alloc(16);
  [0x803, pixels.length / 784, 28, 28].forEach((size, at) => {
    header.writeUInt32BE(size, 4 * at);
  });
  return Buffer.concat([header, pixels]);
}

/** What score says of images in batches of a size. */
async function notesOf(images: Uint8Array, batchSize?: number) {
  const notes: string[] = [];
  await score({
    ...{ inputs: [images], batchSize, write: () => {} },
    onNote: (note) => notes.push(note),
  });
  return notes;
}

describe('score', () => {
  const text = (pixels: Uint8Array, count: number) =>
    Buffer.from(
      Array.from({ length: count }, (_, i) => `${pixels.subarray(i * 784, (i + 1) * 784).join(',')}\n`).join(
        '',
      ),
    );

  test('says it once, whatever the size of the batches', async () => {
    const turned = idx(transposed(PIXELS.slice(0, 2500 * 784)));
    for (const batchSize of [undefined, 10, 1000]) {
      const notes = await notesOf(turned, batchSize);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(
        /^bytes: read in another way \(transposed\), the network is surer of 1?,?\d+ images \(margin 0\.9\d, not 0\.\d+\): say --transpose yes if they are so$/,
      );
    }
  });

  test('says it of rows, at their end where they are few, and nothing of rows as they should be', async () => {
    expect(await notesOf(text(inverted(PIXELS.slice(0, 50 * 784)), 50))).toHaveLength(1);
    expect(await notesOf(text(PIXELS, 50))).toEqual([]);
    expect(await notesOf(text(PIXELS, 300))).toEqual([]);
    expect(await notesOf(idx(PIXELS))).toEqual([]);
  });

  test('tells the flags that undo what flags did', () => {
    const { network } = openModel('relu');
    const { scale } = network.normalization;
    const normalization = { scale: -scale, offset: 255 * scale, transposed: true };
    const images = { count: 200, pixels: PIXELS.subarray(0, 200 * 784), normalization };
    const how = { network, guesses: [], reading: {}, isNormalizationGiven: true };
    expect(oddImagesWords(images, how)).toMatch(
      /^read in another way \(not transposed, not inverted\), .*: say --transpose no --normalize scale=1\/255,transposed if/,
    );
  });
});

test('the command line says it on stderr, and --quiet does not', async () => {
  const path = await tempFile(idx(inverted(PIXELS.slice(0, 500 * 784))), 'odd-images-idx3-ubyte');
  const said = await runShared(['score', path]);
  expect(said.exitCode).toBe(0);
  expect(said.stderr).toMatch(
    /^digitflow: \S+odd-images-idx3-ubyte: read in another way \(inverted\), .* say --invert if/m,
  );
  const quiet = await runShared(['score', path, '--quiet']);
  expect(quiet.stderr).toBe('');
  expect(quiet.stdout).toBe(said.stdout);
});
