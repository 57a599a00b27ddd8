import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import type { Records } from '../../src/engine/records.js';
import { takeRecords } from '../../src/operators/take-records.js';
import { tinyRecords } from '../helpers/records.js';

const records: Record<string, Records> = {
  a: tinyRecords(0, 3),
  b: tinyRecords(3, 3),
  c: tinyRecords(3, 1),
};

function marbles(run: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}

test('lets all pass when there are no more than the limit', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a-b-|', records);
    expectObservable(source.pipe(takeRecords(7))).toBe('-a-b-|', records);
    expectSubscriptions(source.subscriptions).toBe('^----!');
  });
});

test('cuts the records that go beyond the limit and leaves the source there and then', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a-b-|', records);
    expectObservable(source.pipe(takeRecords(4))).toBe('-a-(c|)', records);
    expectSubscriptions(source.subscriptions).toBe('^--!');
  });
});

test('leaves the source when a whole event reaches the limit', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a-b-|', records);
    expectObservable(source.pipe(takeRecords(3))).toBe('-(a|)', records);
    expectSubscriptions(source.subscriptions).toBe('^!');
  });
});

test('does not even begin to read for a limit of 0', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a-b-|', records);
    expectObservable(source.pipe(takeRecords(0))).toBe('|');
    expectSubscriptions(source.subscriptions).toBe([]);
  });
});

test('counts anew for every subscriber, hands errors on, and waits on a source that never ends', () => {
  marbles(({ cold, expectObservable }) => {
    const limited = cold('-a-#', records).pipe(takeRecords(4));
    expectObservable(limited).toBe('-a-#', records);
    expectObservable(limited).toBe('-a-#', records);
    expectObservable(cold<Records>('-').pipe(takeRecords(4))).toBe('-');
    expectObservable(cold<Records>('|').pipe(takeRecords(4))).toBe('|');
  });
});
