import { from, lastValueFrom, type Observable, of, Subject, tap, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterAll, describe, expect, test } from 'vitest';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import type { Batch } from '../../src/engine/batch.js';
import { openScorer } from '../../src/engine/open-scorer.js';
import type { Normalized, Records } from '../../src/engine/records.js';
import { DigitflowError } from '../../src/errors.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { takeRecords, takeScored } from '../../src/operators/take-records.js';
import {
  placeAt,
  pulledRecords,
  testReading,
  tinyNetwork,
  tinyRecords,
  tinyText,
} from '../helpers/records.js';

const records: Record<string, Records> = {
  a: tinyRecords(0, 3),
  b: tinyRecords(3, 3),
  c: tinyRecords(3, 1),
};

function marbles(run: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}

describe('takeRecords', () => {
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

  test('lets rows of text pass, which are counted once they are scored', () => {
    const seen: Records[] = [];
    const rows = [tinyText('0,1,2,3,4\n'), tinyText('1,1,2,3,4\n')];
    from(rows)
      .pipe(takeRecords(1))
      .subscribe((found) => seen.push(found));
    expect(seen).toEqual(rows);
  });
});

describe('takeScored', async () => {
  const scorers = {
    images: await openScorer(tinyNetwork, { workers: 0, batchSize: 4 }),
    rows: await openScorer(tinyNetwork, { workers: 0, isText: true }),
  };
  afterAll(() => Promise.all(Object.values(scorers).map((scorer) => scorer.close())));
  const { slots } = scorers.images;
  const fault = new DigitflowError('GZIP_BROKEN', 'x: broken');
  const faultAt = (first: number): Normalized<Records> => ({ ...tinyRecords(first, 0), labels: null, fault });

  /** Batches of four images, or those of text, numbered as they come. */
  function scored(source: Observable<Normalized<Records>>, scorer = scorers.images): Observable<Batch> {
    let row = 0;
    const acceptor = {
      accept: ({ count, scored: { rejects } }: Batch) => {
        const place = placeAt(row);
        row += count + rejects;
        return place;
      },
    };
    return source.pipe(batch(scorer.slots), forward(scorer), inOrder(), accept(acceptor));
  }

  /** What is handed on, copied, and what ended it: `first+count`, `counted` where its worker has counted it. */
  async function taken(source: Observable<ScoredRecords>): Promise<string[]> {
    const seen: string[] = [];
    const look = ({ first, count, counts, predictions, labels }: ScoredRecords) => {
      expect(predictions.length).toBeGreaterThanOrEqual(count);
      expect(labels?.length).toBeGreaterThanOrEqual(count);
      seen.push(`${first}+${count}${counts === undefined ? '' : ' counted'}`);
    };
    return lastValueFrom(source.pipe(tap(look), toArray())).then(
      () => [...seen, 'complete'],
      (error) => [...seen, error.code],
    );
  }

  test.each([
    ['no limit', undefined, ['0+4 counted', '4+4 counted', '8+1 counted', 'complete']],
    ['the middle of a batch', 6, ['0+4 counted', '4+2', 'complete']],
    ['the end of a batch', 8, ['0+4 counted', '4+4 counted', 'complete']],
    ['as many as there are', 9, ['0+4 counted', '4+4 counted', '8+1 counted', 'complete']],
    ['more than there are', 100, ['0+4 counted', '4+4 counted', '8+1 counted', 'complete']],
    ['none', 0, ['complete']],
  ])('hands on the first records: %s', async (_, limit, expected) => {
    expect(
      await taken(
        scored(pulledRecords(slots, [tinyRecords(0, 4), tinyRecords(4, 4), tinyRecords(8, 1)])).pipe(
          takeScored(limit),
        ),
      ),
    ).toEqual(expected);
    expect(slots.freeCount).toBe(slots.count);
  });

  test('shows the very verdicts of those that it hands on, and their pixels', async () => {
    let [whole, cut]: { predictions: number[]; labels: number[]; pixels: number[] }[] = [];
    const copy = (records: ScoredRecords) => ({
      predictions: [...records.predictions.subarray(0, 2)],
      labels: [...(records.labels?.subarray(0, 2) ?? [])],
      pixels: [...records.pixelsOf(1)],
    });
    await lastValueFrom(
      scored(of(tinyRecords(0, 4))).pipe(
        tap((records) => {
          whole = copy(records);
        }),
        takeScored(2),
        tap((records) => {
          cut = copy(records);
        }),
      ),
    );
    expect(cut).toEqual(whole);
  });

  test('leaves its source when the first record after the last that is wanted comes, and not before', async () => {
    const source = new Subject<Normalized<Records>>();
    const done = taken(scored(source).pipe(takeScored(4)));
    source.next(tinyRecords(0, 4));
    await new Promise(setImmediate);
    expect(source.observed).toBe(true);
    source.next(tinyRecords(4, 4));
    await new Promise(setImmediate);
    expect(source.observed).toBe(false);
    expect(await done).toEqual(['0+4 counted', 'complete']);
  });

  test.each([
    [4, ['0+4 counted', 'complete']],
    [5, ['0+4 counted', '4+1', 'complete']],
    [6, ['0+4 counted', '4+2 counted', 'complete']],
    [7, ['0+4 counted', 'GZIP_BROKEN']],
    [undefined, ['0+4 counted', 'GZIP_BROKEN']],
  ])(
    'of six images and a broken end raises what is wrong only where %s are wanted',
    async (limit, expected) => {
      const source = of(tinyRecords(0, 6), faultAt(6));
      expect(await taken(scored(source).pipe(takeScored(limit)))).toEqual(expected);
    },
  );

  test.each([
    [4, ['0+4 counted', 'complete']],
    [5, ['0+4 counted', 'GZIP_BROKEN']],
  ])('the same where it comes in a batch of its own: %s of four images', async (limit, expected) => {
    const source = of(tinyRecords(0, 4), faultAt(4));
    expect(await taken(scored(source).pipe(takeScored(limit)))).toEqual(expected);
  });

  const rows = tinyText('0,1,2,3,4\n1,1,2,3,4\n2,1,2,x,4\n0,1,2,3,4\n');
  test.each([
    [1, ['0+1', 'complete']],
    [2, ['0+2', 'complete']],
    [3, ['CSV_ROW']],
    [undefined, ['CSV_ROW']],
  ])('of four rows, the third of them bad, raises it only where %s are wanted', async (limit, expected) => {
    expect(await taken(scored(of(rows), scorers.rows).pipe(takeScored(limit)))).toEqual(expected);
  });

  test('tells a bad label from a bad row, and where it stands', async () => {
    const bad = tinyText('0,1,2,3,4\n7,1,2,3,4\n');
    await expect(lastValueFrom(scored(of(bad), scorers.rows).pipe(takeScored()))).rejects.toMatchObject({
      code: 'LABEL_OUT_OF_RANGE',
      message: expect.stringMatching(/^x: line 2: .*; fix the row, or say with --label-map what it is$/),
    });
  });

  test('passes over text without rows, as after the last one', async () => {
    const reading = testReading({ dialect: rows.reading.dialect });
    const source = of(
      tinyText('0,1,2,3,4\n', { reading, endsBatch: true }),
      tinyText('\n\n', { reading, position: 10 }),
    );
    expect(await taken(scored(source, scorers.rows).pipe(takeScored(1)))).toEqual([
      '0+1 counted',
      '1+0 counted',
      'complete',
    ]);
  });
});
