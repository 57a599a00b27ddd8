import {
  delay,
  EMPTY,
  filter,
  from,
  lastValueFrom,
  map,
  NEVER,
  Subject,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import type { Scorer } from '../../src/engine/scorer.js';
import { batch } from '../../src/operators/batch.js';
import { forward } from '../../src/operators/forward.js';
import { sink } from '../../src/operators/sink.js';
import { tinyRecords, tinySlots } from '../helpers/records.js';

/** A scorer whose batches are answered by hand, in any order. */
function manualScorer(slotCount: number) {
  const slots = tinySlots(slotCount, 1);
  const answers = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const scorer: Scorer = {
    slots,
    workers: 1,
    score: (scored) =>
      new Promise((resolve, reject) => answers.set(scored.first, { resolve: () => resolve(), reject })),
    stop: () => {},
    close: async () => {},
  };
  const settled = () => new Promise(setImmediate);
  return {
    scorer,
    slots,
    answer: async (first: number) => {
      answers.get(first)?.resolve();
      await settled();
    },
    fail: async (first: number) => {
      answers.get(first)?.reject(new Error(`batch ${first} failed`));
      await settled();
    },
  };
}

const firsts = map((scored: Batch) => scored.first);

describe('forward', () => {
  test('emits batches as they are answered, and completes when the last one is', async () => {
    const { scorer, slots, answer } = manualScorer(3);
    const seen: (number | string)[] = [];
    from([tinyRecords(0, 3)])
      .pipe(batch(slots), forward(scorer), firsts)
      .subscribe({ next: (first) => seen.push(first), complete: () => seen.push('complete') });
    await answer(1);
    await answer(0);
    expect(seen).toEqual([1, 0]);
    await answer(2);
    expect(seen).toEqual([1, 0, 2, 'complete']);
    expect(slots.freeCount).toBe(3);
  });

  test('completes empty on an empty source, waits on one that never ends, hands on its error', async () => {
    const { scorer } = manualScorer(1);
    expect(await lastValueFrom(EMPTY.pipe(forward(scorer), toArray()))).toEqual([]);
    const seen: unknown[] = [];
    NEVER.pipe(forward(scorer)).subscribe({
      next: (x) => seen.push(x),
      complete: () => seen.push('complete'),
    });
    throwError(() => 'upstream')
      .pipe(forward(scorer))
      .subscribe({ error: (error) => seen.push(error) });
    expect(seen).toEqual(['upstream']);
  });

  test('fails with the first batch that fails, and keeps the slots of the others until they are answered', async () => {
    const { scorer, slots, answer, fail } = manualScorer(3);
    const errors: string[] = [];
    from([tinyRecords(0, 3)])
      .pipe(batch(slots), forward(scorer))
      .subscribe({ error: (error: Error) => errors.push(error.message) });
    await fail(1);
    expect(errors).toEqual(['batch 1 failed']);
    expect(slots.freeCount).toBe(1);
    await answer(0);
    await answer(2);
    expect(slots.freeCount).toBe(3);
  });

  test('gives no slot back while a worker may still write to it, even when everybody has left', async () => {
    const { scorer, slots, answer } = manualScorer(2);
    const source = new Subject<ReturnType<typeof tinyRecords>>();
    const subscription = source.pipe(batch(slots), forward(scorer)).subscribe();
    source.next(tinyRecords(0, 2));
    subscription.unsubscribe();
    expect(slots.freeCount).toBe(0);
    await answer(0);
    expect(slots.freeCount).toBe(1);
    await answer(1);
    expect(slots.freeCount).toBe(2);
    expect(source.observed).toBe(false);
  });

  test('leaks no slot to what a user puts around it: filter, take', async () => {
    const { scorer, slots, answer } = manualScorer(4);
    const odd = filter(({ first }: Batch) => first % 2 === 1);
    const seen: number[] = [];
    from([tinyRecords(0, 4)])
      .pipe(batch(slots), odd, forward(scorer), take(1), firsts)
      .subscribe((first) => seen.push(first));
    expect(slots.freeCount).toBe(2);
    await answer(3);
    expect(seen).toEqual([3]);
    await answer(1);
    expect(slots.freeCount).toBe(4);
  });

  test('a batch that is looked at after its release says so, instead of showing other records', async () => {
    const { scorer, slots, answer } = manualScorer(1);
    const predictions = map((scored: Batch) => scored.predictions);
    const late = lastValueFrom(
      from([tinyRecords(0, 1)]).pipe(batch(slots), forward(scorer), delay(1), predictions),
    );
    const failed = expect(late).rejects.toMatchObject({ code: 'BATCH_RELEASED' });
    await answer(0);
    await failed;
  });
});

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
