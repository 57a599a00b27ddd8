import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RowRange } from '../../pipelines/hold-csv.js';
import { type AnyRecordsSpec, openAnyRecords } from '../../pipelines/open-any-records.js';
import { openModel } from '../../src/inputs/open-model.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { tempFolder } from '../inputs/temp-folder.js';

const { network } = openModel('sigmoid');
const [pixels, labels] = [testPixels(), testLabels()];

async function rowsOf(spec: AnyRecordsSpec, range: RowRange = {}) {
  return (await openAnyRecords(spec, network, range)).rows;
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
    const held = await rowsOf({ images }, {});
    expect(held).toMatchObject({ count, rowCount: count, normalization: network.normalization });
    expect(Buffer.compare(held?.pixels ?? Buffer.of(), pixels.subarray(0, count * 784))).toBe(0);
    expect(held?.labels).toEqual(labels.subarray(0, count));
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
    const held = await rowsOf({ images }, { first, limit });
    const count = Math.max(0, Math.min(limit, 500 - first));
    expect(held?.count).toBe(count);
    expect(
      Buffer.compare(held?.pixels ?? Buffer.of(1), pixels.subarray(first * 784, (first + count) * 784)),
    ).toBe(0);
    expect(held?.labels).toEqual(labels.slice(first, first + count));
  });

  test('have no labels where there are none, and are turned where the flags say so', async () => {
    const images = await fileOf(digitsCsv({ count: 20, labelled: false }));
    const held = await rowsOf({ images, csv: { transpose: true } }, {});
    expect(held?.labels).toBeNull();
    expect(held?.normalization).toEqual({ ...network.normalization, transposed: true });
  });

  test('a bad row is told of by its line, unless it comes behind all that is wanted', async () => {
    const images = await fileOf(`${digitsCsv({ count: 30 })}7,1,2\n${digitsCsv({ count: 5 })}`);
    await expect(rowsOf({ images }, { first: 31, limit: 1 })).rejects.toMatchObject({
      code: 'CSV_ROW',
      message: expect.stringContaining('line 31: expected 785 columns, found 3'),
    });
    expect((await rowsOf({ images }, { first: 29, limit: 1 }))?.labels).toEqual(labels.slice(29, 30));
  });

  test('what comes with labels, or is no text, is left to IDX', async () => {
    const images = await fileOf(digitsCsv({ count: 5 }));
    await expect(openAnyRecords({ images, labels: images }, network, {})).rejects.toMatchObject({
      code: 'IDX_MAGIC',
    });
    await expect(openAnyRecords({ images: 'none' }, network, {})).rejects.toMatchObject({
      code: 'INPUT_MISSING',
    });
    const { source, rows } = await openAnyRecords({}, network, {});
    expect([source?.format.count, rows]).toEqual([10_000, undefined]);
    await source?.close();
  });
});
