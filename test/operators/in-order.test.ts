import { map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import { inOrder } from '../../src/operators/in-order.js';

/** Something with a place in the order, that counts its holders beyond who hands it on. */
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

  test('keeps what came early until its turn, and lets go of it when somebody leaves', () => {
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
