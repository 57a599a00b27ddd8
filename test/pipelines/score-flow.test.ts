import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { score } from '../../pipelines/score.js';
import { testCsv, testRow } from '../helpers/csv.js';

test('a slow writer holds the source back: what is read waits in the slots and nowhere else', async () => {
  const rows = Buffer.from(testCsv(200).slice(testCsv(0).length));
  let [read, written, most] = [0, 0, 0];
  const source = async function* () {
    for (let i = 0; i < 60; i++) {
      read += rows.length;
      most = Math.max(most, read - written);
      yield rows;
    }
  };
  let before = 0;
  await score({
    ...{ inputs: [source()], workers: 1, batchSize: 100 },
    write: async ({ place }) => {
      // Long enough for the source to read everything, if nothing held it back.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      written += place.endBytes - before;
      before = place.endBytes;
    },
  });
  expect(written).toBe(60 * rows.length);
  // Three slots of about a hundred rows and a chunk, and the one piece that the source has at hand.
  expect(most).toBeLessThan(3 * 3 * 100 * 1900 + rows.length);
});

test('a live stream is answered row by row, from the first one on', async () => {
  const live = new PassThrough();
  let answered: () => void = () => {};
  let rows = 0;
  const done = score({
    ...{ inputs: [live], workers: 0, maxWaitMs: 1, reading: { label: 'first' } },
    write: async ({ count }) => {
      rows += count;
      answered();
    },
  });
  for (let i = 0; i < 5; i++) {
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    live.write(`${testRow(i)}\n`);
    await answer;
    expect(rows).toBe(i + 1);
  }
  live.end();
  expect(await done).toMatchObject({ rows: 5, partial: false });
});

test('an aborted run writes what was read, and says that it is partial', async () => {
  const abort = new AbortController();
  const endless = async function* () {
    yield Buffer.from(testCsv(0));
    for (let i = 0; ; i++) yield Buffer.from(`${testRow(i % 1000)}\n`);
  };
  let rows = 0;
  const result = await score({
    ...{ inputs: [endless()], workers: 0, batchSize: 10, signal: abort.signal },
    write: async ({ count }) => {
      rows += count;
      if (rows > 50) abort.abort();
    },
  });
  expect(result).toMatchObject({ rows, partial: true });
});
