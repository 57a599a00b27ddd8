import { concatMap, map, type OperatorFunction, of, pipe, Subject, skip } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { together } from '../../src/operators/together.js';

/** Something that counts its holders beside the one that hands it on. */
class Item {
  held = 0;
  constructor(readonly value: number) {}
  retain(): void {
    this.held++;
  }
  release(): void {
    this.held--;
  }
}

/** What a branch makes of numbers: an item each, which it hands on at once, or when its turn has come. */
function branch(all: Item[], late?: Subject<void>): OperatorFunction<number, Item> {
  const made = (value: number): Item => {
    const item = new Item(value);
    all.push(item);
    return item;
  };
  return late === undefined
    ? map(made)
    : concatMap((value) => {
        const turn = new Subject<Item>();
        late.subscribe(() => {
          if (turn.closed || !turn.observed) return;
          turn.next(made(value));
          turn.complete();
        });
        return turn;
      });
}

const valuesOf = (items: readonly Item[]) => items.map(({ value }) => value);

describe('together', () => {
  test('hands on what all branches made of the same, and keeps what comes early', () => {
    const [source, turn] = [new Subject<number>(), new Subject<void>()];
    const all: Item[] = [];
    const seen: number[][] = [];
    const ends: string[] = [];
    const heldThen: number[] = [];
    source.pipe(together(branch(all), branch(all, turn))).subscribe({
      next: (items) => {
        seen.push(valuesOf(items));
        heldThen.push(...items.map(({ held }) => held));
      },
      complete: () => ends.push('complete'),
    });
    for (const value of [1, 2, 3]) source.next(value);
    expect(seen).toEqual([]);
    expect(all.map(({ held }) => held)).toEqual([1, 1, 1]);
    turn.next();
    expect(seen).toEqual([[1, 1]]);
    source.complete();
    turn.next();
    expect(ends).toEqual([]);
    turn.next();
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(heldThen).toEqual([1, 1, 1, 1, 1, 1]);
    expect(ends).toEqual(['complete']);
    expect(all.every(({ held }) => held === 0)).toBe(true);
  });

  test('subscribes to the source once, and to the branches in their order', () => {
    const order: string[] = [];
    const source = of(1, 2);
    const named = (name: string): OperatorFunction<number, Item> =>
      map((value) => {
        order.push(`${name}${value}`);
        return new Item(value);
      });
    source.pipe(together(named('a'), named('b'), named('c'))).subscribe();
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  test.each(['unsubscribing', 'an error'])('lets go of all that waits: %s', (how) => {
    const source = new Subject<number>();
    const all: Item[] = [];
    const errors: unknown[] = [];
    const subscription = source
      .pipe(together(branch(all), branch(all, new Subject())))
      .subscribe({ error: (error) => errors.push(error) });
    source.next(1);
    expect(all.map(({ held }) => held)).toEqual([1]);
    if (how === 'unsubscribing') subscription.unsubscribe();
    else source.error(new Error('broken'));
    expect(all.map(({ held }) => held)).toEqual([0]);
    expect(errors).toEqual(how === 'unsubscribing' ? [] : [new Error('broken')]);
  });

  test('lets go of the others where the subscriber leaves within next', () => {
    const source = new Subject<number>();
    const all: Item[] = [];
    const subscription = source.pipe(together(branch(all), branch(all))).subscribe(() => {
      subscription.unsubscribe();
      expect(all.map(({ held }) => held)).toEqual([1, 1]);
    });
    source.next(1);
    expect(all.map(({ held }) => held)).toEqual([0, 0]);
  });

  test('refuses branches of which one has more than another', () => {
    const errors: unknown[] = [];
    const all: Item[] = [];
    of(1, 2)
      .pipe(together(branch(all), pipe(skip(1), branch(all))))
      .subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual([new TypeError('expected as many batches in each branch')]);
    expect(all.every(({ held }) => held === 0)).toBe(true);
  });
});
