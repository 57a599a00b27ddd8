import { describe, expect, it } from 'vitest';
import { parseIdxHeader } from '../../src/formats/idx/idx-header.js';
import { imageLayout, labelLayout } from '../../src/formats/idx/idx-roles.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';

const header = (typeByte: number, dimensions: number[]) =>
  parseIdxHeader(idxBytes(typeByte, dimensions, []), 'x');
const images = (typeByte: number, dimensions: number[]) => imageLayout(header(typeByte, dimensions), 'x');
const labels = (typeByte: number, dimensions: number[], classCount?: number) =>
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
    expect(labels(0x0c, [60_000, 8])).toEqual({ count: 60_000, format });
    expect(labels(0x0c, [60_000, 8], 10)).toEqual({ count: 60_000, format });
  });

  it.each([
    [0x08, 10, { type: 'u8', strideBytes: 10 }],
    [0x08, 8, { type: 'u8', strideBytes: 8 }],
    [0x0c, 10, { type: 'i32', strideBytes: 40 }],
  ])('takes rows of another length as one-hot: type byte %i, %i columns', (typeByte, columns, stored) => {
    const format = { ...stored, littleEndian: false, meaning: 'one-hot' };
    expect(labels(typeByte, [500, columns])).toEqual({ count: 500, format });
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
