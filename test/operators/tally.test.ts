import { filter, lastValueFrom, type Observable, of, toArray } from 'rxjs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import { openScorer } from '../../src/engine/open-scorer.js';
import type { Normalized, Records } from '../../src/engine/records.js';
import { DigitflowError } from '../../src/errors.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { tally } from '../../src/operators/tally.js';
import {
  placeAt,
  pulledRecords,
  TINY_DIALECT,
  tinyNetwork,
  tinyRecords,
  tinyText,
} from '../helpers/records.js';

describe('tally', async () => {
  const images = await openScorer(tinyNetwork, { workers: 0, batchSize: 4 });
  const rows = await openScorer(tinyNetwork, { workers: 0, isText: true });
  afterAll(() => Promise.all([images.close(), rows.close()]));

  const scored = (...all: Normalized<Records>[]): Observable<Batch> =>
    pulledRecords(images.slots, all).pipe(batch(images.slots), forward(images));
  const scoredText = (...all: Normalized<Records>[]): Observable<Batch> =>
    pulledRecords(rows.slots, all).pipe(batch(rows.slots), forward(rows), inOrder());
  const accepting = accept({ accept: () => placeAt(0) });

  test('learns the number of classes and the kind of outputs from what it is given', async () => {
    const counted = await lastValueFrom(scored(tinyRecords(0, 4), tinyRecords(4, 3)).pipe(tally()));
    expect(counted.images).toBe(7);
    expect(counted.confusion?.classes).toBe(3);
    expect(counted.outputsAreProbabilities).toBe(true);
  });

  test('emits the running tally after every batch', async () => {
    const seen: number[] = [];
    await scored(tinyRecords(0, 4), tinyRecords(4, 3))
      .pipe(tally())
      .forEach(({ images: count }) => {
        seen.push(count);
      });
    expect(seen).toEqual([4, 7]);
  });

  test('counts anew for each subscription', async () => {
    const counted = scored(tinyRecords(0, 4)).pipe(tally());
    const twice = [await lastValueFrom(counted), await lastValueFrom(counted)];
    expect(twice.map(({ images: count }) => count)).toEqual([4, 4]);
    expect(await lastValueFrom(of<Batch>().pipe(tally(), toArray()))).toEqual([]);
  });

  test('may stand after a filter, in any order', async () => {
    const flow = scored(tinyRecords(0, 4), tinyRecords(4, 3)).pipe(
      filter(({ first }) => first === 4),
      tally(),
    );
    expect((await lastValueFrom(flow)).images).toBe(3);
    expect(images.slots.freeCount).toBe(images.slots.count);
  });

  test('refuses images and rows without labels', async () => {
    const refused = { code: 'LABELS_MISSING', message: expect.stringContaining('records 0 to 2') };
    const unlabelled = { ...tinyRecords(0, 3), labels: null };
    await expect(lastValueFrom(scored(unlabelled).pipe(tally()))).rejects.toMatchObject(refused);
    const dialect = { ...TINY_DIALECT, columnCount: 4, firstPixel: 0, label: null };
    const text = tinyText('1,2,3,4\n1,2,3,4\n1,2,3,4\n', { dialect });
    await expect(lastValueFrom(scoredText(text).pipe(accepting, tally()))).rejects.toMatchObject(refused);
  });

  test('refuses another number of classes than it was told', async () => {
    const counted = scored(tinyRecords(0, 3)).pipe(tally({ classes: 10 }));
    await expect(lastValueFrom(counted)).rejects.toMatchObject({ code: 'INPUT_SIZE' });
  });

  test('refuses rows of text that have not passed accept, whether one of them is a mistake or not', async () => {
    const text = tinyText('0,1,2,3,4\n1,1,2,3,4\n');
    for (const mistakes of [0, 5]) {
      await expect(lastValueFrom(scoredText(text).pipe(tally({ mistakes })))).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('put inOrder() and accept() first'),
      });
    }
    expect((await lastValueFrom(scoredText(text).pipe(accepting, tally()))).images).toBe(2);
    expect(rows.slots.freeCount).toBe(rows.slots.count);
  });

  test('raises what ended the input: a part of it is never counted as if it were all', async () => {
    const fault = new DigitflowError('GZIP_BROKEN', 'x: broken');
    const broken = { ...tinyRecords(3, 0), labels: null, fault };
    await expect(lastValueFrom(scored(tinyRecords(0, 3), broken).pipe(tally()))).rejects.toBe(fault);
    const alone = { ...tinyRecords(4, 0), labels: null, fault };
    await expect(lastValueFrom(scored(tinyRecords(0, 4), alone).pipe(tally()))).rejects.toBe(fault);
    expect(images.slots.freeCount).toBe(images.slots.count);
  });

  test('raises the first bad row of text', async () => {
    const text = tinyText('0,1,2,3,4\n1,1,2,x,4\n2,1,2,3\n');
    await expect(lastValueFrom(scoredText(text).pipe(accepting, tally()))).rejects.toMatchObject({
      code: 'CSV_ROW',
      message: expect.stringMatching(/^x: line 2: /),
    });
  });
});
