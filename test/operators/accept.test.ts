import { concat, lastValueFrom, map, of, throwError, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { placeAt, tinyRecords, tinySlots } from '../helpers/records.js';

/** Three batches of one record each, made of all slots. */
function threeBatches() {
  const slots = tinySlots(3, 1);
  return { slots, batches: of(tinyRecords(0, 3)).pipe(batch(slots)) };
}

test('says where each batch lies that counts, and lets go of all others', async () => {
  const { slots, batches } = threeBatches();
  const asked: number[] = [];
  const acceptor = {
    accept: (given: Batch) => {
      asked.push(given.first);
      return given.first === 1 ? null : placeAt(given.first + 100);
    },
  };
  const places = batches.pipe(
    accept(acceptor),
    map(({ place, first }) => [place?.firstRow, first]),
    toArray(),
  );
  expect(await lastValueFrom(places)).toEqual([
    [100, 100],
    [102, 102],
  ]);
  expect(asked).toEqual([0, 1, 2]);
  expect(slots.freeCount).toBe(3);
});

test('a batch that does not count any more has no place', async () => {
  const { batches } = threeBatches();
  const places: unknown[] = [];
  await batches.pipe(accept({ accept: () => placeAt(7) })).forEach((given) => {
    places.push(given.place);
    of(given)
      .pipe(accept({ accept: () => null }))
      .subscribe();
    places.push(given.place);
  });
  expect(places).toEqual([placeAt(7), undefined, placeAt(7), undefined, placeAt(7), undefined]);
});

test('hands errors on: those of the source, and those of the inputs', async () => {
  const { slots, batches } = threeBatches();
  const broken = new Error('broken');
  const failing = concat(
    batches,
    throwError(() => broken),
  );
  await expect(lastValueFrom(failing.pipe(accept({ accept: () => placeAt(0) })))).rejects.toBe(broken);
  const refusing = {
    accept: () => {
      throw broken;
    },
  };
  await expect(lastValueFrom(batches.pipe(accept(refusing)))).rejects.toBe(broken);
  expect(slots.freeCount).toBe(3);
});
