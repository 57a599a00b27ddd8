import { describe, expect, test } from 'vitest';
import { StressRun } from '../../src/corruptions/stress-run.js';
import type { Batch } from '../../src/engine/batch.js';

const stressor = { workers: 1, run: async () => ({ corrects: [1], flips: [] }), close: async () => {} };
const read = (count: number) =>
  ({ count, labels: new Uint8Array(count), check: () => {} }) as unknown as Batch;

describe('a stress run', () => {
  test('rejects with what a listener throws, however late it is asked', async () => {
    const onProgress = () => {
      throw new Error('of the listener');
    };
    const run = new StressRun(stressor, 1, { onProgress }, 1);
    run.addPixels(new Uint8Array(1));
    await run.add(read(1));
    // Until the task has settled: nobody waits for it yet.
    await new Promise((resolve) => setImmediate(resolve));
    await expect(run.end()).rejects.toThrow('of the listener');
  });

  test('gives no more to the threads once it is aborted', async () => {
    const given: number[] = [];
    const aborter = new AbortController();
    const run = new StressRun(
      {
        ...stressor,
        run: async ({ first }) => {
          given.push(first);
          aborter.abort();
          return { corrects: [1], flips: [] };
        },
      },
      1,
      { signal: aborter.signal },
      1000,
    );
    run.addPixels(new Uint8Array(1000));
    await run.add(read(1000));
    await run.end();
    expect(given).toEqual([0]);
    expect(run.images).toBe(100);
    expect(run.corrects).toEqual([1]);
  });

  test('takes no labels whose pixels did not come', async () => {
    const run = new StressRun(stressor, 2, {}, 2);
    run.addPixels(new Uint8Array(2));
    await expect(run.add(read(2))).rejects.toThrow('expected the pixels of 2 images, found 2 bytes');
  });
});
