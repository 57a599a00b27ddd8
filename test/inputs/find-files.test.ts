import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateIdx, locateLabels } from '../../src/inputs/find-files.js';
import { failureOf } from './failure-of.js';
import { tempFolder } from './temp-folder.js';

const folderWith = (...names: string[]) =>
  tempFolder(Object.fromEntries(names.map((name) => [name, new Uint8Array(0)])));

describe('locateIdx', () => {
  it.each([
    ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
    ['t10k-images.idx3-ubyte', 't10k-labels.idx1-ubyte'],
    ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'],
    ['t10k-images.idx3-ubyte.gz', 't10k-labels.idx1-ubyte.gz'],
    ['t10k-images-idx3-ubyte', 't10k-labels.idx1-ubyte.gz'],
  ])('finds %s with %s', async (images, labels) => {
    const folder = await folderWith(images, labels, 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte');
    expect(await locateIdx(folder)).toEqual({ images: join(folder, images), labels: join(folder, labels) });
  });

  it('finds the training set when asked for it', async () => {
    const folder = await folderWith(
      't10k-images-idx3-ubyte',
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
    );
    expect(await locateIdx(folder, 'train')).toEqual({
      images: join(folder, 'train-images-idx3-ubyte'),
      labels: join(folder, 'train-labels-idx1-ubyte'),
    });
  });

  it('prefers what needs no unpacking', async () => {
    const folder = await folderWith(
      't10k-images-idx3-ubyte.gz',
      't10k-images.idx3-ubyte',
      't10k-labels.idx1-ubyte',
      't10k-labels-idx1-ubyte.gz',
    );
    expect(await locateIdx(folder)).toEqual({
      images: join(folder, 't10k-images.idx3-ubyte'),
      labels: join(folder, 't10k-labels.idx1-ubyte'),
    });
  });

  it('passes over folders that have a usual name', async () => {
    const folder = await folderWith('t10k-images.idx3-ubyte', 't10k-labels.idx1-ubyte');
    await mkdir(join(folder, 't10k-images-idx3-ubyte'));
    expect((await locateIdx(folder)).images).toBe(join(folder, 't10k-images.idx3-ubyte'));
  });

  it('says which names it looked for', async () => {
    const folder = await folderWith('something-else');
    const error = await failureOf(() => locateIdx(folder));
    expect(error.code).toBe('INPUT_MISSING');
    expect(error.message).toContain(folder);
    expect(error.message).toContain('expected t10k-images-idx3-ubyte');
  });

  it('says when only the other set is there', async () => {
    const folder = await folderWith('train-images-idx3-ubyte', 'train-labels-idx1-ubyte');
    expect((await failureOf(() => locateIdx(folder))).message).toContain('found only the train set');
  });

  it('says when the labels are missing', async () => {
    const folder = await folderWith('t10k-images-idx3-ubyte');
    const error = await failureOf(() => locateIdx(folder));
    expect(error.code).toBe('INPUT_MISSING');
    expect(error.message).toContain('t10k-labels-idx1-ubyte');
  });

  it('says when the folder is missing', async () => {
    const folder = join(await tempFolder(), 'nowhere');
    const error = await failureOf(() => locateIdx(folder));
    expect(error).toMatchObject({ code: 'INPUT_MISSING', exitCode: 66 });
    expect(error.message).toContain('nowhere');
  });
});

describe('locateLabels', () => {
  it.each([
    ['qmnist-test-images-idx3-ubyte.gz', 'qmnist-test-labels-idx2-int.gz'],
    ['one-hot-images-idx3-ubyte', 'one-hot-labels-idx2-ubyte'],
    ['emnist-letters-test-images-idx3-ubyte.gz', 'emnist-letters-test-labels-idx1-ubyte.gz'],
    ['my-images.bin', 'my-labels.bin'],
  ])('finds beside %s its %s', async (images, labels) => {
    const folder = await folderWith(images, labels, 't10k-labels-idx1-ubyte');
    expect(await locateLabels(join(folder, images))).toBe(join(folder, labels));
  });

  it('prefers the same spelling', async () => {
    const images = 't10k-images.idx3-ubyte.gz';
    const folder = await folderWith(images, 't10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte.gz');
    expect(await locateLabels(join(folder, images))).toBe(join(folder, 't10k-labels.idx1-ubyte.gz'));
  });

  it('never takes the labels of another set', async () => {
    const folder = await folderWith('t10k-images-idx3-ubyte', 'train-labels-idx1-ubyte');
    const error = await failureOf(() => locateLabels(join(folder, 't10k-images-idx3-ubyte')));
    expect(error.code).toBe('INPUT_MISSING');
    expect(error.message).toContain("give the labels' path");
  });

  it('says when a name does not tell', async () => {
    const folder = await folderWith('digits.bin');
    const error = await failureOf(() => locateLabels(join(folder, 'digits.bin')));
    expect(error.code).toBe('INPUT_MISSING');
    expect(error.message).toContain('"images"');
  });
});
