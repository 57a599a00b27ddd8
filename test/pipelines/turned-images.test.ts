import { describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import { score } from '../../pipelines/score.js';
import { train } from '../../pipelines/train.js';
import type { Guess, ReadingFlags } from '../../src/formats/reading.js';
import { transposePixels } from '../../src/network/feed-forward.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { parseNormalization } from '../../src/network/normalization.js';
import type { ScoredRows } from '../../src/outputs/rows/scored-rows.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { digitPngs, inverted, treeOf } from '../helpers/png-files.js';
import { randomNetwork } from '../helpers/random-network.js';
import { runShared } from '../helpers/shared-cli.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { cutAt } from '../inputs/iterables.js';
import { tempFile } from '../inputs/temp-folder.js';

const COUNT = 300;
const IMAGE = { height: 28, width: 28 };
const PIXELS = testPixels().subarray(0, COUNT * 784);
const LABELS = testLabels().subarray(0, COUNT);

const transposed = (pixels: Uint8Array) => transposePixels(pixels, IMAGE);

/** Images and labels as a format stores them. */
const FORMATS: Readonly<Record<string, (pixels: Uint8Array, labels: Uint8Array) => readonly Uint8Array[]>> = {
  IDX: (pixels, labels) => [
    idxBytes(0x08, [labels.length, 28, 28], pixels),
    idxBytes(0x08, [labels.length], labels),
  ],
  NumPy: (pixels, labels) => [
    npyBytes({ shape: [labels.length, 28, 28], data: pixels }),
    npyBytes({ shape: [labels.length], data: labels }),
  ],
  CSV: (pixels, labels) => {
    const row = (label: number, i: number) =>
      `${label},${pixels.subarray(i * 784, (i + 1) * 784).join(',')}\n`;
    return [Buffer.from(Array.from(labels, row).join(''))];
  },
};

const TURNS: readonly [string, (pixels: Uint8Array) => Uint8Array, Record<string, string>][] = [
  ['transposed', transposed, { transpose: 'column by column' }],
  ['inverted', inverted, { invert: 'yes' }],
  ['both', (pixels) => transposed(inverted(pixels)), { transpose: 'column by column', invert: 'yes' }],
];

const filesOf = async (stored: readonly Uint8Array[]) => Promise.all(stored.map((bytes) => tempFile(bytes)));

/** Pieces of a size, each of which arrives by itself. */
const streamed = (bytes: Uint8Array, size: number) =>
  cutAt(
    bytes,
    Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => (i + 1) * size),
  );

async function evaluated(options: EvaluateOptions) {
  const guesses: Guess[] = [];
  const onOpened: EvaluateOptions['onOpened'] = (input) => guesses.push(...input.guesses);
  const { evaluation } = await evaluate({ workers: 0, ...options, onOpened });
  const found = guesses.filter(({ property }) => ['transpose', 'invert'].includes(property));
  return { correct: evaluation.correct, otherReading: evaluation.otherReading, found };
}

describe.each(Object.entries(FORMATS))('%s', (_, stored) => {
  test.each(TURNS)('of images that are %s is read so, and it is said', async (_turn, change, said) => {
    const plain = await filesOf(stored(PIXELS, LABELS));
    const turned = stored(change(PIXELS), LABELS);
    const files = await filesOf(turned);
    for (const model of ['sigmoid', 'relu']) {
      const asIs = await evaluated({ model, images: plain[0], labels: plain[1] });
      expect(asIs.found).toEqual([]);
      const found = await evaluated({ model, images: files[0], labels: files[1] });
      expect(found).toMatchObject({ correct: asIs.correct, otherReading: null });
      const words = Object.fromEntries(found.found.map(({ property, value }) => [property, value]));
      expect(words).toEqual(said);
      const flags = Object.keys(said).map((name) => (name === 'invert' ? '--no-invert' : '--transpose no'));
      for (const { by, flag, because } of found.found) {
        expect({ by, flag }).toEqual({ by: 'guessed', flag: flags.join(' ') });
        expect(because).toMatch(new RegExp(`^the network reads 9\\d % so, \\d+ % with ${flags.join(' ')}$`));
      }
      // However they arrive.
      for (const size of [797, 100_000]) {
        const [images, labels] = turned.map((bytes) => streamed(bytes, size));
        expect(await evaluated({ model, images, labels })).toEqual(found);
      }
    }
  });

  test.each(TURNS)(
    'of images that are %s is read as flags say it, and the line at the end tells',
    async (_turn, change) => {
      const [images, labels] = await filesOf(stored(change(PIXELS), LABELS));
      const asStored = await evaluated({ images, labels, reading: { transpose: false, invert: false } });
      expect(asStored.correct).toBeLessThan(COUNT / 2);
      expect(asStored.found.map(({ by }) => by)).toEqual(['given', 'given']);
      expect(asStored.otherReading).not.toBeNull();
      const normalized = await evaluated({ images, labels, normalization: (own) => own });
      expect(normalized).toMatchObject({ correct: asStored.correct, found: [] });
    },
  );

  test('of one flag leaves the other to be asked about', async () => {
    const [images, labels] = await filesOf(stored(transposed(inverted(PIXELS)), LABELS));
    const { found, correct } = await evaluated({ images, labels, reading: { invert: true } });
    expect(found.map(({ property, by }) => [property, by])).toEqual([
      ['invert', 'given'],
      ['transpose', 'guessed'],
    ]);
    expect(correct).toBeGreaterThan(0.94 * COUNT);
  });

  test('of a network that is bad is read as it is stored', async () => {
    for (const seed of [1, 2, 3]) {
      const bad = randomNetwork({ ...IMAGE, seed, outputs: [16, 10], hidden: 'relu', last: 'softmax' });
      const model = await tempFile(writeOwnNetwork(bad), 'bad.safetensors');
      for (const change of [transposed, inverted, (pixels: Uint8Array) => pixels]) {
        const [images, labels] = await filesOf(stored(change(PIXELS), LABELS));
        expect(await evaluated({ model, images, labels })).toMatchObject({ found: [], otherReading: null });
      }
    }
  });

  test('of labels that have nothing to do with the images is read as it is stored', async () => {
    const senseless = LABELS.map((_label, i) => (i * 7 + (i >> 3)) % 10);
    for (const change of [transposed, inverted]) {
      const [images, labels] = await filesOf(stored(change(PIXELS), senseless));
      expect((await evaluated({ images, labels })).found).toEqual([]);
    }
  });

  test('that is sorted by class is asked about beyond its first class, whose digits may look alike when they are turned', async () => {
    const order = Array.from(LABELS.keys()).sort((a, b) => LABELS[a] - LABELS[b]);
    const pixels = Buffer.concat(order.map((i) => PIXELS.subarray(i * 784, (i + 1) * 784)));
    const sorted = Uint8Array.from(order, (i) => LABELS[i]);
    const [images, labels] = await filesOf(stored(transposed(pixels), sorted));
    expect((await evaluated({ images, labels })).correct).toBeGreaterThan(0.94 * COUNT);
  });

  test('of too few records is read as it is stored', async () => {
    const few = stored(transposed(PIXELS.subarray(0, 20 * 784)), LABELS.subarray(0, 20));
    const [images, labels] = await filesOf(few);
    expect((await evaluated({ images, labels })).found).toEqual([]);
  });

  test('is scored inverted where a flag says so', async () => {
    const rowsOf = async (pixels: Uint8Array, invert?: boolean) => {
      const [images] = await filesOf(stored(pixels, LABELS));
      const predictions: number[] = [];
      const write = ({ predictions: some, count }: ScoredRows) => {
        predictions.push(...some.subarray(0, count));
      };
      await score({ inputs: [images], workers: 0, reading: { invert }, write });
      return predictions;
    };
    const plain = await rowsOf(PIXELS);
    expect(plain).toHaveLength(COUNT);
    expect(await rowsOf(inverted(PIXELS), true)).toEqual(plain);
    expect(await rowsOf(inverted(PIXELS))).not.toEqual(plain);
  });

  test('is learnt from as stored, unless a flag turns it', async () => {
    const settings = { hidden: [4], epochs: 1, restarts: 1, workers: 0, validation: 20 };
    const weightsOf = async (pixels: Uint8Array, reading = {}) => {
      const [images, labels] = await filesOf(stored(pixels, LABELS));
      const { network } = await train({ ...settings, images, labels, reading });
      return network.layers.map(({ weights }) => Array.from(weights));
    };
    const plain = await weightsOf(PIXELS);
    expect(await weightsOf(inverted(PIXELS), { invert: true })).toEqual(plain);
    expect(await weightsOf(inverted(PIXELS))).not.toEqual(plain);
  });
});

test('an inverting normalization and the flag say it twice: one of them is refused', async () => {
  const [images, labels] = await filesOf(FORMATS.IDX(inverted(PIXELS), LABELS));
  const normalization: EvaluateOptions['normalization'] = (own) => parseNormalization('inverted', own);
  for (const [invert, flag] of [
    [true, '--invert'],
    [false, '--no-invert'],
  ] as const) {
    const failure = await failureOf(() => evaluate({ images, labels, normalization, reading: { invert } }));
    expect(failure).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(failure.message).toMatch(new RegExp(`^${flag}: .* found --normalize, which inverts them; leave`));
  }
});

test('pictures are inverted, or not, as the flag says', async () => {
  const dark = await treeOf(digitPngs(60, (label, i) => `${label}/${i}.png`, inverted));
  const rightWith = async (reading: ReadingFlags) => (await evaluated({ images: dark, reading })).correct;
  expect(await rightWith({})).toBeGreaterThan(54);
  expect(await rightWith({ preprocess: 'none', invert: true })).toBeGreaterThan(54);
  expect(await rightWith({ preprocess: 'none' })).toBeLessThan(30);
  expect(await rightWith({ invert: false })).toBeLessThan(30);
});

describe('the command line', () => {
  test('says on stderr how images were turned; report and look ask as well', async () => {
    const [images, labels] = await filesOf(FORMATS.IDX(transposed(inverted(PIXELS)), LABELS));
    const told =
      /^digitflow: \S+: transpose column by column, invert yes \(the network reads 9\d % so, \d+ % with --transpose no --no-invert\)$/m;
    const runs = [
      ['evaluate', images, labels, '--format', 'json'],
      ['report', images, labels, '--out', '-'],
      ['look', 'network', '--images', images, '--labels', labels],
      ['look', 'digit', '3', '--images', images, '--labels', labels],
    ];
    for (const args of runs)
      expect(await runShared(args)).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(told) });
    const { stderr } = await runShared(['evaluate', images, labels, '--transpose', 'yes', '--invert']);
    expect(stderr).toMatch(/: transpose column by column, invert yes\n$/);
  });

  test('look draws the digit as the network sees it', async () => {
    const [plain] = await filesOf(FORMATS.IDX(PIXELS, LABELS));
    const [dark] = await filesOf(FORMATS.IDX(inverted(PIXELS), LABELS));
    const [asIs, turned] = await Promise.all(
      [[plain], [dark, '--invert']].map(async ([images, ...flags]) => {
        const { stdout } = await runShared([
          'look',
          'digit',
          '5',
          '--images',
          images,
          ...flags,
          '--format',
          'json',
        ]);
        return JSON.parse(stdout);
      }),
    );
    expect(turned.explanation.winner).toBe(asIs.explanation.winner);
    expect(turned.brightness.length).toBe(784);
    turned.brightness.forEach((value: number, at: number) => {
      expect(value).toBeCloseTo(asIs.brightness[at], 10);
    });
  });
});
