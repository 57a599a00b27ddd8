import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
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
        yield new Uint8Array(12);
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
    expect([pulls, chunks]).toEqual([0, 0]);
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
    const [count, piece] = [5500, new Uint8Array(1024 * 1024)];
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
