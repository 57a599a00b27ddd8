import { describe, expect, it } from 'vitest';
import { parseIdxHeader } from '../../src/formats/idx/idx-header.js';
import { imageLayout, labelLayout } from '../../src/formats/idx/idx-roles.js';
import { failureOf } from '../inputs/failure-of.js';
import { idxBytes } from '../inputs/idx-bytes.js';

const header = (typeByte: number, dimensions: number[]) =>
  parseIdxHeader(idxBytes(typeByte, dimensions, []), 'x');
const images = (typeByte: number, dimensions: number[]) => imageLayout(header(typeByte, dimensions), 'x');
const labels = (typeByte: number, dimensions: number[]) => labelLayout(header(typeByte, dimensions), 'x');

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
    [0x08, { bytes: 1, signed: false, strideBytes: 1 }],
    [0x09, { bytes: 1, signed: true, strideBytes: 1 }],
    [0x0b, { bytes: 2, signed: true, strideBytes: 2 }],
    [0x0c, { bytes: 4, signed: true, strideBytes: 4 }],
  ])('reads labels of type byte %i', (typeByte, format) => {
    expect(labels(typeByte, [10])).toEqual({ count: 10, format });
  });

  it('takes column 0 of QMNIST labels', () => {
    expect(labels(0x0c, [60_000, 8])).toEqual({
      count: 60_000,
      format: { bytes: 4, signed: true, strideBytes: 32 },
    });
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
