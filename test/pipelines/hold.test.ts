import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type HoldOptions, hold } from '../../pipelines/hold.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import type { ImagesSpec } from '../../src/inputs/open-inputs.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { tempFolder } from '../inputs/temp-folder.js';

const { network } = openModel('sigmoid');
const [pixels, labels] = [testPixels(), testLabels()];

function held(spec: ImagesSpec, options: Partial<HoldOptions> = {}) {
  return hold(spec, { network, labelled: 'optional', ...options });
}

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(await tempFolder({}), 'digits.csv');
  await writeFile(path, content);
  return path;
}

describe('rows of a CSV held as images', () => {
  test.each([
    ['plain rows', digitsCsv({ count: 700, header: true })],
    ['rows that only csv-parse reads', digitsCsv({ count: 60 }).replace(/^(\d),/gm, '"$1",')],
    ['other delimiters and line ends', digitsCsv({ count: 60, delimiter: ';', lineEnd: '\r\n' })],
    ['gzip', gzipSync(digitsCsv({ count: 60 }))],
  ])('are those of the IDX file: %s', async (_, content) => {
    const images = await fileOf(content);
    const count = typeof content === 'string' && content.startsWith('label') ? 700 : 60;
    const rows = await held({ images });
    expect(rows).toMatchObject({ count, recordCount: count, normalization: network.normalization });
    expect(Buffer.compare(rows.pixels, pixels.subarray(0, count * 784))).toBe(0);
    expect(rows.labels).toEqual(labels.subarray(0, count));
  });

  test.each([
    [0, 1],
    [166, 3],
    [499, 1],
    [495, 50],
    [500, 1],
    [9999, 2],
  ])('from row %d on, %d of them', async (first, limit) => {
    const images = await fileOf(digitsCsv({ count: 500 }));
    const rows = await held({ images }, { first, limit });
    const count = Math.max(0, Math.min(limit, 500 - first));
    expect(rows.count).toBe(count);
    expect(Buffer.compare(rows.pixels, pixels.subarray(first * 784, (first + count) * 784))).toBe(0);
    expect(rows.labels).toEqual(labels.slice(first, first + count));
  });

  test('have no labels where there are none, and are turned where the flags say so', async () => {
    const images = await fileOf(digitsCsv({ count: 20, labelled: false }));
    const rows = await held({ images }, { reading: { transpose: true } });
    expect(rows.labels).toBeNull();
    expect(rows.normalization).toEqual({ ...network.normalization, transposed: true });
  });

  test('a bad row is told of by its line, unless it comes after all that is wanted', async () => {
    const images = await fileOf(`${digitsCsv({ count: 30 })}7,1,2\n${digitsCsv({ count: 5 })}`);
    await expect(held({ images }, { first: 31, limit: 1 })).rejects.toMatchObject({
      code: 'CSV_ROW',
      message: expect.stringContaining('line 31: expected 785 columns, found 3'),
    });
    expect((await held({ images }, { first: 29, limit: 1 })).labels).toEqual(labels.slice(29, 30));
  });

  test('text takes no labels from another file', async () => {
    const images = await fileOf(digitsCsv({ count: 5 }));
    await expect(held({ images, labels: images })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(held({ images: 'none' })).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });
});

describe('images of IDX are held', () => {
  test('all of them, with their labels', async () => {
    const all = await held({});
    expect(all).toMatchObject({ name: 't10k-images-idx3-ubyte', count: 10_000, recordCount: 10_000 });
    expect(Buffer.compare(all.pixels, pixels)).toBe(0);
    expect(all.labels).toEqual(labels);
  });

  test.each([
    [0, 3],
    [4999, 2],
    [9998, 5],
    [10_000, 1],
  ])('from record %d on, %d of them', async (first, limit) => {
    const { count, ...some } = await held({}, { first, limit });
    expect(count).toBe(Math.max(0, Math.min(limit, 10_000 - first)));
    expect(Buffer.compare(some.pixels, pixels.subarray(first * 784, (first + count) * 784))).toBe(0);
    expect(some.labels).toEqual(labels.slice(first, first + count));
  });
});
