import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate, evaluateModel } from '../../pipelines/evaluate.js';
import { hold } from '../../pipelines/hold.js';
import { score } from '../../pipelines/score.js';
import { train } from '../../pipelines/train.js';
import { describeGuesses, type ReadingFlags } from '../../src/formats/reading.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { npyBytes, npyTexts } from '../formats/npy-bytes.js';
import { storedNumbers } from '../formats/stored-numbers.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 200;
const PIXELS = Array.from(testPixels().subarray(0, COUNT * 784));
const LABELS = Array.from(testLabels().subarray(0, COUNT));
/** Of these images the network reads so many rightly. */
const RIGHT = 199;
const DIGITS = openModel('sigmoid');

/** What stands in the files. */
interface Stored {
  readonly pixels: readonly number[];
  readonly labels: readonly number[];
}

const plain: Stored = { pixels: PIXELS, labels: LABELS };
const turned = PIXELS.map((_, at) => {
  const [image, row, column] = [at - (at % 784), Math.floor((at % 784) / 28), at % 28];
  return PIXELS[image + column * 28 + row];
});
/** With 16 levels instead of 256. */
const coarse = PIXELS.map((pixel) => Math.round((pixel * 16) / 255));

type Files = Pick<EvaluateOptions, 'images' | 'labels'>;

/** The same images and labels as each format has them. */
const FORMATS: Readonly<Record<string, (stored: Stored) => Promise<Files>>> = {
  CSV: async ({ pixels, labels }) => {
    const rows = labels.map((label, at) => [label, ...pixels.slice(at * 784, (at + 1) * 784)].join(','));
    const folder = await tempFolder({ 'a.csv': Buffer.from(rows.join('\n')) });
    return { images: join(folder, 'a.csv') };
  },
  IDX: async ({ pixels, labels }) => {
    const images = idxBytes(0x08, [COUNT, 28, 28], pixels);
    const folder = await tempFolder({ images, labels: idxBytes(0x08, [COUNT], labels) });
    return { images: join(folder, 'images'), labels: join(folder, 'labels') };
  },
  NumPy: async ({ pixels, labels }) => {
    const data = storedNumbers({ type: 'f32', littleEndian: true }, pixels);
    const folder = await tempFolder({
      'x.npy': npyBytes({ descr: '<f4', shape: [COUNT, 28, 28], data }),
      'y.npy': npyBytes({ shape: [COUNT], data: labels }),
    });
    return { images: join(folder, 'x.npy') };
  },
  'CSV, labels in single quotes': async ({ pixels, labels }) => {
    const rows = labels.map((label, at) =>
      [`'${label}'`, ...pixels.slice(at * 784, (at + 1) * 784)].join(','),
    );
    const folder = await tempFolder({ 'a.csv': Buffer.from(rows.join('\n')) });
    return { images: join(folder, 'a.csv') };
  },
  'NumPy, labels as texts': async ({ pixels, labels }) => {
    const folder = await tempFolder({
      'x.npy': npyBytes({ shape: [COUNT, 784], data: pixels }),
      'y.npy': npyTexts('>U3', labels.map(String)),
    });
    return { images: join(folder, 'x.npy') };
  },
};

const LETTERS = Array.from('ABCDEFGHIJ');

async function correctOf(files: Files, reading: ReadingFlags = {}, classes = DIGITS.network.classes) {
  const model = { ...DIGITS, network: { ...DIGITS.network, classes } };
  const { evaluation } = await evaluateModel(model, { ...files, reading, workers: 0 });
  return evaluation.correct;
}

describe.each(Object.entries(FORMATS))('%s', (variant, filesOf) => {
  const [format] = variant.split(',');
  const oneMore = LABELS.map((label) => label + 1);
  const zeroIsTen = LABELS.map((label) => (label === 0 ? 10 : label));

  test.each<[string, Stored, ReadingFlags]>([
    ['--transpose yes', { ...plain, pixels: turned }, { transpose: true }],
    ['--labels-from 1', { ...plain, labels: oneMore }, { labelsFrom: 1 }],
    ['--label-map 10=0', { ...plain, labels: zeroIsTen }, { labelMap: { 10: '0' } }],
    ['--scale 255', plain, { scale: 255 }],
    ['nothing, where 10 stands for 0', { ...plain, labels: zeroIsTen }, {}],
    ['nothing, where labels count from 1', { ...plain, labels: oneMore }, {}],
  ])('is read the same with %s', async (_, stored, reading) => {
    expect(await correctOf(await filesOf(stored), reading)).toBe(RIGHT);
  });

  test.each<[string, ReadingFlags]>([
    ['--scale 16', { scale: 16 }],
    ['--scale 0..16', { scale: { low: 0, high: 16 } }],
    ['nothing: the network is asked', {}],
  ])('of pixels of 0 to 16 is read with %s', async (_, reading) => {
    const files = await filesOf({ ...plain, pixels: coarse });
    expect(await correctOf(files, reading)).toBeGreaterThan(190);
    expect(await correctOf(files, { scale: 255 })).toBeLessThan(100);
  });

  test('of letters counts labels from 0, or from 1 where that alone fits', async () => {
    expect(await correctOf(await filesOf(plain), {}, LETTERS)).toBe(RIGHT);
    expect(await correctOf(await filesOf({ ...plain, labels: oneMore }), {}, LETTERS)).toBe(RIGHT);
  });

  test('takes a label that is the name of a class for that class, also where it is a number', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `${index + 1}`);
    const files = await filesOf({ ...plain, labels: oneMore });
    expect(await correctOf(files, {}, names)).toBe(RIGHT);
    // Labels from 0 say so themselves; a flag makes them count.
    expect(await correctOf(await filesOf(plain), {}, names)).toBe(RIGHT);
    expect(await correctOf(await filesOf(plain), { labelsFrom: 0 }, names)).toBe(RIGHT);
    const odd = names.map((_, index) => `${5 * index}`);
    const fives = await filesOf({ ...plain, labels: LABELS.map((label) => 5 * label) });
    expect(await correctOf(fives, {}, odd)).toBe(RIGHT);
  });

  test('says a map that names no class', async () => {
    const files = await filesOf(plain);
    expect(await failureOf(() => correctOf(files, { labelMap: { 1: 'one' } }))).toMatchObject({
      code: 'USAGE',
      message: '--label-map 1=one: expected the name of a class, such as "0", found "one"',
    });
  });

  test('does not guess a scale where there are no labels to ask by', async () => {
    const { images } = await filesOf({ ...plain, pixels: coarse });
    const scored = score({ inputs: [images ?? ''], workers: 0, write: () => {} });
    expect(await failureOf(() => scored)).toMatchObject({
      code: 'READING_UNCLEAR',
      exitCode: 65,
      message: expect.stringMatching(/^[^\n]*\(--scale 16\) or scale 0 to 255 \(--scale 255\); say which$/),
    });
  });

  const textOnly: [string, ReadingFlags][] = [
    ['--header', { header: true }],
    ['--delimiter', { delimiter: ',' }],
    ['--label', { label: 'first' }],
    ['--id', { id: 'none' }],
  ];
  test.runIf(format !== 'CSV').each(textOnly)(
    'refuses %s, whatever is done with it',
    async (flag, reading) => {
      const { images, labels } = await filesOf(plain);
      const { network } = DIGITS;
      const refusal = {
        ...{ code: 'USAGE', exitCode: 2 },
        message: `${flag}: expected a CSV, found ${format} in ${images}; leave ${flag} out`,
      };
      expect(await failureOf(() => correctOf({ images, labels }, reading))).toMatchObject(refusal);
      expect(await failureOf(() => hold({ images, labels }, { network, reading }))).toMatchObject(refusal);
      const scored = score({ inputs: [images ?? ''], reading, workers: 0, write: () => {} });
      expect(await failureOf(() => scored)).toMatchObject(refusal);
    },
  );

  test.runIf(format !== 'CSV').each<[string, ReadingFlags]>([
    ['--labels-from', { labelsFrom: 1 }],
    ['--label-map', { labelMap: { 10: '0' } }],
  ])('refuses %s where no labels are read', async (flag, reading) => {
    const { images } = await filesOf(plain);
    const scored = score({ inputs: [images ?? ''], reading, workers: 0, write: () => {} });
    expect(await failureOf(() => scored)).toMatchObject({
      ...{ code: 'USAGE', exitCode: 2 },
      message: `${flag}: expected labels, found none that are read with ${images}; leave ${flag} out`,
    });
  });
});

test.each<[string, ReadingFlags, string]>([
  [
    'a flag that there is not',
    { labels: 'first' } as ReadingFlags,
    'preprocess, found "labels"; leave it out',
  ],
  ['a delimiter of two', { delimiter: ', ' }, '--delimiter: expected one character, found ", "; say'],
  ['a first label with a fraction', { labelsFrom: 0.5 }, '--labels-from: expected a whole number, 0 or more'],
  ...(
    [
      [null, 'reading: expected an object such as { scale: 255 }, found null'],
      ['255', 'reading: expected an object'],
      [{ header: 'yes' }, '--header: expected true or false, found "yes"'],
      [{ transpose: 'no' }, '--transpose: expected true or false, found "no"'],
      [{ delimiter: '1' }, '--delimiter: expected one character, found "1"'],
      [{ label: 1 }, '--label: expected none, first, last, one-hot, a column'],
      [{ id: {} }, '--id: expected none, a column'],
      [{ encoding: 'klingon' }, '--encoding: expected one of utf8, latin1,'],
      [{ scale: '255' }, '--scale: expected a number above 0, or black below white, found "255"'],
      [{ scale: { low: '0', high: 255 } }, '--scale: expected a number above 0, or black below white'],
      [{ labelsFrom: '1' }, '--labels-from: expected a whole number, 0 or more, found "1"'],
      [{ labelMap: '10=0' }, '--label-map: expected the name of a class for each label, found "10=0"'],
      [{ labelMap: { 10: 0 } }, '--label-map: expected the name of a class for each label'],
      [{ preprocess: 'foo' }, '--preprocess: expected auto or none, found "foo"'],
    ] as const
  ).map(([value, told]): [string, ReadingFlags, string] => [
    `${JSON.stringify(value)}, which has no such type`,
    value as unknown as ReadingFlags,
    told,
  ]),
])('what the library is given is refused where it makes no sense: %s', async (_, reading, told) => {
  const files = await FORMATS.CSV(plain);
  const failure = await failureOf(() => correctOf(files, reading));
  expect(failure).toMatchObject({ code: 'USAGE', message: expect.stringContaining(told) });
});

test.each<[string, (options: object) => Promise<unknown>]>([
  ['evaluate', (options) => evaluate({ ...options, workers: 0 })],
  ['score', (options) => score({ inputs: [], ...options, workers: 0, write: () => {} })],
  ['train', (options) => train({ ...options, epochs: 1, workers: 0 })],
])('%s refuses what is given beside reading, where it would count for nothing', async (_, run) => {
  const { images } = await FORMATS.CSV(plain);
  const failure = await failureOf(() => run({ images, inputs: [images], labelsFrom: 1 }));
  const message = 'labelsFrom: expected it within reading; give reading: { labelsFrom: … }';
  expect(failure).toMatchObject({ code: 'USAGE', message });
});

test.each([
  [{ inputs: 'a.csv' }, 'inputs: expected a list of paths or streams, found string; give a list of one'],
  [{ onBadRow: 'reject' }, 'onBadRow: expected fail or skip, found "reject"; say one of them'],
  [{ maxErrors: 'x' }, 'maxErrors: expected a whole number, 0 or more, found x'],
])('score refuses %j', async (options, told) => {
  const given = { inputs: ['a.csv'], workers: 0, write: () => {}, ...options };
  const failure = await failureOf(() => score(given as unknown as Parameters<typeof score>[0]));
  expect(failure).toMatchObject({ code: 'USAGE', message: expect.stringContaining(told) });
});

describe('labels that are one-hot', () => {
  const oneHot = LABELS.flatMap((label) => Array.from({ length: 10 }, (_, k) => (k === label ? 1 : 0)));
  const files: Readonly<Record<string, () => Promise<Files>>> = {
    CSV: async () => {
      const rows = LABELS.map((_, at) =>
        [...oneHot.slice(at * 10, (at + 1) * 10), ...PIXELS.slice(at * 784, (at + 1) * 784)].join(','),
      );
      return { images: join(await tempFolder({ 'a.csv': Buffer.from(rows.join('\n')) }), 'a.csv') };
    },
    IDX: async () => {
      const images = idxBytes(0x08, [COUNT, 28, 28], PIXELS);
      const folder = await tempFolder({ images, labels: idxBytes(0x08, [COUNT, 10], oneHot) });
      return { images: join(folder, 'images'), labels: join(folder, 'labels') };
    },
  };

  test.each(Object.entries(files))('have no values that a flag could speak of: %s', async (_, filesOf) => {
    const found = await filesOf();
    expect(await correctOf(found)).toBe(RIGHT);
    for (const reading of [{ labelsFrom: 1 }, { labelMap: { 1: '2' } }] as const) {
      expect(await failureOf(() => correctOf(found, reading))).toMatchObject({
        ...{ code: 'USAGE', exitCode: 2 },
        message: expect.stringMatching(
          /^--label[-a-z]+: .* that are numbers or names, found one-hot ones with /,
        ),
      });
    }
  });
});

describe('relatives of MNIST, by their names', () => {
  /** What is said of the input, and how many are right. */
  async function told(names: readonly string[], stored: Stored, reading: ReadingFlags, classes: string[]) {
    const [images, labels = ''] = names;
    const folder = await tempFolder({
      [images]: idxBytes(0x08, [COUNT, 28, 28], stored.pixels),
      [labels]: idxBytes(0x08, [COUNT], stored.labels),
    });
    const said: string[] = [];
    const model = { ...DIGITS, network: { ...DIGITS.network, classes } };
    const { evaluation } = await evaluateModel(model, {
      ...{ images: join(folder, images), reading, workers: 0 },
      onOpened: ({ guesses }) => said.push(describeGuesses('', guesses)),
    });
    return { said: said[0], correct: evaluation.correct };
  }
  const idx = (name: string) => [`${name}-images-idx3-ubyte`, `${name}-labels-idx1-ubyte`];
  const oneMore = LABELS.map((label) => label + 1);

  test('EMNIST letters stand column by column and count from 1', async () => {
    const stored = { pixels: turned, labels: oneMore };
    expect(await told(idx('emnist-letters-test'), stored, {}, LETTERS)).toEqual({
      said:
        ': data set EMNIST letters (guessed), transpose column by column (guessed; else --transpose no), ' +
        'labels-from 1 (guessed; else --labels-from 0)',
      correct: RIGHT,
    });
  });

  test('flags come before the name', async () => {
    const reading = { transpose: false, labelsFrom: 0 };
    expect(await told(idx('emnist-letters-train'), plain, reading, LETTERS)).toEqual({
      said: ': data set EMNIST letters (guessed), transpose row by row, labels-from 0',
      correct: RIGHT,
    });
  });

  test('other sets of EMNIST count from 0', async () => {
    const { said, correct } = await told(idx('emnist-digits-test'), { ...plain, pixels: turned }, {}, [
      ...DIGITS.network.classes,
    ]);
    expect(said).toBe(
      ': data set EMNIST digits (guessed), transpose column by column (guessed; else --transpose no)',
    );
    expect(correct).toBe(RIGHT);
  });

  test.each([
    ['fashion-mnist-t10k', 'Fashion-MNIST, which shows clothes'],
    ['kmnist-t10k', 'KMNIST, which shows Japanese letters'],
  ])('a network of digits is told that %s is none of its own', async (name, words) => {
    const { said } = await told(idx(name), plain, {}, [...DIGITS.network.classes]);
    expect(said).toBe(`: data set ${words}: not what this network tells apart (guessed)`);
    expect((await told(idx(name), plain, {}, LETTERS)).said).not.toContain('which');
  });

  /** What is said of files, and how many of them are right. */
  async function toldOf(files: Readonly<Record<string, Uint8Array>>, classes = [...DIGITS.network.classes]) {
    const [images, labels] = Object.keys(files);
    const folder = await tempFolder(files);
    const said: string[] = [];
    const model = { ...DIGITS, network: { ...DIGITS.network, classes } };
    const { evaluation } = await evaluateModel(model, {
      ...{ images: join(folder, images), labels: labels && join(folder, labels), workers: 0 },
      onOpened: ({ guesses }) => said.push(describeGuesses('', guesses)),
    });
    return { said: said[0] ?? '', correct: evaluation.correct };
  }
  const rows = (pixels: readonly number[], labels: readonly number[], more: readonly unknown[] = []) => {
    const row = (label: number, at: number) => [...more, label, ...pixels.slice(at * 784, (at + 1) * 784)];
    return Buffer.from(labels.map((label, at) => `${row(label, at).join(',')}\n`).join(''));
  };
  const array = (shape: readonly number[], data: readonly number[]) => npyBytes({ shape, data });

  test.each<[string, Record<string, Uint8Array>]>([
    ['rows of a label and pixels', { 'emnist-letters-test.csv': rows(turned, oneMore) }],
    [
      'an array',
      { 'emnist-letters-test.npy': array([COUNT, 28, 28], turned), 'y.npy': array([COUNT], oneMore) },
    ],
    [
      'an array of flat images',
      { 'emnist-letters-test.npy': array([COUNT, 784], turned), 'y.npy': array([COUNT], oneMore) },
    ],
  ])('EMNIST is known in any format: %s', async (_, files) => {
    const { said, correct } = await toldOf(files, LETTERS);
    expect(said).toContain('data set EMNIST letters (guessed)');
    expect(said).toContain('transpose column by column (guessed; else --transpose no)');
    expect(said).toContain('labels-from 1 (guessed; else --labels-from 0)');
    expect(correct).toBe(RIGHT);
  });

  test.each<[string, Record<string, Uint8Array>]>([
    [
      'IDX of 14 x 56',
      {
        'emnist-digits-test-images-idx3-ubyte': idxBytes(0x08, [COUNT, 14, 56], PIXELS),
        'emnist-digits-test-labels-idx1-ubyte': idxBytes(0x08, [COUNT], LABELS),
      },
    ],
    [
      'an array of 14 x 56',
      { 'emnist-digits-test.npy': array([COUNT, 14, 56], PIXELS), 'y.npy': array([COUNT], LABELS) },
    ],
    ['rows with another column', { 'emnist-digits-test.csv': rows(PIXELS, LABELS, ['a.png']) }],
  ])('what is only called EMNIST is none: %s', async (_, files) => {
    const { said, correct } = await toldOf(files);
    expect(said).not.toMatch(/EMNIST|transpose/);
    expect(correct).toBe(RIGHT);
  });

  test.each([
    ['train', 'QMNIST, whose training images are those of MNIST'],
    ['test', 'QMNIST, whose first 10,000 test images are those of MNIST'],
  ])('QMNIST is known, and the first column of its labels is the class: %s', async (half, words) => {
    const columns = LABELS.flatMap((label) => [label, 4, 2433, 1, 2, 3, 0, 0]);
    const stored = Buffer.alloc(4 * columns.length);
    columns.forEach((value, at) => {
      stored.writeInt32BE(value, 4 * at);
    });
    const files = {
      [`qmnist-${half}-images-idx3-ubyte`]: idxBytes(0x08, [COUNT, 28, 28], PIXELS),
      [`qmnist-${half}-labels-idx2-int`]: idxBytes(0x0c, [COUNT, 8], stored),
    };
    expect(await toldOf(files)).toEqual({
      said: `: data set ${words} (guessed), label the first of 8 columns`,
      correct: RIGHT,
    });
  });

  test('letters can be scored, whose labels are not read', async () => {
    const folder = await tempFolder({
      'emnist-letters-test-images-idx3-ubyte': idxBytes(0x08, [COUNT, 28, 28], turned),
    });
    const images = join(folder, 'emnist-letters-test-images-idx3-ubyte');
    const { rows } = await score({ inputs: [images], workers: 0, write: () => {} });
    expect(rows).toBe(COUNT);
  });
});

test.each([
  [-1, 'a number above 0'],
  [0, ''],
  [{ low: 1, high: 1 }, 'black below white'],
  [{ mean: 0.5, std: 0 }, ''],
  [Number.NaN, ''],
])('a scale of %j is refused', async (scale, words) => {
  const error = await failureOf(() => correctOf({}, { scale }));
  expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
  expect(error.message).toContain(words);
});
