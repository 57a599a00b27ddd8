import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import type { SliceBy } from '../../pipelines/judging/slicing.js';
import { npyBytes, npyTexts } from '../formats/npy-bytes.js';
import { testRow } from '../helpers/csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

const COUNT = 400;
const records = Array.from({ length: COUNT }, (_, index) => index);
const writers = records.map((index) => 100 + ((index * 7) % 5));
const places = records.map((index) => ['north', 'south, or "east"', 'Zürich', ''][index % 4]);
const images = idxBytes(0x08, [COUNT, 28, 28], testPixels().subarray(0, COUNT * 784));
const labels = idxBytes(0x08, [COUNT], testLabels().subarray(0, COUNT));

/** Which of the images are read rightly. */
let isRight: boolean[];

beforeAll(async () => {
  isRight = [];
  await evaluate({
    ...{ images, labels, workers: 0 },
    onBatch: ({ count, labels, predictions }) => {
      for (let i = 0; i < count; i++) isRight.push(labels?.[i] === predictions[i]);
    },
  });
  expect(isRight).toHaveLength(COUNT);
});

/** How many images and right ones there are of each value. */
function countsOf(values: readonly (string | number)[]) {
  const counts: Record<string, [images: number, correct: number]> = {};
  for (const [index, value] of values.entries()) {
    const [images, correct] = counts[value] ?? [0, 0];
    counts[value] = [images + 1, correct + (isRight[index] ? 1 : 0)];
  }
  return counts;
}

async function sliced(by: readonly SliceBy[], options: EvaluateOptions = { images, labels }) {
  const { evaluation } = await evaluate({ workers: 0, ...options, slices: by });
  return (evaluation.slices ?? []).map(({ name, source, images, values }) => ({
    ...{ name, source, images },
    counts: Object.fromEntries(values.map(({ value, images, correct }) => [value, [images, correct]])),
  }));
}

function csv(quote: (text: string) => string = (text) => text): Buffer {
  const header = `writer,place,label,${Array.from({ length: 784 }, (_, i) => `pixel${i}`)},number`;
  const rows = records.map((i) => {
    const place = places[i].includes(',') ? `"${places[i].replaceAll('"', '""')}"` : quote(places[i]);
    return `${quote(`${writers[i]}`)},${place},${testRow(i)},${i}`;
  });
  return Buffer.from(`${[header, ...rows].join('\n')}\n`);
}

describe('by a column of the rows', () => {
  test.each([
    ['a file that workers read', async () => tempFile(csv(), 'rows.csv'), 2],
    ['a file', async () => tempFile(csv(), 'rows.csv'), 0],
    ['a stream', async () => createReadStream(await tempFile(csv(), 'rows.csv')), 1],
    ['gzip', async () => gzipSync(csv()), 0],
    ['quoted fields', async () => csv((text) => `"${text}"`), 0],
  ])('of %s', async (_, make, workers) => {
    const [writer, ...others] = await sliced(['writer'], { images: await make(), workers, batchSize: 64 });
    expect(writer).toEqual({ name: 'writer', source: 'column', images: COUNT, counts: countsOf(writers) });
    expect(others).toEqual([]);
  });

  test('of several, by their names and numbers', async () => {
    const rows = await tempFile(csv(), 'rows.csv');
    const found = await sliced(['place', '1', 'WRITER', 'label'], { images: rows, workers: 1 });
    const expected = [places, writers, writers, [...testLabels().subarray(0, COUNT)]].map(countsOf);
    expect(found.map(({ counts }) => counts)).toEqual(expected);
  });

  test('of the first images alone', async () => {
    const [{ images, counts }] = await sliced(['writer'], { images: csv(), limit: 150 });
    expect({ images, counts }).toEqual({ images: 150, counts: countsOf(writers.slice(0, 150)) });
  });

  test('of rows in another encoding', async () => {
    const latin = Buffer.from(csv().toString(), 'latin1');
    const [{ counts }] = await sliced(['place'], { images: latin, reading: { encoding: 'latin1' } });
    expect(counts).toEqual(countsOf(places));
  });

  test('says so, and no more that it is left out', async () => {
    const said: unknown[] = [];
    const onOpened: EvaluateOptions['onOpened'] = ({ guesses }) => said.push(...guesses);
    await sliced(['writer', 'place'], { images: csv(), onOpened });
    expect(said).toContainEqual({
      property: 'slice',
      value: 'column first "writer"',
      by: 'given',
      flag: undefined,
    });
    expect(said).toContainEqual(expect.objectContaining({ property: 'columns left out', value: '788' }));
  });
});

describe('by a file of one value an image', () => {
  const lines = writers.join('\n');
  const int16 = (values: readonly number[]) => values.flatMap((value) => [value & 255, value >> 8]);
  test.each<[string, Uint8Array]>([
    ['lines', Buffer.from(lines)],
    [
      'lines that end in CR LF, after a name and a byte-order mark',
      Buffer.from(`\ufeffwriter\r\n${writers.join('\r\n')}\r\n`),
    ],
    ['gzip', gzipSync(`${lines}\n`)],
    ['quoted lines', Buffer.from(writers.map((writer) => `"${writer}"\n`).join(''))],
    ['IDX', idxBytes(0x08, [COUNT], writers)],
    [
      'IDX of one column',
      idxBytes(
        0x0b,
        [COUNT, 1],
        writers.flatMap((writer) => [0, writer]),
      ),
    ],
    ['NumPy', npyBytes({ descr: '<i2', shape: [COUNT], data: int16(writers) })],
    ['NumPy of texts', npyTexts('<U4', writers.map(String))],
  ])('as %s', async (_, bytes) => {
    const file = await tempFile(bytes, 'values');
    const [slice] = await sliced([file]);
    expect(slice).toEqual({ name: file, source: 'file', images: COUNT, counts: countsOf(writers) });
  });

  test('which may begin with a name among names', async () => {
    const texts = places.map((place) => (place === '' ? 'x' : place.replaceAll('"', '').replace(',', ' ')));
    const files = [texts, ['place', ...texts]].map((all) => tempFile(Buffer.from(`${all.join('\n')}\n`)));
    const found = await sliced(await Promise.all(files));
    expect(found.map(({ counts }) => counts)).toEqual([countsOf(texts), countsOf(texts)]);
  });

  test('beside rows of text, and of the first images alone', async () => {
    const file = await tempFile(Buffer.from(`writer\n${lines}\n`));
    const [rows] = await sliced([file], { images: csv() });
    expect(rows.counts).toEqual(countsOf(writers));
    const [first] = await sliced([file], { images, labels, limit: 99 });
    expect(first.counts).toEqual(countsOf(writers.slice(0, 99)));
  });

  test('or by values that the caller has', async () => {
    const [slice] = await sliced([{ name: 'mine', values: Int32Array.from(writers) }]);
    expect(slice).toEqual({ name: 'mine', source: 'given', images: COUNT, counts: countsOf(writers) });
  });

  test.each<[string, Uint8Array, string]>([
    ['too few', Buffer.from('1\n2\n3\n'), 'expected at least 400 values, one a record, found 3'],
    ['too many', Buffer.from(`${lines}\n1\n2\n`), 'expected 400 values, one a record, found 402'],
    ['a number too many', Buffer.from(`7\n${lines}\n`), 'expected 400 values, one a record, found 401'],
    [
      'a text too many',
      Buffer.from(`a\n${writers.map((writer) => 'ab'[writer % 2]).join('\n')}\n`),
      'expected 400 values, one a record, found 401',
    ],
    [
      'two columns',
      Buffer.from(writers.map((writer) => `${writer},1\n`).join('')),
      'expected one value a line, found 2 columns',
    ],
    [
      'fractions',
      npyBytes({ descr: '<f4', shape: [1], data: [0, 0, 0, 0] }),
      'expected whole numbers, or texts, found f32 1',
    ],
    ['rows of an array', idxBytes(0x08, [200, 2], writers), 'expected one value a record, found u8 200 x 2'],
    ['half an array', idxBytes(0x08, [401], writers), 'expected 401 bytes of data (u8 401), found 400'],
  ])('that has %s is refused', async (_, bytes, message) => {
    const file = await tempFile(bytes, 'values');
    const error = await failureOf(() => sliced([file]));
    expect(error.code).toBe('SLICE_VALUES');
    expect(error.message).toContain(`${file}: ${message}`);
  });

  test('whose first line may be a name is refused for a part of a stream, which does not tell', async () => {
    const words = writers.map((writer) => `w${writer}`);
    const [file, named] = await Promise.all(
      [words, ['name', ...words]].map((all) => tempFile(Buffer.from(`${all.join('\n')}\n`), 'values')),
    );
    const row = (index: number) => `${testRow(index)}\n`;
    const csv = await tempFile(Buffer.from(records.map(row).join('')), 'digits.csv');
    const part = (slices: readonly SliceBy[]) =>
      evaluate({ images: createReadStream(csv), slices, limit: 100, workers: 0 });
    const error = await failureOf(() => part([named]));
    expect(error.code).toBe('SLICE_VALUES');
    expect(error.message).toContain(`${named}: expected as many values as there are images, found a part`);
    const { evaluation } = await part([file]);
    const [slice] = evaluation.slices ?? [];
    expect(slice.values.reduce((sum, { images: count }) => sum + count, 0)).toBe(100);
  });

  test('values of the caller that are too many or too few are refused', async () => {
    for (const values of [writers.slice(1), [...writers, 1]]) {
      const error = await failureOf(() => sliced([{ name: 'mine', values }]));
      expect(error.message).toMatch(
        /^slices: mine: expected (at least )?400 values, one a record, found (399|401);/,
      );
    }
  });
});

describe("by a column of QMNIST's labels", () => {
  const qmnist = () => {
    const data = records.flatMap((i) => [testLabels()[i], 4, writers[i], i, 0, 0, 0, 0]);
    return idxBytes(
      0x0c,
      [COUNT, 8],
      data.flatMap((value) => [0, 0, value >> 8, value & 255]),
    );
  };

  test('that are given, or lie beside the images', async () => {
    const folder = await tempFolder({
      'q-images-idx3-ubyte': images,
      'q-labels-idx2-int': qmnist(),
    });
    const paths = [join(folder, 'q-images-idx3-ubyte'), join(folder, 'q-labels-idx2-int')];
    const expected = { name: 'writer', source: 'labels', images: COUNT, counts: countsOf(writers) };
    expect(await sliced(['writer'], { images: paths[0], labels: paths[1] })).toEqual([expected]);
    expect(await sliced(['writer'], { images: paths[0] })).toEqual([expected]);
    const error = await failureOf(() => sliced([paths[1]], { images: paths[0] }));
    expect(error.message).toContain('slice by the name of one of QMNIST');
  });
});

describe('by what is measured of the ink', () => {
  test('which is the same of pixels that are stored otherwise', async () => {
    const pixels = testPixels().subarray(0, COUNT * 784);
    const inverted = idxBytes(
      0x08,
      [COUNT, 28, 28],
      pixels.map((pixel) => 255 - pixel),
    );
    const turned = idxBytes(
      0x08,
      [COUNT, 28, 28],
      pixels.map((_, at) => {
        const [image, y, x] = [Math.floor(at / 784), Math.floor((at % 784) / 28), at % 28];
        return pixels[image * 784 + x * 28 + y];
      }),
    );
    const by = ['thickness', 'slant', 'image:size'];
    const upright = await sliced(by);
    expect(upright.map(({ name, source }) => [name, source])).toEqual(
      ['thickness', 'slant', 'size'].map((name) => [name, 'images']),
    );
    for (const { counts } of upright) expect(Object.keys(counts).length).toBeGreaterThan(4);
    expect(await sliced(by, { images: inverted, labels, reading: { invert: true } })).toEqual(upright);
    expect(await sliced(by, { images: turned, labels, reading: { transpose: true } })).toEqual(upright);
    expect(await sliced(by, { images: csv() })).toEqual(upright);
  });
});

describe('by nothing that there is', () => {
  test.each<[string, string, string]>([
    ['a pixel', 'pixel12', 'pixel12: expected a column beside the image, found column 16, which is a pixel'],
    ['an id', 'number', '--slice number: expected values that many images share, found 400 in 400 images'],
    [
      'another name',
      'author',
      '--slice "author": expected a column of the rows, thickness, slant, size, or a file',
    ],
  ])('%s', async (_, by, message) => {
    const error = await failureOf(() => sliced([by], { images: csv() }));
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(message);
  });

  test('a column that is called like a measure', async () => {
    const rows = Buffer.from(csv().toString().replace('writer', 'size'));
    const error = await failureOf(() => sliced(['size'], { images: rows }));
    expect(error.message).toMatch(
      /^--slice size: expected one meaning, .*; say the column's number, or image:size$/,
    );
    const found = await sliced(['1', 'image:size'], { images: rows });
    expect(found.map(({ source }) => source)).toEqual(['column', 'images']);
  });

  test('a text with a NUL byte among several', async () => {
    const rows = Buffer.from(csv().toString().replace('north', 'no\0rth'));
    const error = await failureOf(() => sliced(['place', 'writer'], { images: rows }));
    expect(error.message).toContain(
      '--slice place: expected values of text, found one with a NUL byte in record 0',
    );
  });

  test('and without images there is nothing to say', async () => {
    const none = { images: idxBytes(0x08, [0, 28, 28], []), labels: idxBytes(0x08, [0], []) };
    expect(await sliced(['thickness'], none)).toEqual([
      { name: 'thickness', source: 'images', images: 0, counts: {} },
    ]);
  });
});
