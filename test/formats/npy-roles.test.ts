import { describe, expect, it } from 'vitest';
import { parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import { npyImageLayout, npyLabelLayout } from '../../src/formats/numpy/npy-roles.js';
import { failureOf } from '../inputs/failure-of.js';
import { npyBytes } from './npy-bytes.js';

const header = (descr: string, shape: number[]) => parseNpyHeader(npyBytes({ descr, shape }), 'x');
const images = (descr: string, shape: number[]) =>
  npyImageLayout(header(descr, shape), { height: 20, width: 10 }, 'x');
const labels = (descr: string, shape: number[]) => npyLabelLayout(header(descr, shape), 10, 'x');

describe('npyImageLayout', () => {
  it.each([
    ['three dimensions of any size', [5, 30, 40], 30, 40],
    ['a channel at the end', [5, 30, 40, 1], 30, 40],
    ['a channel at the start', [5, 1, 30, 40], 30, 40],
    ['images of one column with a channel', [5, 30, 1, 1], 30, 1],
    ['rows of as many pixels as the network takes', [5, 200], 20, 10],
    ['no images', [0, 28, 28], 28, 28],
  ])('reads %s', (_, shape, height, width) => {
    expect(images('|u1', shape)).toEqual({ count: shape[0], height, width });
  });

  it.each(['|b1', '|i1', '<u2', '>i8', '<f2', '>f4', '<f8'])('reads images of the type %s', (descr) => {
    expect(images(descr, [5, 20, 10]).count).toBe(5);
  });

  it.each([
    [[5, 199]],
    [[5, 28, 28, 3]],
    [[5, 2, 28, 28]],
    [[5, 28, 28, 1, 1]],
    [[]],
    [[5, 0, 28]],
    [[5, 0]],
  ])('refuses the shape %j', async (shape) => {
    const error = await failureOf(() => images('|u1', shape));
    expect(error).toMatchObject({ code: 'NPY_SHAPE', exitCode: 65 });
    expect(error.message).toContain(
      'x: expected images as count x height x width, or count x 200 (20 x 10, what the network takes), found u8 ',
    );
  });

  it('refuses floats in one dimension by their shape', async () => {
    expect((await failureOf(() => images('<f4', [5]))).code).toBe('NPY_SHAPE');
  });

  it('says that labels were swapped with the images', async () => {
    const error = await failureOf(() => images('<i8', [500]));
    expect(error).toMatchObject({ code: 'NPY_SWAPPED', exitCode: 65 });
    expect(error.message).toContain(
      'expected images, found labels (i64 500); were images and labels swapped?',
    );
  });
});

describe('npyLabelLayout', () => {
  it.each([
    ['|u1', [7], 1, 'index'],
    ['<i8', [7], 8, 'index'],
    ['<f4', [7, 1], 4, 'index'],
    ['|b1', [7, 10], 10, 'one-hot'],
    ['>f8', [7, 10], 80, 'one-hot'],
  ])('reads %s labels of the shape %j', (descr, shape, strideBytes, meaning) => {
    const { element } = header(descr, shape);
    expect(labels(descr, shape)).toEqual({ count: 7, format: { ...element, strideBytes, meaning } });
  });

  it.each([[[]], [[7, 0]], [[7, 8]], [[7, 9]], [[7, 784]]])('refuses the shape %j', async (shape) => {
    const error = await failureOf(() => labels('|u1', shape));
    expect(error).toMatchObject({ code: 'NPY_SHAPE', exitCode: 65 });
    expect(error.message).toContain('expected one label a record (count, or one-hot count x 10), found u8 ');
  });

  it('says that images were swapped with the labels', async () => {
    const error = await failureOf(() => labels('<f4', [7, 28, 28]));
    expect(error.code).toBe('NPY_SWAPPED');
    expect(error.message).toContain('expected labels, found images (f32 7 x 28 x 28)');
  });
});
