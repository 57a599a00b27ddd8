import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { score } from '../../pipelines/score.js';
import type { ByteInput } from '../../src/inputs/bytes/open-bytes.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testCsv } from '../helpers/csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 1830;
const pixels = testPixels().subarray(0, COUNT * 784);
const csv = Buffer.from(testCsv(COUNT));
const idx = idxBytes(0x08, [COUNT, 28, 28], pixels);
const labels = idxBytes(0x08, [COUNT], testLabels().subarray(0, COUNT));
const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const at = (name: string) => join(folder, name);
writeFileSync(at('rows.csv'), csv);
writeFileSync(at('rows.csv.gz'), gzipSync(csv));
writeFileSync(at('images'), idx);
writeFileSync(at('images.gz'), gzipSync(idx));
writeFileSync(at('labels'), labels);
writeFileSync(at('x.npy'), npyBytes({ shape: [COUNT, 784], data: pixels }));
afterAll(() => rmSync(folder, { recursive: true }));
async function* streamed(bytes: Uint8Array) {
  for (let from = 0; from < bytes.length; from += 50_000) yield bytes.subarray(from, from + 50_000);
}

const inputs: Record<string, () => { images: ByteInput; labels?: ByteInput }> = {
  'a CSV file': () => ({ images: at('rows.csv') }),
  'packed CSV': () => ({ images: at('rows.csv.gz') }),
  'a stream of CSV': () => ({ images: streamed(csv) }),
  'an IDX file': () => ({ images: at('images'), labels: at('labels') }),
  'packed IDX': () => ({ images: at('images.gz'), labels: at('labels') }),
  'a stream of IDX': () => ({ images: streamed(idx), labels: at('labels') }),
  'a NumPy file': () => ({ images: at('x.npy'), labels: at('labels') }),
};

describe('an evaluation is partial where the input holds records that were not counted', () => {
  test.each(Object.keys(inputs))('%s', async (name) => {
    for (const workers of [0, 1, 2]) {
      for (const batchSize of [undefined, 100]) {
        for (const limit of [0, 1, 999, 1000, COUNT - 1, COUNT, COUNT + 1, undefined]) {
          const { evaluation } = await evaluate({ ...inputs[name](), workers, batchSize, limit });
          const wanted = { images: Math.min(limit ?? COUNT, COUNT), partial: (limit ?? COUNT) < COUNT };
          expect({
            images: evaluation.images,
            partial: evaluation.partial,
            limit,
            workers,
            batchSize,
          }).toEqual({
            ...{ ...wanted, limit, workers, batchSize },
          });
          // Whether the reader had come to the end by chance must not matter.
          const isDigested = evaluation.data.files[0].sha256 !== null;
          expect({ limit, workers, batchSize, isDigested }).toEqual({
            ...{ limit, workers, batchSize, isDigested: !wanted.partial },
          });
        }
      }
    }
  });
});

describe('what follows the limit in a CSV does not count', () => {
  const images = 20;
  test.each([
    ['bad rows without end', '1\n'.repeat(450_000)],
    ['a row too long', '1,'.repeat(470_000)],
    ['blank lines', '\n'.repeat(1_100_000)],
  ])('%s', async (_, rest) => {
    const path = join(await tempFolder({ f: Buffer.from(testCsv(images) + rest) }), 'f');
    for (const workers of [0, 1]) {
      for (const limit of [10, images]) {
        const { evaluation } = await evaluate({ images: path, workers, limit });
        expect({ workers, limit, images: evaluation.images }).toEqual({ workers, limit, images: limit });
        expect(evaluation.accuracy).toBe(1);
      }
    }
  });
});

describe('a run that goes on does not score again what an earlier one wrote', () => {
  test.each(['images', 'images.gz', 'x.npy'])('%s', async (name) => {
    for (const workers of [0, 2]) {
      const from = { file: 0, bytes: 0, line: 0, row: 777, rows: 777, rejected: 0 };
      const batches: [number, number][] = [];
      const write = ({ count, place }: { count: number; place: { firstRow: number } }) =>
        void batches.push([place.firstRow, count]);
      const result = await score({
        inputs: [at(name)],
        from,
        workers,
        batchSize: 500,
        maxWaitMs: 10_000,
        write,
      });
      // Batches begin where the earlier run ended: had they been scored from the start, they would begin at multiples of 500.
      expect(batches).toEqual([
        [777, 500],
        [1277, 500],
        [1777, 53],
      ]);
      expect(result).toMatchObject({ rows: COUNT, partial: false });
    }
  });
});
