import { of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import type { Records } from '../../src/engine/records.js';
import { type Normalization, UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { normalize, orientedAs } from '../../src/operators/normalize.js';
import { testReading, tinyRecords } from '../helpers/records.js';

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
      .subscribe((normalized) => {
        if ('pixels' in normalized) seen.push(normalized.pixels);
      });
  });
  expect(seen[0]).toBe(records.pixels);
});

test.each([
  ['turned where rows say so', true, false, true],
  ['not turned where a flag says so, whatever the network is used to', false, true, false],
  ['as the network takes them where the input does not say', null, true, true],
] as const)('images are %s', (_, transposed, own, expected) => {
  const normalization = { ...UNIT_BRIGHTNESS, transposed: own };
  expect(orientedAs({ transposed }, normalization)).toEqual({ ...UNIT_BRIGHTNESS, transposed: expected });
  let given: Normalization | undefined;
  of(tinyRecords(0, 1, testReading({ transposed })))
    .pipe(normalize(normalization))
    .subscribe((records) => {
      given = records.normalization;
    });
  expect(given?.transposed).toBe(expected);
});
