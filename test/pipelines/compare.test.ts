import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { type CompareOptions, compare } from '../../pipelines/judging/compare.js';
import { type Model, openModel } from '../../src/inputs/models/open-model.js';
import type { ImagesSpec } from '../../src/inputs/open-inputs.js';
import type { Comparison } from '../../src/judging/comparison.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testImage, testLabels, testPixels } from '../helpers/mnist.js';
import { digitPngs, inverted, treeOf } from '../helpers/png-files.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFile } from '../inputs/temp-folder.js';

const BOTH = ['sigmoid', 'relu'] as const;
const COUNT = 300;
const PIXELS = testPixels().subarray(0, COUNT * 784);
const IMAGES = idxBytes(0x08, [COUNT, 28, 28], PIXELS);
const LABELS = labelsIdx(Array.from(testLabels().subarray(0, COUNT)));

/** What was found: all but names, threads and times. */
function found({ images, networks, pairs, classes }: Comparison) {
  const { normalization: _, ...rest } = networks[0];
  return {
    images,
    networks: networks.map(({ correct, loss }) => ({ correct, loss })),
    pairs,
    classes,
    keys: Object.keys(rest),
  };
}

/** The verdicts alone: outputs differ a little where weights are rounded in another order. */
function verdictsOf({ pairs }: Comparison) {
  return pairs.map(({ onlyFirstExamples: _, onlySecondExamples: __, ...counts }) => counts);
}

async function comparisonOf(
  options: Omit<CompareOptions, 'networks'> & Partial<CompareOptions>,
): Promise<Comparison> {
  return (await compare({ networks: BOTH, ...options })).comparison;
}

/** A bundled network, seeing pixels in another way. */
function seeing(name: string, normalization: Partial<Model['network']['normalization']>): Model {
  const model = openModel(name);
  return {
    ...model,
    network: { ...model.network, normalization: { ...model.network.normalization, ...normalization } },
  };
}

/** Pixels stored column by column. */
function transposed(pixels: Uint8Array): Uint8Array {
  return pixels.map((_, at) => {
    const [image, y, x] = [Math.floor(at / 784), Math.floor((at % 784) / 28), at % 28];
    return pixels[image * 784 + x * 28 + y];
  });
}

let usual: Comparison;
let small: Comparison;
beforeAll(async () => {
  usual = await comparisonOf({});
  small = await comparisonOf({ images: IMAGES, labels: LABELS });
});

describe('compare', () => {
  test('says of each network what evaluate says', async () => {
    for (const [index, model] of BOTH.entries()) {
      const { evaluation } = await evaluate({ model });
      const { name, expectedCalibrationError, turned, ...own } = usual.networks[index];
      expect(evaluation).toMatchObject(own);
      expect(evaluation.calibration?.expectedCalibrationError).toBe(expectedCalibrationError);
      expect(usual.classes.map(({ correct }) => correct[index])).toEqual(
        evaluation.confusion.map((row, k) => row[k]),
      );
      expect(usual.data).toEqual(evaluation.data);
    }
    expect(usual).toMatchObject({ images: 10_000, partial: false, workers: 0 });
  });

  test('says that relu is better, and by how much', () => {
    expect(usual.answer).toBe('relu is better by 1.13 points (0.78 to 1.48); p < 0.0001');
    const [pair] = usual.pairs;
    expect(pair).toMatchObject({
      both: 9540,
      onlyFirst: 101,
      onlySecond: 214,
      neither: 145,
      isDifferent: true,
    });
    expect(pair.difference).toBeCloseTo(0.0113, 12);
    expect(pair.test.p).toBeCloseTo(1.7887817e-10, 16);
  });

  test('shows images that only one of them reads right, with their pixels', async () => {
    const { comparison, pairs } = await compare({ networks: BOTH, examples: 3 });
    for (const side of ['onlyFirst', 'onlySecond'] as const) {
      const [records, examples] = [pairs[0][side], comparison.pairs[0][`${side}Examples`]];
      expect(records).toHaveLength(3);
      expect(examples).toEqual(records.map(({ pixels: _, ...record }) => record));
      for (const { index, truth, prediction, pixels } of records) {
        expect(pixels).toEqual(testImage(index));
        expect(truth).toBe(testLabels()[index]);
        expect(prediction).not.toBe(truth);
      }
    }
  });

  test('finds the same whatever threads and batches there are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 500 }),
        async (workers, batchSize) => {
          const found_ = await comparisonOf({ images: IMAGES, labels: LABELS, workers, batchSize });
          expect(found(found_)).toEqual(found(small));
        },
      ),
      { numRuns: 8 },
    );
  });

  test.each<[what: string, options: () => Promise<Omit<CompareOptions, 'networks'>>]>([
    ['files', async () => ({ images: await tempFile(IMAGES), labels: await tempFile(LABELS) })],
    [
      'files that are read by threads',
      async () => ({ images: await tempFile(IMAGES), labels: LABELS, workers: 2, digest: 'never' }),
    ],
    [
      'a stream',
      async () => ({
        images: Readable.from([IMAGES.subarray(0, 1000), IMAGES.subarray(1000)]),
        labels: LABELS,
      }),
    ],
    ['two streams', async () => ({ images: Readable.from([IMAGES]), labels: Readable.from([LABELS]) })],
    ['gzip', async () => ({ images: gzipSync(IMAGES), labels: LABELS })],
    ['CSV', async () => ({ images: Buffer.from(digitsCsv({ count: COUNT })) })],
    [
      'a file of CSV',
      async () => ({
        images: await tempFile(Buffer.from(digitsCsv({ count: COUNT }))),
        workers: 2,
        batchSize: 7,
      }),
    ],
    ['a stream of CSV', async () => ({ images: Readable.from([Buffer.from(digitsCsv({ count: COUNT }))]) })],
  ])('finds the same in %s', async (_, options) => {
    expect(found(await comparisonOf(await options()))).toEqual(found(small));
  });

  test('compares each with each, and adjusts for that', async () => {
    const comparison = await comparisonOf({ networks: ['sigmoid', 'relu', 'sigmoid'] });
    expect(comparison.pairs.map(({ first, second }) => [first, second])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    expect(comparison.pairs[0]).toMatchObject({ both: 9540, onlyFirst: 101, onlySecond: 214, neither: 145 });
    expect(comparison.pairs[1]).toMatchObject({
      onlyFirst: 0,
      onlySecond: 0,
      difference: 0,
      isDifferent: false,
    });
    const [{ test: one }] = comparison.pairs;
    expect(one.adjusted).toBe(3 * one.p);
    expect(comparison.networks.map(({ name }) => name)).toEqual(['sigmoid (A)', 'relu', 'sigmoid (C)']);
  });

  test('stops at the limit, and is partial then', async () => {
    const comparison = await comparisonOf({ limit: 123 });
    expect(comparison).toMatchObject({ images: 123, partial: true });
    expect(found(await comparisonOf({ limit: 123, batchSize: 10, workers: 1 }))).toEqual(found(comparison));
    expect(await comparisonOf({ limit: 0 })).toMatchObject({ images: 0, answer: 'No image was compared' });
  });

  test('is partial where it is aborted, and compares what was read', async () => {
    const controller = new AbortController();
    const comparison = await comparisonOf({
      ...{ images: IMAGES, labels: LABELS, batchSize: 50, signal: controller.signal },
      onProgress: (done) => {
        if (done >= 100) controller.abort();
      },
    });
    expect(comparison.partial).toBe(true);
    expect(comparison.images).toBeGreaterThanOrEqual(100);
    expect(comparison.images).toBeLessThan(COUNT);
    expect(found(await comparisonOf({ images: IMAGES, labels: LABELS, limit: comparison.images }))).toEqual(
      found(comparison),
    );
  });

  test('tells how far it is', async () => {
    const told: [number, number | undefined][] = [];
    await comparisonOf({
      images: IMAGES,
      labels: LABELS,
      batchSize: 200,
      onProgress: (...far) => told.push(far),
    });
    expect(told).toEqual([
      [200, 300],
      [300, 300],
    ]);
  });
});

describe('each network sees pixels in its own way', () => {
  test('as its file says', async () => {
    const images = idxBytes(0x08, [COUNT, 28, 28], inverted(PIXELS));
    // The first is of dark on bright, as these are.
    const networks = [
      { model: seeing('sigmoid', { scale: -1 / 255, offset: 1 }) },
      { model: seeing('relu', { scale: -1 / 255, offset: 1 }) },
    ];
    const comparison = await comparisonOf({ networks, images, labels: LABELS });
    expect(verdictsOf(comparison)).toEqual(verdictsOf(small));
    expect(comparison.networks.map(({ normalization }) => normalization)).toEqual(
      Array(2).fill('scale=-1/255,offset=1'),
    );
  });

  test('and each finds by itself how images lie that say nothing of it', async () => {
    // It has learned from images that were stored column by column: these are not.
    const networks = ['sigmoid', { model: seeing('relu', { transposed: true }) }];
    const comparison = await comparisonOf({ networks, images: IMAGES, labels: LABELS });
    expect(verdictsOf(comparison)).toEqual(verdictsOf(small));
    const [first, second] = comparison.networks;
    expect([first, second].map(({ normalization }) => normalization)).toEqual(Array(2).fill('scale=1/255'));
    expect(first.turned).toBeNull();
    expect(second.turned).toMatch(/^--transpose no: the network reads 9\d % so, \d+ % with --transpose yes$/);
  });

  const KINDS: Readonly<Record<string, Partial<Model['network']['normalization']>>> = {
    usual: {},
    'dark on bright': { scale: -1 / 255, offset: 1 },
    'column by column': { transposed: true },
  };
  const turned = (pixels: Uint8Array): Uint8Array => transposed(inverted(pixels));
  const idxOf = (pixels: Uint8Array) => ({ images: idxBytes(0x08, [COUNT, 28, 28], pixels), labels: LABELS });
  const pngsOf = async (change?: typeof inverted) => ({
    images: await treeOf(digitPngs(60, (label, index) => `${label}/${index}.png`, change)),
  });
  test.each<[what: string, options: () => Promise<ImagesSpec>, reading?: CompareOptions['reading']]>([
    ['images', async () => idxOf(PIXELS)],
    ['inverted images', async () => idxOf(inverted(PIXELS))],
    ['images column by column', async () => idxOf(transposed(PIXELS))],
    ['inverted images column by column', async () => idxOf(turned(PIXELS))],
    ['images said to be inverted', async () => idxOf(inverted(PIXELS)), { invert: true, transpose: false }],
    ['pictures', async () => pngsOf()],
    ['inverted pictures', async () => pngsOf(inverted)],
    ['pictures as they are', async () => pngsOf(), { preprocess: 'none' }],
  ])('so that it reads as evaluate reads with it alone: %s', async (_, options, reading) => {
    const spec = await options();
    const models = Object.values(KINDS).map((kind) => seeing('relu', kind));
    const alone: number[] = [];
    for (const model of models) alone.push((await evaluate({ ...spec, model, reading })).evaluation.correct);
    // Whichever is the first, for which the input is opened.
    for (const first of models.keys()) {
      const order = [...models.keys()].map((at) => (first + at) % models.length);
      const networks = order.map((at) => ({ model: models[at] }));
      const comparison = await comparisonOf({ ...spec, networks, reading });
      expect(comparison.networks.map(({ correct }) => correct)).toEqual(order.map((at) => alone[at]));
    }
  });

  test('what all of them find is said of the input', async () => {
    const images = idxBytes(0x08, [COUNT, 28, 28], transposed(PIXELS));
    const comparison = await comparisonOf({ images, labels: LABELS });
    expect(verdictsOf(comparison)).toEqual(verdictsOf(small));
    expect(comparison.data.dialect).toMatchObject([
      { property: 'transpose', value: 'column by column', by: 'guessed' },
    ]);
  });

  test('a normalization that is given changes that of each', async () => {
    const comparison = await comparisonOf({
      ...{ images: IMAGES, labels: LABELS },
      networks: ['sigmoid', { model: seeing('relu', { scale: 1 / 510 }) }],
      normalization: (own) => ({ ...own, offset: 0.25 }),
    });
    expect(comparison.networks.map(({ normalization }) => normalization)).toEqual([
      ...['scale=1/255,offset=0.25', 'scale=0.00196078431372549,offset=0.25'],
    ]);
  });

  test('and is told where it reads badly', async () => {
    const networks = ['relu', { model: seeing('relu', { scale: 1 / 25_500 }) }];
    const { networks: results } = await comparisonOf({ networks });
    expect(results[0].otherReading).toBeNull();
    expect(results[1].otherReading ?? results[1].isNearChance).not.toBeNull();
  });
});

describe('what cannot be compared is refused', () => {
  const of = (changes: Partial<Model['network']>): Model => {
    const model = openModel('relu');
    return { ...model, name: 'other', network: { ...model.network, ...changes } };
  };
  test.each<[what: string, options: Partial<CompareOptions>, message: RegExp]>([
    [
      'fewer than two',
      { networks: ['relu'] },
      /^networks: expected 2 to 16, found 1; give those to be compared$/,
    ],
    [
      'other classes',
      { networks: ['relu', { model: of({ classes: [...'012345678X'] }) }] },
      /^other: expected class 9 to be 9, as relu has, found X; /,
    ],
    [
      'fewer classes',
      { networks: ['relu', { model: of({ classes: [...'01'] }) }] },
      /^other: expected 10 classes, as relu has, found 2; /,
    ],
    [
      'other images',
      { networks: ['relu', { model: of({ image: { height: 14, width: 56 } }) }] },
      /^other: expected images of 28 x 28, as relu has, found images of 14 x 56; /,
    ],
    ['no labels', { images: IMAGES }, /need labels/],
  ])('%s', async (_, options, message) => {
    const failure = await failureOf(() => comparisonOf({ ...options } as CompareOptions));
    expect(failure.message).toMatch(message);
  });
});
