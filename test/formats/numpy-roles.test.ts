import { describe, expect, it } from 'vitest';
import { parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import {
  chooseArrays,
  labelNames,
  npyImageLayout,
  npyLabelLayout,
} from '../../src/formats/numpy/numpy-roles.js';
import { failureOf } from '../inputs/failure-of.js';
import { npyBytes } from './npy-bytes.js';

describe('labelNames', () => {
  it.each([
    ['x_test', ['y_test']],
    ['X_test.npy', ['y_test.npy', 'Y_test.npy']],
    ['testX', ['testy', 'testY']],
    ['x', ['y']],
    ['mnist-x-train.npy', ['mnist-y-train.npy']],
    ['500-images.npy', ['500-labels.npy', '500-label.npy']],
    ['train_images', ['train_labels', 'train_label']],
    ['image_2', ['label_2', 'labels_2']],
    ['max.npy', []],
    ['xyz', []],
    ['arr_0', []],
    ['prefix_a', []],
  ])('finds what the labels of %s are called', (name, labels) => {
    expect(labelNames(name)).toEqual(labels);
  });
});

describe('chooseArrays', () => {
  const KERAS = ['x_test', 'x_train', 'y_train', 'y_test'];
  const MEDMNIST = ['train_images', 'val_images', 'test_images', 'train_labels', 'val_labels', 'test_labels'];

  it.each([
    [KERAS, 'test', { images: 'x_test', labels: 'y_test' }],
    [KERAS, 'train', { images: 'x_train', labels: 'y_train' }],
    [MEDMNIST, 'test', { images: 'test_images', labels: 'test_labels' }],
    [['images', 'labels'], 'test', { images: 'images', labels: 'labels' }],
    [['labels', 'images', 'ids'], 'train', { images: 'images', labels: 'labels' }],
    [['X_train', 'y_train'], 'test', { images: 'X_train', labels: 'y_train' }],
    [['x_test', 'x_train', 'y_train'], 'test', { images: 'x_test', labels: null }],
    [['arr_0'], 'test', { images: 'arr_0', labels: null }],
  ] as const)('takes of %j for %s', (names, split, expected) => {
    expect(chooseArrays(names, split, 'a.npz')).toEqual(expected);
  });

  it.each([[['arr_0', 'arr_1']], [['x_a', 'x_b', 'y_a', 'y_b']], [[]]])('refuses %j', async (names) => {
    const error = await failureOf(() => chooseArrays(names, 'test', 'a.npz'));
    expect(error).toMatchObject({ code: 'NPZ_ARRAYS', exitCode: 65 });
    expect(error.message).toBe(
      `a.npz: expected arrays named x_test and y_test, found ${names.join(', ') || 'none'}; ` +
        'save them with numpy.savez(path, x_test=images, y_test=labels)',
    );
  });
});

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
