import { describe, expect, it } from 'vitest';
import { knownDataset } from '../../src/inputs/known-datasets.js';

const TEST_IMAGES = '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7';
const TEST_LABELS = 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2';
const TRAIN_LABELS = '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5';

describe('knownDataset', () => {
  it('knows the MNIST test set by its images and labels', () => {
    expect(knownDataset(TEST_IMAGES, TEST_LABELS)).toMatchObject({ name: 'MNIST test set', split: 'test' });
  });

  it('knows images without labels', () => {
    expect(knownDataset(TEST_IMAGES)?.name).toBe('MNIST test set');
  });

  it('does not know images with the labels of another set', () => {
    expect(knownDataset(TEST_IMAGES, TRAIN_LABELS)).toBeNull();
  });

  it('knows nothing where nothing was digested', () => {
    expect(knownDataset(null, null)).toBeNull();
    expect(knownDataset(null)).toBeNull();
  });
});
