import { createReadStream } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DriftOptions } from '../../pipelines/judging/drifting.js';
import { type ScoreOptions, score } from '../../pipelines/score.js';
import type { DriftSummary, DriftWindow } from '../../src/judging/drift.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { testCsv, testRow } from '../helpers/csv.js';
import { TEST_IMAGES_FILE, testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFile } from '../inputs/temp-folder.js';

const digits = testPixels();
const digitAt = (image: number, x: number, y: number) =>
  x < 0 || y < 0 || x > 27 || y > 27 ? 0 : digits[image * 784 + y * 28 + x];

/** So many images by the brightness of each pixel. */
function imagesOf(count: number, pixelOf: (image: number, x: number, y: number) => number): Uint8Array {
  const pixels = new Uint8Array(count * 784);
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = pixelOf(Math.floor(at / 784), at % 28, Math.floor((at % 784) / 28));
  }
  return idxBytes(0x08, [count, 28, 28], pixels);
}

/** What is seen of images: all windows, and what is said. */
async function watched(
  images: ScoreOptions['inputs'][number],
  drift: Partial<DriftOptions> = {},
  options: Partial<ScoreOptions> = {},
) {
  const windows: DriftWindow[] = [];
  const notes: string[] = [];
  const result = await score({
    ...{ workers: 0, inputs: [images], write: () => {}, ...options },
    drift: {
      ...{ reference: 'default', ...drift },
      onWindow: (window, note) => {
        windows.push(window);
        if (note !== null) notes.push(note);
      },
    },
  });
  return { windows, notes, summary: result.drift as DriftSummary };
}

const driftingIn = ({ figures }: DriftWindow) =>
  figures.filter(({ drifts }) => drifts).map(({ measure }) => measure);

describe('images like those of the training', () => {
  test.each(['sigmoid', 'relu'])('have no note: all of the test set, %s', async (model) => {
    for (const window of [1000, 200]) {
      const { notes, windows, summary } = await watched(TEST_IMAGES_FILE, { window }, { model });
      expect(notes).toEqual([]);
      expect(windows).toHaveLength(10_000 / window);
      expect(summary).toMatchObject({
        windows: windows.length,
        drifted: 0,
        worst: null,
        window,
        bound: 0.25,
      });
      expect(summary.all).toMatchObject({ first: 0, count: 10_000, drifts: false });
    }
  });

  test('nor have a few of them, wherever they begin', async () => {
    for (let first = 0; first < 9_960; first += 997) {
      const few = idxBytes(0x08, [40, 28, 28], digits.subarray(first * 784, (first + 40) * 784));
      expect((await watched(few)).notes).toEqual([]);
    }
  });

  test('nor those that are stored otherwise, where that is said', async () => {
    const inverted = imagesOf(600, (i, x, y) => 255 - digitAt(i, x, y));
    expect((await watched(inverted, {}, { reading: { invert: true } })).notes).toEqual([]);
    const turned = imagesOf(600, (i, x, y) => digitAt(i, y, x));
    expect((await watched(turned, {}, { reading: { transpose: true } })).notes).toEqual([]);
    const normalization = () => ({ ...UNIT_BRIGHTNESS, scale: -1 / 255, offset: 1, transposed: false });
    expect((await watched(inverted, {}, { normalization })).notes).toEqual([]);
  });
});

describe('other images', () => {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed / 2 ** 32;
  };
  const shirt = (i: number, x: number, y: number) =>
    Math.abs(x - 13.5) < 6 + ((i * 7) % 8) && y > 3 && y < 26 ? 100 + ((i * 31 + x * y) % 100) : 0;
  test.each<[string, (image: number, x: number, y: number) => number, string]>([
    ['inverted', (i, x, y) => 255 - digitAt(i, x, y), 'brightness'],
    ['shifted by two pixels', (i, x, y) => digitAt(i, x - 2, y), 'nearest mean'],
    ['turned', (i, x, y) => digitAt(i, y, x), 'classes'],
    ['upside down', (i, x, y) => digitAt(i, 27 - x, 27 - y), 'confidence'],
    ['darker', (i, x, y) => digitAt(i, x, y) * 0.6, 'brightness'],
    ['noise', () => 255 * random(), 'brightness'],
    ['like clothes', shirt, 'classes'],
    ['black', () => 0, 'brightness'],
  ])('that are %s have one', async (_, pixelOf, measure) => {
    for (const model of ['sigmoid', 'relu']) {
      const { notes, windows, summary } = await watched(imagesOf(1000, pixelOf), {}, { model });
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(
        /^images 1 to 1,000 are not like MNIST's training images: .* \(PSI \d+\.?\d*\)$/,
      );
      expect(driftingIn(windows[0])).toContain(measure);
      expect(summary).toMatchObject({
        drifted: windows.filter(({ drifts }) => drifts).length,
        worst: { drifts: true },
      });
      expect(driftingIn(summary.all)).toContain(measure);
    }
  });

  test('are told by what they are, and what the reference is', async () => {
    const { notes, windows } = await watched(imagesOf(1000, (i, x, y) => 255 - digitAt(i, x, y)));
    expect(notes[0]).toContain('brightness 224, 31 there (PSI 6.8)');
    const classes = windows[0].figures.find(({ measure }) => measure === 'classes');
    expect(classes?.of).toBeGreaterThanOrEqual(0);
    expect(Math.abs((classes?.value ?? 0) - (classes?.reference ?? 0))).toBeGreaterThan(0.2);
  });

  test('have one each time that they begin anew', async () => {
    const images = imagesOf(
      1000,
      (i, x, y) => (i % 400 < 200 ? 0 : 255) + (i % 400 < 200 ? 1 : -1) * digitAt(i, x, y),
    );
    const { notes, windows, summary } = await watched(images, { window: 200 });
    expect(windows.map(({ drifts }) => drifts)).toEqual([false, true, false, true, false]);
    expect(notes.map((note) => note.split(' are ')[0])).toEqual(['images 201 to 400', 'images 601 to 800']);
    expect(summary).toMatchObject({ windows: 5, drifted: 2 });
  });

  test('are told by a bound of the caller', async () => {
    const shifted = imagesOf(1000, (i, x, y) => digitAt(i, x - 2, y));
    expect((await watched(shifted, { bound: 2 })).notes).toEqual([]);
    expect((await watched(shifted, { bound: 1 })).notes).toHaveLength(1);
  });
});

describe('however images come', () => {
  const rows = testCsv(700);

  test('they are compared alike', async () => {
    const file = await tempFile(Buffer.from(rows), 'rows.csv');
    const expected = await watched(idxBytes(0x08, [700, 28, 28], digits.subarray(0, 700 * 784)));
    expect(expected.windows).toHaveLength(1);
    for (const [input, options] of [
      [file, { workers: 2, batchSize: 50 }],
      [file, { workers: 0 }],
      [createReadStream(file), { workers: 1, batchSize: 7 }],
    ] as const) {
      expect(await watched(input, {}, options)).toEqual(expected);
    }
  });

  test('rows that could not be read are none of them', async () => {
    const bad = rows.split('\n').flatMap((row, at) => (at % 100 === 50 ? ['no row', row] : [row]));
    const { summary } = await watched(Buffer.from(bad.join('\n')), {}, { onBadRow: 'skip' });
    expect(summary.all.count).toBe(700);
  });

  test('fewer than 30 tell nothing', async () => {
    const { windows, summary } = await watched(imagesOf(29, () => 255));
    expect(windows).toEqual([]);
    expect(summary).toMatchObject({ windows: 0, drifted: 0, all: { count: 29, drifts: false } });
    expect(summary.all.figures.map(({ psi }) => psi)).toEqual([null, null, null, null]);
    expect((await watched(imagesOf(0, () => 0))).summary.all).toMatchObject({ count: 0, drifts: false });
  });
});

describe('a reference of the caller', () => {
  const clothes = imagesOf(1000, (i, x, y) =>
    Math.abs(x - 13.5) < 5 + (i % 9) && y > 3 && y < 20 + (i % 7) ? 150 : 0,
  );

  test('is what images are compared with, labelled or not', async () => {
    const file = await tempFile(clothes, 'clothes-images-idx3-ubyte');
    expect((await watched(clothes, { reference: file })).notes).toEqual([]);
    const { notes, summary } = await watched(TEST_IMAGES_FILE, { reference: file });
    expect(notes[0]).toContain(`are not like ${file}: `);
    expect(summary.reference).toEqual({ name: file, images: 1000 });
    const labelled = Array.from({ length: 300 }, (_, i) => testRow(5 * i)).join('\n');
    const csv = await tempFile(Buffer.from(`${labelled}\n`), 'train.csv');
    expect((await watched(TEST_IMAGES_FILE, { reference: csv })).notes).toEqual([]);
  });

  test('is needed where the network knows no digits of MNIST', async () => {
    const settings = { seed: 3, height: 28, width: 28, hidden: 'relu', last: 'identity' } as const;
    const model = {
      ...{ network: randomNetwork({ ...settings, outputs: [5, 4] }), name: 'other', sha256: '0'.repeat(64) },
    };
    const error = await failureOf(() => watched(clothes, {}, { model }));
    expect(error).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('found one of 4 classes of 28 x 28'),
    });
    // What is no probability says nothing of how sure it is.
    const { summary } = await watched(clothes, { reference: TEST_IMAGES_FILE }, { model });
    expect(summary.all.figures.map(({ measure }) => measure)).toEqual([
      'brightness',
      'nearest mean',
      'classes',
    ]);
  });

  test('of too few images is refused', async () => {
    const error = await failureOf(() => watched(clothes, { reference: imagesOf(99, digitAt) }));
    expect(error).toMatchObject({
      code: 'DRIFT_REFERENCE',
      message: expect.stringMatching(/^bytes: expected at least 100 images to compare with, found 99; /),
    });
  });

  test.each([
    [{ window: 99 }, 'a window of 100 images'],
    [{ bound: 0 }, 'a bound above 0'],
  ])('and %j', async (drift, words) => {
    const error = await failureOf(() => watched(clothes, drift));
    expect(error).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`drift: expected ${words}`),
    });
  });
});
