import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { HeldExtent, Piece } from '../../src/engine/records.js';
import { DigitflowError } from '../../src/errors.js';
import { LabelReader } from '../../src/formats/label-reader.js';
import { labelFormat } from '../../src/formats/labels.js';
import { RecordCutter, type StoredImages } from '../../src/inputs/pixel-input.js';
import { heldFile, testReading } from '../helpers/records.js';
import { copied, drain, drainFiles, openImages, permitsOf } from './drain.js';
import { failureOf } from './failure-of.js';
import { digits, idxBytes, imagesIdx, labelsIdx } from './idx-bytes.js';
import { cutAt, SilentStream, whole } from './iterables.js';
import { tempFile } from './temp-folder.js';

const IMAGES = imagesIdx(20, 4, 3);
const LABELS = labelsIdx(digits(20));

describe('pixels and labels in lockstep', () => {
  it('gives the same bytes however the streams are cut, never more than a slot holds', async () => {
    const cuts = (max: number) => fc.array(fc.integer({ min: 0, max }), { maxLength: 12 });
    const inputs = fc.tuple(cuts(IMAGES.length), cuts(LABELS.length), fc.integer({ min: 12, max: 90 }));
    await fc.assert(
      fc.asyncProperty(inputs, async ([imageCuts, labelCuts, capacityBytes]) => {
        const { inputs } = await openImages({
          images: cutAt(IMAGES, imageCuts),
          labels: cutAt(LABELS, labelCuts),
        });
        let [bytes, records] = [0, 0];
        const chunks = await lastValueFrom(copied(inputs.pieces(permitsOf(capacityBytes))).pipe(toArray()));
        for (const { images, labels } of chunks) {
          expect((bytes % 12) + images.length).toBeLessThanOrEqual(capacityBytes);
          bytes += images.length;
          records += labels.length;
          expect(records).toBe(Math.floor(bytes / 12));
        }
        expect(Buffer.concat(chunks.map(({ images }) => images)).equals(IMAGES.subarray(16))).toBe(true);
        expect(Buffer.concat(chunks.map(({ labels }) => labels)).equals(LABELS.subarray(8))).toBe(true);
      }),
    );
  });

  it('bounds the labels of a chunk too, where images are smaller than their labels', async () => {
    const count = 300_000;
    const images = Buffer.concat([idxBytes(0x08, [count, 1, 1], []), Buffer.alloc(count)]);
    const labels = Buffer.concat([idxBytes(0x0c, [count, 8], []), Buffer.alloc(count * 32)]);
    const { inputs } = await openImages({ images: whole(images), labels: whole(labels) });
    const lengths = await lastValueFrom(
      inputs.pieces(permitsOf(1 << 22)).pipe(
        map((piece) => piece.labels?.length ?? 0),
        toArray(),
      ),
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1 << 20);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(count * 32);
  });

  it('leaves records to where there is room once their labels have come', async () => {
    let room = new Uint8Array(36);
    async function* labels() {
      yield LABELS.subarray(0, 8);
      for (let label = 8; label < LABELS.length; label++) {
        // As when the batch that is being filled has waited long enough.
        room = new Uint8Array(36);
        yield LABELS.subarray(label, label + 1);
      }
    }
    const images = await tempFile(IMAGES);
    const { inputs } = await openImages({ images, labels: labels() }, { digest: 'never' });
    let records = 0;
    await inputs.pieces({ ...permitsOf(0), room: () => room, readByWorkers: true }).forEach((piece) => {
      expect(piece.bytes.buffer).toBe(room.buffer);
      expect(piece.extent?.position).toBe(16 + records * 12);
      records += piece.bytes.length / 12;
    });
    expect(records).toBe(20);
    await inputs.close();
  });

  it('completes without a chunk where there are no records', async () => {
    const images = await tempFile(idxBytes(0x08, [0, 28, 28], []));
    expect((await drainFiles({ images })).images).toHaveLength(0);
  });

  it('reads only when a slot is free, and only one chunk for each', async () => {
    let pulls = 0;
    async function* images() {
      yield idxBytes(0x08, [1000, 4, 3], []);
      for (let record = 0; record < 1000; record++) {
        pulls++;
        yield new Uint8Array(12).fill(200);
      }
    }
    const waiting: (() => void)[] = [];
    const permits = {
      ...permitsOf(120),
      whenFree: () => new Promise<void>((resolve) => waiting.push(resolve)),
    };
    const { inputs } = await openImages({ images: images() });
    let chunks = 0;
    let reportChunk = (): void => undefined;
    const subscription = inputs.pieces(permits).subscribe(() => {
      chunks++;
      reportChunk();
    });
    await settle();
    // A record tells how they are to be read: it is bright.
    expect([pulls, chunks]).toEqual([1, 0]);
    for (let round = 1; round <= 3; round++) {
      const arrived = new Promise<void>((resolve) => {
        reportChunk = resolve;
      });
      expect(waiting).toHaveLength(1);
      waiting.pop()?.();
      await arrived;
      await settle();
      expect([pulls, chunks]).toEqual([round, round]);
    }
    subscription.unsubscribe();
    waiting.pop()?.();
    await settle();
    expect([pulls, chunks]).toEqual([3, 3]);
  });

  it('stops at once when it is unsubscribed, and reports neither missing nor trailing bytes', async () => {
    const images = new SilentStream(Uint8Array.from([...IMAGES, 1, 2, 3]));
    const labels = new SilentStream(LABELS.subarray(0, 9));
    const { inputs, input } = await openImages({ images, labels });
    const chunks = await lastValueFrom(inputs.pieces(permitsOf(12)).pipe(take(1), toArray()));
    expect(chunks).toHaveLength(1);
    expect([images.destroyedCount, labels.destroyedCount]).toEqual([1, 1]);
    expect((await input.files(false))[0].sha256).toBeNull();
  });

  it('can be unsubscribed while a read is pending', async () => {
    const images = new SilentStream(IMAGES.subarray(0, 40));
    const { inputs } = await openImages({ images });
    const events: unknown[] = [];
    const subscription = inputs.pieces(permitsOf(1000)).subscribe({
      next: ({ bytes }) => events.push(bytes.length),
      error: (error) => events.push(error),
      complete: () => events.push('complete'),
    });
    await images.waiting;
    subscription.unsubscribe();
    await settle();
    expect(images.destroyedCount).toBe(1);
    expect(events).toEqual([24]);
  });

  it('can be unsubscribed in the middle of a packed file', async () => {
    const { inputs } = await openImages({
      images: await tempFile(gzipSync(IMAGES)),
      labels: await tempFile(LABELS),
    });
    expect(await lastValueFrom(inputs.pieces(permitsOf(24)).pipe(take(2), toArray()))).toHaveLength(2);
    await inputs.close();
  });

  it('passes on the failure of a slot', async () => {
    const images = new SilentStream(IMAGES);
    const { inputs } = await openImages({ images });
    const permits = {
      ...permitsOf(99),
      whenFree: () => Promise.reject(new Error('the pool is closed')),
    };
    await expect(lastValueFrom(inputs.pieces(permits))).rejects.toThrow('the pool is closed');
    expect(images.destroyedCount).toBe(1);
  });

  it('closes its streams when it completes', async () => {
    let isClosed = false;
    const images = Object.assign(whole(IMAGES), {
      destroy() {
        isClosed = true;
      },
    });
    await drainFiles({ images });
    expect(isClosed).toBe(true);
  });

  it('reads past 4 GiB of images made on the fly', async () => {
    const [count, piece] = [4200, new Uint8Array(1024 * 1024)];
    async function* images() {
      yield idxBytes(0x08, [count, 1024, 1024], []);
      for (let index = 0; index < count; index++) yield piece;
    }
    const { inputs, input } = await openImages({ images: images() });
    let bytes = 0;
    await lastValueFrom(
      inputs.pieces(permitsOf(1 << 22)).pipe(map((piece) => (bytes += piece.bytes.length))),
    );
    expect(bytes).toBe(count * 1024 * 1024);
    expect((await input.files(false))[0].sha256).toBeNull();
  });
});

describe('damaged streams', () => {
  const sources = [
    ['packed', (bytes: Uint8Array) => tempFile(gzipSync(bytes))],
    ['streamed', (bytes: Uint8Array) => Promise.resolve(whole(bytes))],
  ] as const;

  it.each(sources)('tells of truncated images, %s', async (_, input) => {
    const images = await input(IMAGES.subarray(0, 100));
    const error = await failureOf(() => drainFiles({ images, labels: whole(LABELS) }));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toMatch(/: cut off: expected 256 bytes by its header, found 100/);
  });

  it.each(sources)('tells of truncated labels, %s', async (_, input) => {
    const labels = await input(LABELS.subarray(0, 20));
    const error = await failureOf(() => drainFiles({ images: whole(IMAGES), labels }));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toMatch(/: cut off: expected 28 bytes by its header, found 20/);
  });

  it.each(sources)('tells of trailing bytes after the images, %s', async (_, input) => {
    const images = await input(Uint8Array.from([...IMAGES, 0]));
    const error = await failureOf(() => drainFiles({ images, labels: whole(LABELS) }));
    expect(error.code).toBe('IDX_TRAILING_BYTES');
    expect(error.message).toContain('expected 256 by its header, found more than 256');
  });

  it.each(sources)('tells of trailing bytes after the labels, %s', async (_, input) => {
    const labels = await input(Uint8Array.from([...LABELS, 0]));
    const error = await failureOf(() => drainFiles({ images: whole(IMAGES), labels }));
    expect(error.code).toBe('IDX_TRAILING_BYTES');
    expect(error.message).toContain('expected 28 by its header');
  });

  it('tells of a gzip stream that is cut off', async () => {
    const images = await tempFile(gzipSync(IMAGES).subarray(0, -5));
    const error = await failureOf(() => drainFiles({ images }));
    expect(error.code).toBe('GZIP_BROKEN');
    expect(error.message).toContain(images);
  });

  it('reads no digest out of a stream that failed', async () => {
    const { inputs, input } = await openImages({ images: whole(Uint8Array.from([...IMAGES, 0])) });
    await failureOf(() => drain(inputs));
    expect((await input.files(false))[0].sha256).toBeNull();
  });
});

/** Lets every promise that can settle do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const reading = testReading({ storedBytes: 2 });
const labelReader = () =>
  new LabelReader(
    labelFormat({ type: 'u8', littleEndian: false }, 1, 'index'),
    Array.from('0123456789'),
    'y',
  );

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
    const extent = { fd: 3, position: 16, name: 'x', file: heldFile(3), truncated: 'IDX_TRUNCATED' as const };
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
