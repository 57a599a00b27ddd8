import { from, lastValueFrom, map, type Observable, take, throwError, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Piece, Reading, Records } from '../../src/engine/records.js';
import { LabelReader } from '../../src/formats/label-reader.js';
import { labelFormat } from '../../src/formats/labels.js';
import { RecordCutter } from '../../src/inputs/pixel-input.js';
import { decode } from '../../src/operators/decode.js';
import { testReading } from '../helpers/records.js';

const U8 = labelFormat({ type: 'u8', littleEndian: false }, 1, 'index');

/** A pass over images of 1 x 2 pixels. */
function readingOf(isLabelled = false): Reading {
  const labels = isLabelled ? new LabelReader(U8, Array.from('0123456789'), 'y') : null;
  const cutter = new RecordCutter({ storedBytes: 2 }, labels);
  return testReading({ storedBytes: 2, decode: (piece) => cutter.cut(piece) });
}

const piece = (reading: Reading, bytes: number[], labels?: number[]): Piece => ({
  reading,
  bytes: Uint8Array.from(bytes),
  labels: labels && Uint8Array.from(labels),
});

/** Records with their views copied, as they must be before `next` returns. */
const copied = (all: Observable<Records>) =>
  all.pipe(
    map((found) => {
      if ('text' in found) return expect.fail('these are no rows of text');
      const { first, count, pixels, labels } = found;
      return { first, count, pixels: [...pixels], labels: labels && [...labels] };
    }),
  );

const records = (first: number, pixels: number[], labels: number[] | null = null) => ({
  first,
  count: pixels.length / 2,
  pixels,
  labels,
});

const run = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

describe('decode in time', () => {
  it('stays silent while nothing comes', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const pieces = cold<Piece>('-----');
      expectObservable(pieces.pipe(decode()), '^---!').toBe('-----');
      expectSubscriptions(pieces.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const pieces = cold<Piece>('--|');
      expectObservable(pieces.pipe(decode())).toBe('--|');
      expectSubscriptions(pieces.subscriptions).toBe('^-!');
    });
  });

  it('gives one piece of whole records as one event', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const pieces = cold('-a-|', { a: piece(readingOf(true), [1, 2, 3, 4], [7, 8]) });
      const expected = { r: records(0, [1, 2, 3, 4], [7, 8]) };
      expectObservable(copied(pieces.pipe(decode()))).toBe('-r-|', expected);
      expectSubscriptions(pieces.subscriptions).toBe('^--!');
    });
  });

  it('gives a record that straddles pieces alone, when it ends', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const reading = readingOf(true);
      const pieces = cold('-a-b---(c|)', {
        a: piece(reading, [1, 2, 3], [7]),
        b: piece(reading, [4, 5, 6, 7], [8, 9]),
        c: piece(reading, [8], [0]),
      });
      const expected = {
        r: records(0, [1, 2], [7]),
        s: records(1, [3, 4], [8]),
        t: records(2, [5, 6], [9]),
        u: records(3, [7, 8], [0]),
      };
      expectObservable(copied(pieces.pipe(decode()))).toBe('-r-(st)(u|)', expected);
      expectSubscriptions(pieces.subscriptions).toBe('^------!');
    });
  });

  it('passes an error of the source on', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const pieces = cold('-a-#', { a: piece(readingOf(), [1, 2]) });
      expectObservable(copied(pieces.pipe(decode()))).toBe('-r-#', { r: records(0, [1, 2]) });
      expectSubscriptions(pieces.subscriptions).toBe('^--!');
    });
  });

  it('unsubscribes from the source at once, also between two events of one piece', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const reading = readingOf();
      const pieces = cold('-a-b-c-|', {
        a: piece(reading, [1]),
        b: piece(reading, [2, 3, 4]),
        c: piece(reading, [5, 6]),
      });
      expectObservable(copied(pieces.pipe(decode(), take(1)))).toBe('---(r|)', {
        r: records(0, [1, 2]),
      });
      expectSubscriptions(pieces.subscriptions).toBe('^--!');
    });
  });
});

describe('decode', () => {
  it('asks the reading of each piece, so that those of two inputs stay apart', async () => {
    const [one, other] = [readingOf(), readingOf()];
    const pieces = [piece(one, [1]), piece(other, [5, 6, 7]), piece(one, [2]), piece(other, [8])];
    expect(await lastValueFrom(copied(from(pieces).pipe(decode())).pipe(toArray()))).toEqual([
      records(0, [5, 6]),
      records(0, [1, 2]),
      records(1, [7, 8]),
    ]);
  });

  it('reports an error that comes before any piece unchanged', async () => {
    const broken = new Error('broken');
    await expect(lastValueFrom(throwError(() => broken).pipe(decode()))).rejects.toBe(broken);
  });
});
