import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { type ScoreOptions, score } from '../../pipelines/score.js';
import type { ScoreProgress } from '../../src/outputs/score-writer.js';
import { testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const IMAGE_BYTES = 784;
const images = (count: number) => {
  const header = idxBytes(0x08, [count, 28, 28], []);
  return Buffer.concat([header, testPixels().subarray(0, count * IMAGE_BYTES)]);
};
let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await tempFolder({ many: images(600), few: images(100), packed: gzipSync(images(100)) });
});

/** What a run says of how far it is, from the first batch to the last. */
async function progressOf(options: Pick<ScoreOptions, 'inputs' | 'from'>): Promise<ScoreProgress[]> {
  const said: ScoreProgress[] = [];
  const onProgress = (progress: ScoreProgress) => said.push({ ...progress });
  await score({ ...options, workers: 1, batchSize: 150, write: async () => {}, onProgress });
  return said;
}

test('of plain files it is known how much there is, of several too, and all of it is done at the end', async () => {
  const totalBytes = 700 * IMAGE_BYTES;
  const said = await progressOf({ inputs: [at('many'), at('few')] });
  expect(said.map(({ rows }) => rows)).toEqual([150, 300, 450, 600, 700]);
  expect(said.map(({ bytes }) => bytes)).toEqual([150, 300, 450, 600, 700].map((rows) => rows * IMAGE_BYTES));
  expect(said.every((progress) => progress.totalBytes === totalBytes)).toBe(true);
});

test('a run that goes on has only the rest before it', async () => {
  const from = { file: 0, bytes: 16 + 200 * IMAGE_BYTES, line: 0, row: 200, rows: 200, rejected: 0 };
  const said = await progressOf({ inputs: [at('many'), at('few')], from });
  const [last] = said.slice(-1);
  expect(last).toMatchObject({ rows: 700, bytes: 500 * IMAGE_BYTES, totalBytes: 500 * IMAGE_BYTES });
});

test('where one input is packed or a stream, it is not known', async () => {
  async function* stream() {
    yield images(100);
  }
  for (const other of [at('packed'), stream()]) {
    const said = await progressOf({ inputs: [at('few'), other] });
    expect(said.map(({ rows }) => rows)).toEqual([100, 200]);
    expect(said.every(({ totalBytes }) => totalBytes === null)).toBe(true);
  }
});
