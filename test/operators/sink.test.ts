import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { batch } from '../../src/operators/batch.js';
import { forward } from '../../src/operators/forward.js';
import { sink } from '../../src/operators/sink.js';
import { manualScorer } from '../helpers/manual-scorer.js';
import { tinyRecords } from '../helpers/records.js';

describe('sink', () => {
  test('writes one batch at a time, in order, and holds the slots of those that wait', async () => {
    const { scorer, slots, answer } = manualScorer(3);
    const written: number[] = [];
    const writes: (() => void)[] = [];
    const done = lastValueFrom(
      from([tinyRecords(0, 3)]).pipe(
        batch(slots),
        forward(scorer),
        sink(async (scored) => {
          await new Promise<void>((resolve) => writes.push(resolve));
          written.push(scored.first);
        }),
        toArray(),
      ),
    );
    for (const first of [0, 1, 2]) await answer(first);
    expect(writes).toHaveLength(1);
    expect(slots.freeCount).toBe(0);
    for (let i = 0; i < 3; i++) {
      writes[i]();
      await new Promise(setImmediate);
      expect(slots.freeCount).toBe(i + 1);
    }
    expect(await done).toEqual([1, 1, 1]);
    expect(written).toEqual([0, 1, 2]);
  });

  test('gives back the slots of those it never got to when it fails or is left', async () => {
    const { scorer, slots, answer } = manualScorer(3);
    const failed = lastValueFrom(
      from([tinyRecords(0, 3)]).pipe(
        batch(slots),
        forward(scorer),
        sink(() => Promise.reject(new Error('disk full'))),
      ),
    );
    failed.catch(() => {});
    for (const first of [0, 1, 2]) await answer(first);
    await expect(failed).rejects.toThrow('disk full');
    await new Promise(setImmediate);
    expect(slots.freeCount).toBe(3);
  });
});
