import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idxHeaderBytes, imageLayout, labelLayout, parseIdxHeader } from '../../src/formats/idx.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';

const MNIST_IMAGES = [0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28];

const parse = (bytes: readonly number[]) => parseIdxHeader(Uint8Array.from(bytes), 'x.idx');

describe('parseIdxHeader', () => {
  it('reads the header of the MNIST test images', () => {
    expect(parse(MNIST_IMAGES)).toEqual({
      element: { type: 'u8', littleEndian: false },
      shape: [10_000, 28, 28],
      headerBytes: 16,
      dataBytes: 7_840_000,
    });
  });

  it('reads a header that is a view into a larger buffer', () => {
    const bytes = Uint8Array.from([9, 9, 9, ...MNIST_IMAGES]).subarray(3);
    expect(parseIdxHeader(bytes, 'x.idx').shape).toEqual([10_000, 28, 28]);
  });

  it.each([
    [0x08, 'u8', 1],
    [0x09, 'i8', 1],
    [0x0b, 'i16', 2],
    [0x0c, 'i32', 4],
    [0x0d, 'f32', 4],
    [0x0e, 'f64', 8],
  ])('knows the element type of byte %i', (typeByte, type, elementBytes) => {
    expect(parse([0, 0, typeByte, 1, 0, 0, 0, 3])).toEqual({
      element: { type, littleEndian: false },
      shape: [3],
      headerBytes: 8,
      dataBytes: 3 * elementBytes,
    });
  });

  it('reads back any sizes that were written', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), (dimensions) => {
        const header = parseIdxHeader(idxBytes(0x0b, dimensions, []), 'x.idx');
        expect(header.shape).toEqual(dimensions);
        expect(header.dataBytes).toBe(dimensions.reduce((product, size) => product * size, 2));
      }),
    );
  });

  it('reads 255 dimensions', () => {
    const header = parseIdxHeader(idxBytes(0x0e, Array(255).fill(1), []), 'x.idx');
    expect(header).toMatchObject({ headerBytes: 4 + 255 * 4, dataBytes: 8 });
    expect(header.shape).toHaveLength(255);
  });

  it('tells the header length from four bytes', () => {
    expect(idxHeaderBytes(Uint8Array.from([0, 0, 8, 3]), 'x.idx')).toBe(16);
    expect(idxHeaderBytes(Uint8Array.from([0, 0, 8, 255]), 'x.idx')).toBe(1024);
  });

  it('refuses a file without a byte', async () => {
    expect(await failureOf(() => parse([]))).toMatchObject({
      code: 'IDX_EMPTY',
      message: expect.stringMatching(/^x\.idx: .*no bytes/),
    });
  });

  it('names gzip that is read raw', async () => {
    expect(await failureOf(() => parse([0x1f, 0x8b, 0x08, 0x08, 0, 0]))).toMatchObject({
      code: 'IDX_IS_GZIP',
      message: expect.stringMatching(/gzip .*0x1f8b0808, 529205256.*unpack/),
    });
  });

  it.each([
    ['text', [0x6c, 0x61, 0x62, 0x65, 0x6c], '0x6c616265'],
    ['a second byte that is not zero', [0, 1, 8, 3], '0x00010803'],
    ['an unknown element type', [0, 0, 7, 3], '0x00000703'],
    ['a little-endian magic number', [3, 8, 0, 0], '0x03080000'],
    ['a single byte that is not zero', [0x50], '0x50'],
  ])('refuses %s as a wrong magic number', async (_, bytes, found) => {
    const error = await failureOf(() => parse(bytes));
    expect(error.code).toBe('IDX_MAGIC');
    expect(error.message).toContain(`found ${found}`);
    expect(error.message).toContain('expected 0x00000803 (images) or 0x00000801 (labels)');
  });

  it.each(Array.from({ length: 15 }, (_, index) => index + 1))(
    'refuses a header cut after %i bytes',
    async (length) => {
      const error = await failureOf(() => parse(MNIST_IMAGES.slice(0, length)));
      expect(error.code).toBe('IDX_TRUNCATED');
      expect(error.message).toContain(`expected ${length < 4 ? 4 : 16} bytes, found ${length}`);
    },
  );

  it('accepts sizes up to 2^53 - 1 bytes and no more', async () => {
    // 16 + 2^53 - 17 bytes is odd, so no product of u32 gives it exactly; these two lie next to the bound.
    const below = [0x1f_ffff, 0xffff_ffff];
    expect(parseIdxHeader(idxBytes(0x08, below, []), 'x.idx').dataBytes).toBe(0x1f_ffff * 0xffff_ffff);
    const error = await failureOf(() =>
      parseIdxHeader(idxBytes(0x08, [0x20_0001, 0xffff_ffff], []), 'x.idx'),
    );
    expect(error.code).toBe('IDX_OVERFLOW');
    expect(error.message).toContain('2097153 x 4294967295');
  });

  it('counts the bytes of an element towards the overflow', async () => {
    const dimensions = [0x1f_ffff, 0xffff_ffff];
    expect((await failureOf(() => parseIdxHeader(idxBytes(0x0b, dimensions, []), 'x'))).code).toBe(
      'IDX_OVERFLOW',
    );
  });

  it.each([
    ['the product is beyond every number', Array(255).fill(0xffff_ffff)],
    ['a size of zero hides it', [0, ...Array(40).fill(0xffff_ffff)]],
  ])('refuses an overflow where %s', async (_, dimensions) => {
    const error = await failureOf(() => parseIdxHeader(idxBytes(0x08, dimensions, []), 'x.idx'));
    expect(error.code).toBe('IDX_OVERFLOW');
  });
});

const header = (typeByte: number, dimensions: number[]) =>
  parseIdxHeader(idxBytes(typeByte, dimensions, []), 'x');
const images = (typeByte: number, dimensions: number[]) => imageLayout(header(typeByte, dimensions), 'x');
const labels = (typeByte: number, dimensions: number[], classCount = 10) =>
  labelLayout(header(typeByte, dimensions), 'x', classCount);

describe('imageLayout', () => {
  it('reads count, height and width, which need not be equal', () => {
    expect(images(0x08, [10, 20, 30])).toEqual({ count: 10, height: 20, width: 30 });
  });

  it('accepts a fourth dimension of one channel', () => {
    expect(images(0x08, [10, 20, 30, 1])).toEqual({ count: 10, height: 20, width: 30 });
  });

  it('accepts a set of no images', () => {
    expect(images(0x08, [0, 28, 28])).toEqual({ count: 0, height: 28, width: 28 });
  });

  it.each([
    ['u8 labels', 0x08, [10]],
    ['i32 labels', 0x0c, [10]],
    ['QMNIST labels', 0x0c, [10, 8]],
  ])('says that %s were swapped with the images', async (_, typeByte, dimensions) => {
    const error = await failureOf(() => images(typeByte, dimensions));
    expect(error.code).toBe('IDX_SWAPPED');
    expect(error.message).toContain('expected images, found labels');
  });

  it.each([0x09, 0x0b, 0x0c, 0x0d, 0x0e])('refuses pixels of type byte %i', async (typeByte) => {
    const error = await failureOf(() => images(typeByte, [10, 28, 28]));
    expect(error.code).toBe('IDX_TYPE');
    expect(error.message).toMatch(/expected pixels of type u8, found [if]\d+ 10 x 28 x 28/);
  });

  it.each([[[10, 784]], [[10, 28, 28, 3]], [[10, 28, 28, 1, 1]], [[]]])(
    'refuses the shape %j',
    async (dimensions) => {
      const error = await failureOf(() => images(0x08, dimensions));
      expect(error.code).toBe('IDX_SHAPE');
      expect(error.message).toContain('expected images as count x height x width');
    },
  );

  it.each([[[10, 0, 28]], [[10, 28, 0]]])('refuses images without pixels: %j', async (dimensions) => {
    const error = await failureOf(() => images(0x08, dimensions));
    expect(error.code).toBe('IDX_SHAPE');
    expect(error.message).toContain('at least 1 x 1 pixels');
  });
});

describe('labelLayout', () => {
  it.each([
    [0x08, 'u8', 1],
    [0x09, 'i8', 1],
    [0x0b, 'i16', 2],
    [0x0c, 'i32', 4],
  ])('reads labels of type byte %i', (typeByte, type, strideBytes) => {
    const format = { type, littleEndian: false, strideBytes, meaning: 'index' };
    expect(labels(typeByte, [10])).toEqual({ count: 10, format });
    expect(labels(typeByte, [10, 1])).toEqual({ count: 10, format });
  });

  it('takes column 0 of QMNIST labels, for any number of classes', () => {
    const format = { type: 'i32', littleEndian: false, strideBytes: 32, meaning: 'index' };
    expect(labels(0x0c, [60_000, 8], 10)).toEqual({ count: 60_000, format });
    expect(labels(0x0c, [60_000, 8], 3)).toEqual({ count: 60_000, format });
  });

  it.each([
    [0x08, 10, { type: 'u8', strideBytes: 10 }],
    [0x08, 8, { type: 'u8', strideBytes: 8 }],
    [0x0c, 10, { type: 'i32', strideBytes: 40 }],
  ])('takes rows of another length as one-hot: type byte %i, %i columns', (typeByte, columns, stored) => {
    const format = { ...stored, littleEndian: false, meaning: 'one-hot' };
    expect(labels(typeByte, [500, columns], columns)).toEqual({ count: 500, format });
  });

  it.each([
    [0x08, 8],
    [0x08, 2],
    [0x0c, 9],
  ])('refuses type byte %i with %i columns for ten classes', async (typeByte, columns) => {
    const error = await failureOf(() => labels(typeByte, [500, columns], 10));
    expect(error).toMatchObject({ code: 'IDX_SHAPE', exitCode: 65 });
    expect(error.message).toContain(
      `(count, or one-hot count x 10), found ${typeByte === 8 ? 'u8' : 'i32'} 500 x`,
    );
  });

  it('says that images were swapped with the labels', async () => {
    const error = await failureOf(() => labels(0x08, [10, 28, 28]));
    expect(error.code).toBe('IDX_SWAPPED');
    expect(error.message).toContain('expected labels, found images');
  });

  it.each([0x0d, 0x0e])('refuses labels of the float type byte %i', async (typeByte) => {
    const error = await failureOf(() => labels(typeByte, [10]));
    expect(error.code).toBe('IDX_TYPE');
    expect(error.message).toContain('u8, i8, i16 or i32');
  });

  it.each([[[]], [[10, 0]], [[10, 2, 2]]])('refuses the shape %j', async (dimensions) => {
    expect((await failureOf(() => labels(0x0c, dimensions))).code).toBe('IDX_SHAPE');
  });
});
