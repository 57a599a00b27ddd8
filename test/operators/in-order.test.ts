import fc from 'fast-check';
import {
  concat,
  connectable,
  filter,
  from,
  lastValueFrom,
  map,
  merge,
  type Observable,
  Subject,
  take,
  tap,
  toArray,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import type { Scorer } from '../../src/engine/open-scorer.js';
import type { Slots } from '../../src/engine/slots.js';
import { batch } from '../../src/operators/batch-records.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { manualScorer } from '../helpers/manual-scorer.js';
import { pulledRecords, tinyRecords, tinySlots } from '../helpers/records.js';

/** Something with a place in the order, that counts its holders beside the one that hands it on. */
function item(order: number) {
  return {
    order,
    held: 0,
    retain() {
      this.held++;
    },
    release() {
      this.held--;
    },
  };
}

const items = () => ({ 0: item(0), 1: item(1), 2: item(2), 3: item(3) });
const orders = map(({ order }: { order: number }) => `${order}`);

function marbles(run: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}

describe('inOrder', () => {
  test.each([
    ['-0-1-2-3-|', '-0-1-2-3-|'],
    ['-3-2-1-0-|', '-------(0123)-|'],
    ['-1-0-3-2-|', '---(01)---(23)-|'],
    ['--|', '--|'],
    ['-1-#', '---#'],
    ['-', '-'],
  ])('%s', (given, wanted) => {
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const all = items();
      // Marbles in brackets take time of their own, which what follows is early by.
      const source = cold(given, all);
      if (!wanted.includes('(')) expectObservable(source.pipe(inOrder(), orders)).toBe(wanted);
      else {
        const seen: string[] = [];
        source.pipe(inOrder(), orders).subscribe((order) => seen.push(order));
        flush();
        expect(seen).toEqual(['0', '1', '2', '3']);
      }
      if (given === '-') expectSubscriptions(source.subscriptions).toBe('^');
      flush();
      expect(Object.values(all).map(({ held }) => held)).toEqual([0, 0, 0, 0]);
    });
  });

  test('keeps what came early until its turn, and lets go of it when its subscriber leaves', () => {
    marbles(({ hot, flush }) => {
      const all = items();
      const seen: string[] = [];
      hot('-1-2-0-3-|', all)
        .pipe(inOrder(), orders, take(2))
        .subscribe((order) => {
          seen.push(order);
          expect([all[1].held, all[2].held]).toEqual(order === '0' ? [1, 1] : [1, 1]);
        });
      flush();
      expect(seen).toEqual(['0', '1']);
      expect(Object.values(all).map(({ held }) => held)).toEqual([0, 0, 0, 0]);
    });
  });
});

/** So many batches of a record each, each when a slot is free for it. */
const pulled = (slots: Slots, count: number) =>
  pulledRecords(
    slots,
    Array.from({ length: count }, (_, index) => tinyRecords(index, 1)),
  );

/** Answers each batch after so many turns of the event loop as it has a number for. */
const answering = (turns: readonly number[]): Pick<Scorer, 'score'> => ({
  score: async ({ first }) => {
    for (let turn = turns[first % turns.length]; turn > 0; turn--) await new Promise(setImmediate);
  },
});

const firsts = map(({ first }: Batch) => first);
const without = (dropped: (first: number) => boolean) => filter(({ first }: Batch) => !dropped(first));

/** What came, and what ended it. */
async function outcome(flow: Observable<number>): Promise<{ seen: number[]; error: unknown }> {
  const seen: number[] = [];
  const error = await lastValueFrom(flow.pipe(tap((first) => seen.push(first))), { defaultValue: 0 }).then(
    () => null,
    (raised: unknown) => raised,
  );
  return { seen, error };
}

const missing = (order: number) =>
  expect.objectContaining({
    code: 'USAGE',
    message: expect.stringMatching(new RegExp(`^batch ${order} never came to inOrder\\(\\): filter nothing`)),
  });

describe('a batch that is filtered out between forward and inOrder', () => {
  test('is an error that says so, where every slot waits for it', async () => {
    const { scorer, slots, answer } = manualScorer(3);
    const done = outcome(
      pulled(slots, 10).pipe(
        batch(slots),
        forward(scorer),
        without((n) => n === 1),
        inOrder(),
        firsts,
      ),
    );
    await new Promise(setImmediate);
    await answer(0);
    // Three slots, for batches 1, 2 and 3: of these 2 and 3 are answered first, and wait.
    await answer(2);
    await answer(3);
    expect(slots.freeCount).toBe(0);
    await answer(1);
    expect(await done).toEqual({ seen: [0], error: missing(1) });
    await new Promise(setImmediate);
    expect(slots.freeCount).toBe(3);
  });

  test('is one, too, when it is the first or the last', async () => {
    for (const [dropped, seen] of [
      [0, []],
      [3, [0, 1, 2]],
    ] as const) {
      const slots = tinySlots(2, 1);
      const flow = pulled(slots, 4).pipe(
        batch(slots),
        forward(answering([0])),
        without((n) => n === dropped),
        inOrder(),
        firsts,
      );
      expect(await outcome(flow)).toEqual({ seen, error: missing(dropped) });
    }
  });

  test('never makes it hang, whichever are filtered out and in whatever order they are answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ isDropped: fc.boolean(), turns: fc.nat(4) }), { minLength: 1, maxLength: 20 }),
        async (slotCount, batches) => {
          const slots = tinySlots(slotCount, 1);
          const scorer = answering(batches.map(({ turns }) => turns));
          const flow = pulled(slots, batches.length).pipe(
            batch(slots),
            forward(scorer),
            without((n) => batches[n].isDropped),
            inOrder(),
            firsts,
          );
          const { seen, error } = await outcome(flow);
          const dropped = batches.findIndex(({ isDropped }) => isDropped);
          const count = dropped === -1 ? batches.length : dropped;
          expect(seen).toEqual(Array.from({ length: count }, (_, index) => index));
          // Where none comes it cannot be told from a source without batches.
          const hasNone = batches.every(({ isDropped }) => isDropped);
          expect(error).toEqual(dropped === -1 || hasNone ? null : missing(dropped));
          while (slots.freeCount < slotCount) await new Promise(setImmediate);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('batches of more than one subscription', () => {
  test('reach two subscribers of one forward in order, each at its own pace', async () => {
    const slots = tinySlots(3, 1);
    const scored = connectable(pulled(slots, 9).pipe(batch(slots), forward(answering([4, 1, 0]))), {
      connector: () => new Subject<Batch>(),
    });
    const both = Promise.all(
      [scored, scored].map((shared) => lastValueFrom(shared.pipe(inOrder(), firsts, toArray()))),
    );
    scored.connect();
    const all = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(await both).toEqual([all, all]);
    expect(slots.freeCount).toBe(3);
  });

  test('are in order of each forward where one follows the other', async () => {
    const slots = tinySlots(3, 1);
    const flow = () => pulled(slots, 4).pipe(batch(slots), forward(answering([2, 0, 1])));
    expect(await outcome(concat(flow(), flow()).pipe(inOrder(), firsts))).toEqual({
      seen: [0, 1, 2, 3, 0, 1, 2, 3],
      error: null,
    });
  });

  test('are an error where two forwards are merged, and leave no slot behind', async () => {
    const [one, other] = [tinySlots(3, 1), tinySlots(3, 1)];
    const flow = (slots: Slots) => pulled(slots, 5).pipe(batch(slots), forward(answering([2, 0, 1])));
    const { error } = await outcome(merge(flow(one), flow(other)).pipe(inOrder(), firsts));
    expect(error).toMatchObject({ code: 'USAGE' });
    while (one.freeCount + other.freeCount < 6) await new Promise(setImmediate);
  });

  test('begin anew for each subscription', async () => {
    const slots = tinySlots(3, 1);
    const flow = from([tinyRecords(0, 3)]).pipe(batch(slots), forward(answering([2, 0])), inOrder(), firsts);
    expect([await outcome(flow), await outcome(flow)]).toEqual([
      { seen: [0, 1, 2], error: null },
      { seen: [0, 1, 2], error: null },
    ]);
  });
});
