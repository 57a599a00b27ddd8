import fc from 'fast-check';
import { from, lastValueFrom, map, type Observable, of, Subject, take, throwError, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type LabelFormat, labelFormat } from '../../src/formats/labels.js';
import { decode } from '../../src/operators/decode.js';
import type { Chunk, RecordFormat, Records } from '../../src/operators/events.js';
import { failureOf } from '../inputs/failure-of.js';

const U8 = labelFormat({ type: 'u8', littleEndian: false }, 1, 'index');

/** Images of 1 x 2 pixels. */
const formatOf = (count: number, label: LabelFormat | null = null): RecordFormat => ({
  height: 1,
  width: 2,
  count,
  label,
  imagesName: 'x',
  labelsName: 'y',
});
const chunk = (images: number[], labels?: number[]): Chunk => ({
  images: Uint8Array.from(images),
  labels: labels && Uint8Array.from(labels),
});

/** Records with their views copied, as they must be before `next` returns. */
const copied = (records: Observable<Records>) =>
  records.pipe(
    map(({ first, count, pixels, labels }) => ({
      first,
      count,
      pixels: [...pixels],
      labels: labels && [...labels],
    })),
  );

const records = (first: number, pixels: number[], labels: number[] | null = null) => ({
  first,
  count: pixels.length / 2,
  pixels,
  labels,
});

const run = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

const decodeAll = (chunks: readonly Chunk[], format: RecordFormat, classCount = 10) =>
  lastValueFrom(copied(from(chunks).pipe(decode(format, classCount))).pipe(toArray()));

describe('decode in time', () => {
  it('stays silent while nothing comes', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold<Chunk>('-----');
      expectObservable(chunks.pipe(decode(formatOf(1), 10)), '^---!').toBe('-----');
      expectSubscriptions(chunks.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source that announced nothing', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold<Chunk>('--|');
      expectObservable(chunks.pipe(decode(formatOf(0), 10))).toBe('--|');
      expectSubscriptions(chunks.subscriptions).toBe('^-!');
    });
  });

  it('gives one chunk of whole records as one event', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-a-|', { a: chunk([1, 2, 3, 4], [7, 8]) });
      const expected = { r: records(0, [1, 2, 3, 4], [7, 8]) };
      expectObservable(copied(chunks.pipe(decode(formatOf(2, U8), 10)))).toBe('-r-|', expected);
      expectSubscriptions(chunks.subscriptions).toBe('^--!');
    });
  });

  it('gives a record that straddles chunks alone, when it ends', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-a-b---(c|)', {
        a: chunk([1, 2, 3], [7]),
        b: chunk([4, 5, 6, 7], [8, 9]),
        c: chunk([8], [0]),
      });
      const expected = {
        r: records(0, [1, 2], [7]),
        s: records(1, [3, 4], [8]),
        t: records(2, [5, 6], [9]),
        u: records(3, [7, 8], [0]),
      };
      expectObservable(copied(chunks.pipe(decode(formatOf(4, U8), 10)))).toBe('-r-(st)(u|)', expected);
      expectSubscriptions(chunks.subscriptions).toBe('^------!');
    });
  });

  it('passes an error of the source on, and says nothing of missing records', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-a-#', { a: chunk([1, 2]) });
      expectObservable(copied(chunks.pipe(decode(formatOf(9), 10)))).toBe('-r-#', { r: records(0, [1, 2]) });
      expectSubscriptions(chunks.subscriptions).toBe('^--!');
    });
  });

  it('unsubscribes from the source at once, also between two events of one chunk', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-a-b-c-|', { a: chunk([1]), b: chunk([2, 3, 4]), c: chunk([5, 6]) });
      expectObservable(copied(chunks.pipe(decode(formatOf(9), 10), take(1)))).toBe('---(r|)', {
        r: records(0, [1, 2]),
      });
      expectSubscriptions(chunks.subscriptions).toBe('^--!');
    });
  });

  it('unsubscribes from the source when a label is bad', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-a-b-|', { a: chunk([1, 2], [10]), b: chunk([3, 4], [1]) });
      const coded = chunks.pipe(decode(formatOf(2, U8), 10));
      const codes = new Subject<string>();
      coded.subscribe({ error: ({ code }) => codes.next(code) });
      expectObservable(codes).toBe('-e', { e: 'LABEL_OUT_OF_RANGE' });
      expectSubscriptions(chunks.subscriptions).toBe('^!');
    });
  });
});

describe('decode', () => {
  it('finds the same records however the bytes are cut', async () => {
    const shape = fc.record({
      height: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 0, max: 12 }),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 15 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ height, width, count, cuts }) => {
        const recordBytes = height * width;
        const pixels = Uint8Array.from({ length: count * recordBytes }, (_, index) => index);
        const labels = Uint8Array.from({ length: count }, (_, index) => index % 10);
        const ends = [...cuts.map((cut) => Math.floor(cut * pixels.length)), pixels.length].sort(
          (a, b) => a - b,
        );
        // One buffer for all chunks, as a reader has it: a view that was kept too long would be overwritten.
        const shared = new Uint8Array(pixels.length);
        let begin = 0;
        const chunks = (function* () {
          for (const end of ends) {
            shared.fill(255);
            shared.set(pixels.subarray(begin, end));
            const ended = labels.subarray(Math.floor(begin / recordBytes), Math.floor(end / recordBytes));
            yield { images: shared.subarray(0, end - begin), labels: ended };
            begin = end;
          }
        })();
        const format = { ...formatOf(count, U8), height, width };
        const found = await lastValueFrom(copied(from(chunks).pipe(decode(format, 10))).pipe(toArray()));
        expect(found.flatMap((event) => event.pixels)).toEqual([...pixels]);
        expect(found.flatMap((event) => event.labels)).toEqual([...labels]);
        let next = 0;
        for (const event of found) {
          expect(event.first).toBe(next);
          expect(event.pixels).toHaveLength(event.count * recordBytes);
          expect(event.labels).toHaveLength(event.count);
          next += event.count;
        }
        expect(next).toBe(count);
      }),
    );
  });

  it('does not copy the records that lie in one chunk', async () => {
    const images = Uint8Array.of(1, 2, 3, 4);
    const [event] = await lastValueFrom(of({ images }).pipe(decode(formatOf(2), 10), toArray()));
    expect(event.pixels.buffer).toBe(images.buffer);
  });

  it('keeps the state of each subscription apart', async () => {
    const decoded = copied(from([chunk([1]), chunk([2, 3, 4])]).pipe(decode(formatOf(2), 10)));
    const twice = await Promise.all([
      lastValueFrom(decoded.pipe(toArray())),
      lastValueFrom(decoded.pipe(toArray())),
    ]);
    expect(twice[1]).toEqual(twice[0]);
    expect(twice[0]).toEqual([records(0, [1, 2]), records(1, [3, 4])]);
  });

  it('says which label of which record is bad', async () => {
    const chunks = [chunk([1, 2], [5]), chunk([3, 4, 5, 6], [5, 10])];
    const error = await failureOf(() => decodeAll(chunks, formatOf(3, U8)));
    expect(error.code).toBe('LABEL_OUT_OF_RANGE');
    expect(error.message).toMatch(/^y: record 2: expected a label from 0 to 9 .*, found 10;/);
  });

  it('says in which record the bytes ended', async () => {
    const error = await failureOf(() => decodeAll([chunk([1, 2, 3])], formatOf(4)));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toMatch(/^x: cut off in record 1: expected 4 records, 8 bytes, found 3 bytes/);
  });

  it('says so too when no byte came', async () => {
    expect((await failureOf(() => decodeAll([], formatOf(1)))).code).toBe('IDX_TRUNCATED');
  });

  it('refuses more bytes than were announced', async () => {
    const error = await failureOf(() => decodeAll([chunk([1, 2]), chunk([3])], formatOf(1)));
    expect(error.code).toBe('IDX_TRAILING_BYTES');
    expect(error.message).toContain('expected 1 records, 2 bytes');
  });

  it.each([[undefined], [[1]], [[1, 2, 3]]])(
    'refuses a chunk of two records with the labels %j',
    async (labels) => {
      const error = await failureOf(() => decodeAll([chunk([1, 2, 3, 4], labels)], formatOf(2, U8)));
      expect(error.code).toBe('IDX_TRUNCATED');
      expect(error.message).toContain('expected 2 bytes of labels from record 0 on');
    },
  );

  it('reports an error that comes before any chunk unchanged', async () => {
    const broken = new Error('broken');
    await expect(lastValueFrom(throwError(() => broken).pipe(decode(formatOf(1), 10)))).rejects.toBe(broken);
  });
});
