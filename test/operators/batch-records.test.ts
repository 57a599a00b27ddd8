import { map, NEVER, of, Subject, take, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import type { Normalized, Records } from '../../src/engine/records.js';
import { batch } from '../../src/operators/batch-records.js';
import { heldFile, tinyReading, tinyRecords, tinySlots } from '../helpers/records.js';

/** What a batch holds, as text: `0+4` is four records from index 0. */
const shown = ({ first, count }: Batch) => `${first}+${count}`;

const records: Record<string, Normalized<Records>> = {
  a: tinyRecords(0, 3),
  b: tinyRecords(3, 3),
  c: tinyRecords(6, 1),
};

function marbles(run: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}

describe('batch', () => {
  test('never emits when nothing ever comes', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Normalized<Records>>('-');
      expectObservable(source.pipe(batch(tinySlots(2, 4)), map(shown))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  test('completes empty when the source is empty', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<Normalized<Records>>('--|').pipe(batch(tinySlots(2, 4)), map(shown))).toBe('--|');
    });
  });

  test('emits the one batch there is at the end', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a--|', records);
      expectObservable(source.pipe(batch(tinySlots(2, 4)), map(shown))).toBe('----(x|)', { x: '0+3' });
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  test('emits a batch the moment it is full, records straddling into the next', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('-a-b-c-|', records);
      const expected = { x: '0+4', y: '4+3' };
      expectObservable(source.pipe(batch(tinySlots(2, 4)), map(shown))).toBe('---x---(y|)', expected);
    });
  });

  test('emits several at once when records fill several', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('-(a|)', records);
      const expected = { x: '0+1', y: '1+1', z: '2+1' };
      expectObservable(source.pipe(batch(tinySlots(1, 1)), map(shown))).toBe('-(xyz|)', expected);
    });
  });

  test('hands an error on at once and gives the open slot back', () => {
    marbles(({ cold, expectObservable, flush }) => {
      const slots = tinySlots(2, 4);
      expectObservable(cold('-a-#', records).pipe(batch(slots), map(shown))).toBe('---#');
      flush();
      expect(slots.freeCount).toBe(2);
    });
  });

  test('ends a batch where the brightness of a pixel changes', () => {
    marbles(({ cold, expectObservable }) => {
      const [a, b] = [tinyRecords(0, 1), tinyRecords(1, 1)];
      const dark = { ...b, normalization: { ...b.normalization, scale: 1 } };
      const source = cold('-(ab)-|', { a, b: dark });
      expectObservable(source.pipe(batch(tinySlots(3, 4)), map(shown))).toBe('-x----(y|)', {
        x: '0+1',
        y: '1+1',
      });
    });
  });

  test('gives the open slot back when a subscriber leaves early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const slots = tinySlots(2, 4);
      const source = cold('-a-b-c-|', records);
      expectObservable(source.pipe(batch(slots), map(shown)), '^-!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      flush();
      expect(slots.freeCount).toBe(2);
    });
  });

  test('sends a batch off when its first record has waited long enough', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('a 20ms b 100ms c 10ms |', records);
      const batches = source.pipe(batch(tinySlots(3, 100), { maxWaitMs: 50 }), map(shown));
      expectObservable(batches).toBe('50ms x 82ms (y|)', { x: '0+6', y: '6+1' });
    });
  });

  test('does not send a batch off for the age of one that was full before', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('a 39ms b 100ms |', records);
      const batches = source.pipe(batch(tinySlots(3, 4), { maxWaitMs: 50 }), map(shown));
      expectObservable(batches).toBe('40ms x 49ms y 50ms |', { x: '0+4', y: '4+2' });
    });
  });

  test('copies pixels and labels, so that the source may use its buffer again', () => {
    const copies: number[][] = [];
    const source = new Subject<Normalized<Records>>();
    source.pipe(batch(tinySlots(2, 4))).subscribe(({ pixels, labels }) => {
      copies.push([...pixels], [...(labels ?? [])]);
    });
    const shared = tinyRecords(0, 3);
    source.next(shared);
    shared.pixels.fill(9);
    source.next(tinyRecords(3, 1));
    expect(copies).toEqual([
      [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
      [0, 1, 2, 0],
    ]);
  });

  test('keeps state per subscription', () => {
    const batches = of(tinyRecords(0, 3)).pipe(batch(tinySlots(1, 4)), map(shown));
    const seen: string[] = [];
    batches.subscribe((text) => seen.push(text));
    batches.subscribe((text) => seen.push(text));
    expect(seen).toEqual(['0+3', '0+3']);
  });

  test('raises a coded error when records come that the slots have no room for', () => {
    const slots = tinySlots(1, 2);
    let code: unknown;
    of(tinyRecords(0, 4))
      .pipe(batch(slots))
      .subscribe({ next: (kept) => kept.retain(), error: (error) => (code = error.code) });
    expect(code).toBe('POOL_BUSY');
  });

  test('refuses records of another size than the slots are made for', () => {
    const slots = tinySlots(2, 4);
    let error: unknown;
    of({ ...tinyRecords(0, 2), pixels: new Uint8Array(6) })
      .pipe(batch(slots))
      .subscribe({ error: (raised) => (error = raised) });
    expect(error).toMatchObject({
      code: 'INPUT_SIZE',
      message: expect.stringContaining('expected 4 pixels'),
    });
    expect(slots.freeCount).toBe(2);
  });

  test('leaves records alone that lie where they belong, and copies all others', () => {
    const slots = tinySlots(2, 4);
    const room = slots.room(tinyReading);
    room.set(tinyRecords(0, 3).pixels);
    const seen: number[][] = [];
    of({ ...tinyRecords(0, 3), pixels: room.subarray(0, 12) }, tinyRecords(3, 1))
      .pipe(batch(slots))
      .subscribe(({ pixels }) => seen.push([...pixels]));
    expect(seen).toEqual([[0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]]);
  });

  test('makes one batch of extents that follow each other in one file, and another of any other', () => {
    const slots = tinySlots(4, 4);
    const extent = (fd: number, position: number) => ({
      fd,
      position,
      name: 'x',
      file: heldFile(fd),
      truncated: 'IDX_TRUNCATED' as const,
    });
    const records = (first: number, count: number, fd: number, position: number) => {
      const pixels = slots.room(tinyReading).subarray(0, count * 4);
      return { ...tinyRecords(first, count), pixels, extent: extent(fd, position) };
    };
    const source = new Subject<Normalized<Records>>();
    const seen: string[] = [];
    source.pipe(batch(slots)).subscribe((made) => {
      const position = 'extent' in made.task ? made.task.extent?.position : undefined;
      seen.push(`${shown(made)} at ${position}`);
    });
    source.next(records(0, 2, 7, 100));
    source.next(records(2, 1, 7, 108));
    expect(seen).toEqual([]);
    source.next({ ...tinyRecords(3, 1) });
    source.complete();
    expect(seen).toEqual(['0+3 at 100', '3+1 at undefined']);
  });

  test('leaks no slot to a take, a filter or an error further down', () => {
    const slots = tinySlots(3, 1);
    of(tinyRecords(0, 3)).pipe(batch(slots), take(1)).subscribe();
    expect(slots.freeCount).toBe(3);
    of(tinyRecords(0, 3))
      .pipe(
        batch(slots),
        map(() => {
          throw new Error('downstream');
        }),
      )
      .subscribe({ error: () => {} });
    expect(slots.freeCount).toBe(3);
    NEVER.pipe(batch(slots)).subscribe().unsubscribe();
    throwError(() => new Error('upstream'))
      .pipe(batch(slots))
      .subscribe({ error: () => {} });
    expect(slots.freeCount).toBe(3);
  });
});
