import { describe, expect, it } from 'vitest';
import { chooseArrays, labelNames } from '../../src/formats/numpy/array-names.js';
import { failureOf } from '../inputs/failure-of.js';

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
