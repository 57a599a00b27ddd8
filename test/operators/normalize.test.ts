import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import type { Normalization } from '../../src/network/normalization.js';
import type { Records } from '../../src/operators/events.js';
import { normalize } from '../../src/operators/normalize.js';
import { tinyRecords } from '../helpers/records.js';

const inverted: Normalization = { scale: -1 / 255, offset: 1, transposed: false };

test('attaches the normalization and touches no pixel: never, empty, one, many, error, early leave', () => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
    ({ cold, expectObservable, expectSubscriptions }) => {
      const records: Record<string, Records> = { a: tinyRecords(0, 3), b: tinyRecords(3, 1) };
      const marked = {
        a: { ...tinyRecords(0, 3), normalization: inverted },
        b: { ...tinyRecords(3, 1), normalization: inverted },
      };
      for (const diagram of ['-', '--|', '-a-|', '-a-b-|', '-a-#']) {
        expectObservable(cold(diagram, records).pipe(normalize(inverted))).toBe(diagram, marked);
      }
      const source = cold('-a-b-|', records);
      expectObservable(source.pipe(normalize(inverted)), '^-!').toBe('-a-', marked);
      expectSubscriptions(source.subscriptions).toBe('^-!');
    },
  );
});

test('passes the very same bytes on', () => {
  const records = tinyRecords(0, 3);
  const seen: Uint8Array[] = [];
  new TestScheduler(() => {}).run(({ cold }) => {
    cold('(a|)', { a: records })
      .pipe(normalize(inverted))
      .subscribe(({ pixels }) => seen.push(pixels));
  });
  expect(seen[0]).toBe(records.pixels);
});
