import { afterEach, describe, expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import type { ScoringPool } from '../../src/engine/pool.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { failAttempts, fixture, letSlowGoOn, makeBatch, network, startPool } from '../helpers/scoring.js';

const open: ScoringPool[] = [];
const started: typeof startPool = (...args) => {
  const both = startPool(...args);
  open.push(both.pool);
  return both;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

/** What float64 says of a batch's images. */
function expectedPredictions(batch: Batch): number[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const image = batch.pixels.subarray(i * 784, (i + 1) * 784);
    return predictedClass(feedForward(network, brightnessOf(image, batch.normalization, network.image))[3]);
  });
}

describe('a pool', () => {
  test('scores batches in place, as many at a time as there are slots', async () => {
    const { pool } = started();
    const batches = [0, 100, 200, 300, 400].map((first) => makeBatch(pool, first));
    await Promise.all(batches.map((batch) => pool.score(batch)));
    for (const batch of batches) expect([...batch.predictions]).toEqual(expectedPredictions(batch));
  });

  test('hands batches out first in, first out, and lets them come back in any order', async () => {
    const { pool, shared } = started({ workerFile: fixture('answers-out-of-order') });
    const [slow, quick] = [makeBatch(pool, 0), makeBatch(pool, 100)];
    let isSlowScored = false;
    const slowlyScored = pool.score(slow).then(() => {
      isSlowScored = true;
    });
    await pool.score(quick);
    expect(isSlowScored).toBe(false);
    letSlowGoOn(shared);
    await slowlyScored;
    expect([...slow.predictions]).toEqual(expectedPredictions(slow));
  });

  test('places the network anew when the normalization changes, but not while batches are under way', async () => {
    const { pool } = started();
    const plain = makeBatch(pool);
    const other = makeBatch(pool, 100, 100, { scale: -1 / 255, offset: 1, transposed: false });
    const first = pool.score(plain);
    await expect(pool.score(other)).rejects.toMatchObject({ code: 'POOL_BUSY' });
    await first;
    await pool.score(other);
    expect([...other.predictions]).toEqual(expectedPredictions(other));
    expect([...plain.predictions]).toEqual(expectedPredictions(plain));
  });

  test('leaves what has not begun once it is stopped', async () => {
    const { pool } = started();
    const batch = makeBatch(pool);
    batch.predictions.fill(99);
    pool.stop();
    await expect(pool.score(batch)).rejects.toMatchObject({ code: 'POOL_STOPPED' });
    expect(new Set(batch.predictions)).toEqual(new Set([99]));
  });
});

describe('a worker that fails', () => {
  test.each([
    ['throws', {}],
    ['exits', {}],
    ['runs-out-of-memory', { resourceLimits: { maxOldGenerationSizeMb: 16 } }],
  ])('%s: its batch is scored again, up to twice', async (name, options) => {
    const { pool, shared } = started({ ...options, workers: 1, workerFile: fixture(name) });
    failAttempts(shared, 2);
    const batch = makeBatch(pool);
    await pool.score(batch);
    expect([...batch.predictions]).toEqual(expectedPredictions(batch));
  });

  test.each([
    ['throws', 'thrown by the fixture'],
    ['exits', 'exited with code: 3'],
  ])('%s three times: one error names the records, and the pool goes on', async (name, reason) => {
    const { pool, shared } = started({ workers: 1, workerFile: fixture(name) });
    failAttempts(shared, 3);
    const batch = makeBatch(pool, 200);
    await expect(pool.score(batch)).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringMatching(new RegExp(`records 200 to 299: .*3 times.*${reason}`)),
    });
    await pool.score(batch);
    expect([...batch.predictions]).toEqual(expectedPredictions(batch));
  });

  test('dies between two tasks: it is replaced and nothing is lost', async () => {
    const { pool, shared } = started({ workers: 1, workerFile: fixture('dies-between-tasks') });
    failAttempts(shared, 3);
    for (const first of [0, 100, 200, 300]) {
      const batch = makeBatch(pool, first);
      await pool.score(batch);
      expect([...batch.predictions]).toEqual(expectedPredictions(batch));
      batch.release();
    }
  });
});

test('a process that is stopped while threads start, longer than they may take, goes on afterwards', async () => {
  const startTimeoutMs = 3000;
  const { pool, shared } = started({ workers: 1, workerFile: fixture('loads-when-told'), startTimeoutMs });
  const batch = makeBatch(pool);
  const scored = pool.score(batch);
  // No turn of the loop meanwhile, nor of the thread.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, startTimeoutMs + 100);
  letSlowGoOn(shared);
  await scored;
  expect([...batch.predictions]).toEqual(expectedPredictions(batch));
});

describe('a pool that cannot start', () => {
  test('fails when its worker hangs while loading, and still closes', async () => {
    const { pool } = started({ workerFile: fixture('hangs-on-load'), startTimeoutMs: 300 });
    await expect(pool.score(makeBatch(pool))).rejects.toMatchObject({
      code: 'POOL_START',
      message: expect.stringContaining('300 ms'),
    });
  });

  test('fails when its worker throws while loading, with the reason', async () => {
    const { pool } = started({ workerFile: fixture('throws-on-load') });
    await expect(pool.score(makeBatch(pool))).rejects.toMatchObject({
      code: 'POOL_START',
      message: expect.stringContaining('no luck in loading'),
    });
  });

  test('fails when there is no such worker file', async () => {
    const { pool } = started({ workerFile: fixture('missing') });
    await expect(pool.score(makeBatch(pool))).rejects.toMatchObject({ code: 'POOL_START' });
  });
});

describe('closing a pool', () => {
  test('lets all that is under way end: with four busy workers every batch is scored', async () => {
    // Piscina's own close() would have lost all but the first.
    const { pool } = started({ workers: 4 });
    const batches = Array.from({ length: 9 }, (_, i) => makeBatch(pool, i * 100));
    const scored = batches.map((batch) => pool.score(batch));
    await pool.close();
    expect((await Promise.allSettled(scored)).map(({ status }) => status)).toEqual(
      new Array(9).fill('fulfilled'),
    );
    for (const batch of batches) expect([...batch.predictions]).toEqual(expectedPredictions(batch));
  });

  test('ends also where no thread is left for what is under way', async () => {
    const { pool } = started({ workers: 1, workerFile: fixture('loads-once') });
    const scored = [0, 100, 200].map((first) => pool.score(makeBatch(pool, first)));
    const ended = Promise.allSettled(scored);
    await pool.close();
    for (const result of await ended)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'POOL_START' } });
  });

  test('may be asked for again, and nothing comes back to life after it', async () => {
    const { pool } = started();
    await pool.close();
    await pool.close();
    await expect(pool.score(makeBatch(pool))).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });
});
