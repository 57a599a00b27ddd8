import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldExtent, Piece } from '../../src/engine/records.js';
import { DigitflowError } from '../../src/errors.js';
import { LabelReader, labelFormat } from '../../src/formats/labels.js';
import { RecordCutter, type StoredImages } from '../../src/inputs/record-cutter.js';
import { heldFile, testReading } from '../helpers/records.js';

const reading = testReading({ storedBytes: 2 });
const labelReader = () =>
  new LabelReader(labelFormat({ type: 'u8', littleEndian: false }, 1, 'index'), 10, 'y');

/** Cuts images of two bytes. */
function cutterOf(isLabelled = false, images: Partial<StoredImages> = {}, first?: number): RecordCutter {
  return new RecordCutter({ storedBytes: 2, ...images }, isLabelled ? labelReader() : null, first);
}

const piece = (bytes: number[], labels?: number[], rest: Partial<Piece> = {}): Piece => ({
  ...{ reading, bytes: Uint8Array.from(bytes), labels: labels && Uint8Array.from(labels) },
  ...rest,
});

/** The records of all pieces, their views copied before the next is asked for. */
function cutAll(cutter: RecordCutter, pieces: Iterable<Piece>) {
  const found = [];
  for (const each of pieces) {
    for (const { first, count, pixels, labels, extent, fault } of cutter.cut(each)) {
      found.push({ first, count, pixels: [...pixels], labels: labels && [...labels], extent, fault });
    }
  }
  return found;
}

const records = (first: number, pixels: number[], labels: number[] | null = null, extent?: HeldExtent) => ({
  ...{ first, count: pixels.length / 2, pixels, labels, extent, fault: undefined },
});

const faultAt = (first: number, code: string, message = '') => ({
  ...{ first, count: 0, pixels: [], labels: null, extent: undefined },
  fault: expect.objectContaining({ code, message: expect.stringContaining(message) }),
});

describe('a cutter', () => {
  it('finds the same records however the bytes are cut', () => {
    const shape = fc.record({
      recordBytes: fc.integer({ min: 1, max: 16 }),
      count: fc.integer({ min: 0, max: 12 }),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 15 }),
    });
    fc.assert(
      fc.property(shape, ({ recordBytes, count, cuts }) => {
        const pixels = Uint8Array.from({ length: count * recordBytes }, (_, index) => index);
        const labels = Uint8Array.from({ length: count }, (_, index) => index % 10);
        const ends = [...cuts.map((cut) => Math.floor(cut * pixels.length)), pixels.length].sort(
          (a, b) => a - b,
        );
        // One buffer for all pieces, as a reader has it: a view that was kept too long would be overwritten.
        const shared = new Uint8Array(pixels.length);
        let begin = 0;
        const pieces = (function* (): Generator<Piece> {
          for (const end of ends) {
            shared.fill(255);
            shared.set(pixels.subarray(begin, end));
            const ended = labels.subarray(Math.floor(begin / recordBytes), Math.floor(end / recordBytes));
            yield { reading, bytes: shared.subarray(0, end - begin), labels: ended };
            begin = end;
          }
        })();
        const found = cutAll(cutterOf(true, { storedBytes: recordBytes }), pieces);
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

  it('does not copy the records that lie in one piece', () => {
    const given = piece([1, 2, 3, 4]);
    const [{ pixels }] = cutterOf().cut(given);
    expect(pixels.buffer).toBe(given.bytes.buffer);
  });

  it('counts from the record where reading goes on', () => {
    expect(cutAll(cutterOf(false, {}, 7), [piece([1]), piece([2, 3, 4])])).toEqual([
      records(7, [1, 2]),
      records(8, [3, 4]),
    ]);
  });

  it('hands on where the bytes lie that a worker is to read', () => {
    const extent = { fd: 3, position: 16, name: 'x', file: heldFile(3) };
    expect(cutAll(cutterOf(), [piece([1, 2, 3, 4], undefined, { extent })])).toEqual([
      records(0, [1, 2, 3, 4], null, extent),
    ]);
  });

  it('makes pixels of other numbers, and tells which record is the first of them', () => {
    const firsts: number[] = [];
    const toPixels = (stored: Uint8Array, first: number) => {
      firsts.push(first);
      return stored.map((value) => value * 2);
    };
    expect(cutAll(cutterOf(false, { toPixels }), [piece([1]), piece([2, 3, 4, 5, 6])])).toEqual([
      records(0, [2, 4]),
      records(1, [6, 8, 10, 12]),
    ]);
    expect(firsts).toEqual([0, 1]);
  });
});

describe('what is wrong comes as a fault after the records before it', () => {
  it('says which label of which record is bad, and gives none of the records of its piece', () => {
    const pieces = [piece([1, 2], [5]), piece([3, 4, 5, 6], [5, 10]), piece([7, 8], [1])];
    expect(cutAll(cutterOf(true), pieces)).toEqual([
      records(0, [1, 2], [5]),
      faultAt(1, 'LABEL_OUT_OF_RANGE', 'y: record 2: expected a label from 0 to 9'),
    ]);
  });

  it.each([[undefined], [[1]], [[1, 2, 3]]])(
    'refuses a piece of two records with the labels %j',
    (labels) => {
      expect(cutAll(cutterOf(true), [piece([1, 2, 3, 4], labels)])).toEqual([
        faultAt(0, 'IDX_TRUNCATED', 'expected 2 bytes of labels from record 0 on'),
      ]);
    },
  );

  it('says why a source ended, and gives nothing that comes after it', () => {
    const fault = new DigitflowError('GZIP_BROKEN', 'x: broken');
    const pieces = [piece([1, 2, 3]), piece([], undefined, { fault }), piece([4, 5, 6])];
    expect(cutAll(cutterOf(), pieces)).toEqual([records(0, [1, 2]), faultAt(1, 'GZIP_BROKEN', 'x: broken')]);
  });

  it('says what is wrong with a number that is to become a pixel; anything else is thrown', () => {
    const failing = (error: Error) =>
      cutterOf(false, {
        toPixels: (stored, first) => {
          if (first > 0) throw error;
          return stored;
        },
      });
    const pieces = [piece([1]), piece([2, 3, 4])];
    expect(cutAll(failing(new DigitflowError('NPY_PIXEL', 'x: too bright')), pieces)).toEqual([
      records(0, [1, 2]),
      faultAt(1, 'NPY_PIXEL', 'x: too bright'),
    ]);
    expect(
      cutAll(failing(new DigitflowError('NPY_PIXEL', 'x')), [piece([1, 2]), piece([3]), piece([4])]),
    ).toEqual([records(0, [1, 2]), faultAt(1, 'NPY_PIXEL')]);
    expect(() => cutAll(failing(new TypeError('a slip')), pieces)).toThrow('a slip');
  });
});
