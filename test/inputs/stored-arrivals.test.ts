import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import { describeGuesses } from '../../src/formats/reading.js';
import type { ByteInput } from '../../src/inputs/bytes/open-bytes.js';
import { npyBytes, npyTexts } from '../formats/npy-bytes.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes } from './idx-bytes.js';
import { cutAt } from './iterables.js';
import { tempFile } from './temp-folder.js';

const COUNT = 400;

/** Test images whose first labels do not tell what they count from: the digit 0 comes late. */
const order = (() => {
  const labels = testLabels();
  const all = Array.from({ length: COUNT + 100 }, (_, i) => i);
  const [zeros, others] = [true, false].map((isZero) => all.filter((i) => (labels[i] === 0) === isZero));
  return [...others.slice(0, 300), ...zeros, ...others.slice(300)].slice(0, COUNT);
})();
const [allPixels, allLabels] = [testPixels(), testLabels()];
const PIXELS = Buffer.concat(order.map((i) => allPixels.subarray(i * 784, (i + 1) * 784)));
const LABELS = order.map((i) => allLabels[i]);
const dark = (pixels: Uint8Array) => pixels.map((pixel) => Math.round((pixel * 40) / 255));

const FORMATS: Readonly<Record<string, (pixels: Uint8Array, labels: readonly number[]) => Uint8Array[]>> = {
  IDX: (pixels, labels) => [idxBytes(0x08, [COUNT, 28, 28], pixels), idxBytes(0x08, [COUNT], labels)],
  NumPy: (pixels, labels) => [
    npyBytes({ shape: [COUNT, 28, 28], data: pixels }),
    npyBytes({ shape: [COUNT], data: labels }),
  ],
  'NumPy with labels as texts': (pixels, labels) => [
    npyBytes({ shape: [COUNT, 28, 28], data: pixels }),
    npyTexts('>U2', labels.map(String)),
  ],
};

/** What is understood of images and labels, and how many of them are right. */
async function understood(images: ByteInput, labels: ByteInput) {
  const told: string[] = [];
  const onOpened: EvaluateOptions['onOpened'] = ({ guesses }) => told.push(describeGuesses('', guesses));
  const { evaluation } = await evaluate({ images, labels, workers: 0, onOpened });
  return { told, correct: evaluation.correct };
}

const pieces = (bytes: Uint8Array, size: number) =>
  cutAt(
    bytes,
    Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => (i + 1) * size),
  );

describe.each(Object.entries(FORMATS))(
  '%s means the same as a file, packed, and as a stream in any pieces',
  (_, stored) => {
    test.each([
      ['where 10 stands for 0', PIXELS, LABELS.map((label) => (label === 0 ? 10 : label)), /label-map 10=0/],
      ['where labels count from 1', PIXELS, LABELS.map((label) => label + 1), /labels-from 1/],
      ['where nothing is odd', PIXELS, LABELS, /^$/],
      ['where white is darker than it may be', dark(PIXELS), LABELS, /scale 0 to 40/],
      [
        'where the first images are black',
        [...new Uint8Array(784 * 3), ...PIXELS.subarray(784 * 3)],
        LABELS,
        /^$/,
      ],
    ])('%s', async (_case, pixels, values, said) => {
      const [images, labels] = stored(Uint8Array.from(pixels), values);
      const expected = await understood(await tempFile(images), await tempFile(labels));
      expect(expected.told.join('').replace(/^: /, '')).toMatch(said);
      expect(expected.correct).toBeGreaterThan(0.9 * COUNT);
      expect(await understood(gzipSync(images), gzipSync(labels))).toEqual(expected);
      for (const size of [1, 100]) {
        expect(await understood(pieces(images, 500 * size), pieces(labels, size))).toEqual(expected);
      }
    });
  },
);

test.each([
  ['IDX', 16, 8, 1],
  ['NumPy with labels as texts', 128, 128, 8],
])(
  'who writes images and labels in turn is not left waiting: %s',
  async (name, ...[headerOfImages, headerOfLabels, labelBytes]) => {
    const [images, labels] = FORMATS[name](
      PIXELS,
      LABELS.map((label) => (label === 0 ? 10 : label)),
    );
    let [given, taken] = [0, 0];
    let wake = () => {};
    /** Both know how far the other is: an image more than a pipe holds waits for its labels to be read. */
    const until = async (isReady: () => boolean) => {
      while (!isReady()) {
        await new Promise<void>((resolve) => {
          const before = wake;
          wake = () => {
            before();
            resolve();
          };
        });
      }
    };
    const step = () => {
      const waiting = wake;
      wake = () => {};
      waiting();
    };
    async function* imagesInTurn() {
      yield images.subarray(0, headerOfImages);
      for (; given < COUNT; ) {
        await until(() => taken >= given - 80);
        const at = headerOfImages + given * 784;
        given++;
        step();
        yield images.subarray(at, at + 784);
      }
    }
    async function* labelsInTurn() {
      yield labels.subarray(0, headerOfLabels);
      for (; taken < COUNT; ) {
        await until(() => given > taken);
        const at = headerOfLabels + taken * labelBytes;
        taken++;
        step();
        yield labels.subarray(at, at + labelBytes);
      }
    }
    const { told, correct } = await understood(imagesInTurn(), labelsInTurn());
    expect(told.join()).toMatch(/label-map 10=0/);
    expect(correct).toBeGreaterThan(0.9 * COUNT);
  },
);
