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
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { batch } from '../../src/operators/batch-records.js';
import { forward, NormalizationChanges } from '../../src/operators/forward.js';
import { manualScorer } from '../helpers/manual-scorer.js';
import { tinyRecords } from '../helpers/records.js';

const upright = UNIT_BRIGHTNESS;
const turned = { ...UNIT_BRIGHTNESS, transposed: true };

/** Batches of changing normalization that are answered by hand; `log` says what has begun. */
function manualChanges() {
  const changes = new NormalizationChanges();
  const log: string[] = [];
  const answers = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const take = (name: string, normalization: typeof upright) =>
    changes.await(normalization, () => {
      log.push(name);
      return new Promise<void>((resolve, reject) => answers.set(name, { resolve, reject }));
    });
  const settled = () => new Promise(setImmediate);
  const answer = async (name: string, error?: Error) => {
    if (error) answers.get(name)?.reject(error);
    else answers.get(name)?.resolve();
    await settled();
  };
  return { take, log, answer };
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

  test('gives no slot back while a worker may still write to it, even when every subscriber has left', async () => {
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

describe('batches whose normalization changes', () => {
  test('batches of one normalization begin at once, side by side', () => {
    const { take, log } = manualChanges();
    take('a', upright);
    take('b', { ...upright });
    expect(log).toEqual(['a', 'b']);
  });

  test('those of another wait for all before them, and none overtakes them', async () => {
    const { take, log, answer } = manualChanges();
    take('a', upright);
    take('b', upright);
    take('c', turned);
    take('d', turned);
    take('e', upright);
    await answer('b');
    expect(log).toEqual(['a', 'b']);
    await answer('a');
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    await answer('d');
    expect(log).not.toContain('e');
    await answer('c');
    expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('one that fails is over, too', async () => {
    const { take, log, answer } = manualChanges();
    const failed = take('a', upright);
    const next = take('b', turned);
    await Promise.all([expect(failed).rejects.toThrow('broken'), answer('a', new Error('broken'))]);
    expect(log).toEqual(['a', 'b']);
    await answer('b');
    await next;
  });
});
