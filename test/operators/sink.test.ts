import { from, lastValueFrom, of, tap, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { batch } from '../../src/operators/batch-records.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
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
    expect(await done).toEqual([1, 2, 3]);
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

  test('raises what ended the input when the rows before it were written, in its batch and before', async () => {
    const { scorer, slots, answer } = manualScorer(4, 2);
    const fault = new DigitflowError('GZIP_BROKEN', 'x: broken');
    const log: string[] = [];
    const writes: (() => void)[] = [];
    const done = lastValueFrom(
      of(tinyRecords(0, 3), { ...tinyRecords(3, 0), labels: null, fault }).pipe(
        batch(slots),
        forward(scorer),
        inOrder(),
        sink(async ({ first, count }) => {
          log.push(`begins ${first}+${count}`);
          await new Promise<void>((resolve) => writes.push(resolve));
          log.push(`written ${first}+${count}`);
        }),
        tap((count) => log.push(`emitted ${count}`)),
      ),
    ).catch((error) => log.push(error.code));
    // The batch with the fault is answered first.
    await answer(2);
    await answer(0);
    expect(log).toEqual(['begins 0+2']);
    writes[0]();
    await new Promise(setImmediate);
    writes[1]();
    await done;
    expect(log).toEqual([
      'begins 0+2',
      'written 0+2',
      'emitted 2',
      'begins 2+1',
      'written 2+1',
      'GZIP_BROKEN',
    ]);
    expect(slots.freeCount).toBe(4);
  });

  test('raises it where no record came before it', async () => {
    const { scorer, slots, answer } = manualScorer(2);
    const fault = new DigitflowError('GZIP_BROKEN', 'x: broken');
    const written: number[] = [];
    const done = lastValueFrom(
      of({ ...tinyRecords(0, 0), labels: null, fault }).pipe(
        batch(slots),
        forward(scorer),
        inOrder(),
        sink(({ count }) => {
          written.push(count);
        }),
      ),
    );
    done.catch(() => {});
    await answer(0);
    await expect(done).rejects.toBe(fault);
    expect(written).toEqual([0]);
    expect(slots.freeCount).toBe(2);
  });

  test('takes a synchronous writer, and raises what that throws', async () => {
    const { scorer, slots, answer } = manualScorer(3);
    const written: number[] = [];
    const flow = from([tinyRecords(0, 3)]).pipe(
      batch(slots),
      forward(scorer),
      sink(({ first }) => {
        written.push(first);
        if (written.length > 3) throw new Error('disk full');
      }),
      toArray(),
    );
    const done = lastValueFrom(flow);
    for (const first of [0, 1, 2]) await answer(first);
    expect(await done).toEqual([1, 2, 3]);
    const failed = lastValueFrom(flow);
    failed.catch(() => {});
    for (const first of [0, 1, 2]) await answer(first);
    await expect(failed).rejects.toThrow('disk full');
    await new Promise(setImmediate);
    expect(written).toEqual([0, 1, 2, 0]);
    expect(slots.freeCount).toBe(3);
  });

  test('keeps the slot of what is being written until that is done, also when its subscriber leaves', async () => {
    const { scorer, slots, answer } = manualScorer(3);
    let end: () => void = () => {};
    const subscription = from([tinyRecords(0, 3)])
      .pipe(
        batch(slots),
        forward(scorer),
        sink(() => new Promise<void>((resolve) => (end = resolve))),
      )
      .subscribe();
    for (const first of [0, 1, 2]) await answer(first);
    subscription.unsubscribe();
    expect(slots.freeCount).toBe(2);
    end();
    await new Promise(setImmediate);
    expect(slots.freeCount).toBe(3);
  });
});
