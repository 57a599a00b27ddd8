import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { digitPngs, treeOf } from '../helpers/png-files.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';

const COUNT = 1200;
const LEARNING = [
  '--hidden',
  '24',
  '--epochs',
  '20',
  '--batch-size',
  '16',
  '--augment',
  'none',
  '--averaging',
  '0.98',
];
const [PIXELS, LABELS] = [testPixels(), testLabels()];

function pixelsOf(index: number): Uint8Array {
  return PIXELS.subarray(index * 784, (index + 1) * 784);
}

/** Means of 3 x 3 pixels from the middle 24 x 24, so many levels. */
function small(index: number, white: number): number[] {
  const pixels = pixelsOf(index);
  return Array.from({ length: 64 }, (_, at) => {
    const [top, left] = [2 + 3 * Math.floor(at / 8), 2 + 3 * (at % 8)];
    let sum = 0;
    for (let y = 0; y < 3; y++) for (let x = 0; x < 3; x++) sum += pixels[(top + y) * 28 + left + x];
    return Math.round((sum / 9 / 255) * white);
  });
}

function rows(count: number, rowOf: (index: number) => readonly (string | number)[]): string {
  return Array.from({ length: count }, (_, index) => `${rowOf(index).join(',')}\n`).join('');
}

/** Trains on a set, and evaluates the network on the same. */
async function learned(images: string, flags: readonly string[] = [], same: readonly string[] = []) {
  const out = join(await treeOf({}), 'network.safetensors');
  const trained = await runShared([
    'train',
    '--images',
    images,
    ...LEARNING,
    '--out',
    out,
    ...flags,
    ...same,
  ]);
  expect(trained).toMatchObject({ exitCode: 0 });
  const evaluated = await runShared(['evaluate', images, '--model', out, '--format', 'json', ...same]);
  expect(evaluated).toMatchObject({ exitCode: 0 });
  const { accuracy, images: count } = JSON.parse(evaluated.stdout);
  const network = readOwnNetwork(readFileSync(out), out);
  return { accuracy, count, network, trained, out };
}

describe('train, then evaluate, on sets of other sizes and classes:', () => {
  test('8 x 8 pixels of 0 to 16, the label last', async () => {
    const folder = await treeOf({ 'o.csv': rows(COUNT, (i) => [...small(i, 16), LABELS[i]]) });
    const { accuracy, count, network } = await learned(join(folder, 'o.csv'), [], ['--scale', '16']);
    expect(network.image).toEqual({ height: 8, width: 8 });
    expect(network.classes).toEqual(Array.from('0123456789'));
    expect(count).toBe(COUNT);
    expect(accuracy).toBeGreaterThan(0.75);
  });

  test('names of classes in any order, gzipped, with a header', async () => {
    const words = ['nil', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const head = ['class', ...Array.from({ length: 64 }, (_, i) => `pixel${i}`)].join(',');
    const csv = `${head}\n${rows(COUNT, (i) => [words[LABELS[i]], ...small(i, 255)])}`;
    const folder = await treeOf({ 'w.csv.gz': gzipSync(csv) });
    const { accuracy, network } = await learned(join(folder, 'w.csv.gz'));
    expect(network.classes).toEqual([...words].sort());
    expect(accuracy).toBeGreaterThan(0.75);
  });

  test('more than ten numbers: mirrored digits are 10 to 19', async () => {
    const mirrored = (i: number) => {
      const pixels = small(i, 255);
      return pixels.map((_, at) => pixels[at - (at % 8) + 7 - (at % 8)]);
    };
    const row = (i: number) =>
      i % 2 === 0 ? [LABELS[i], ...small(i, 255)] : [LABELS[i] + 10, ...mirrored(i)];
    const folder = await treeOf({ 'l.csv': rows(COUNT, row) });
    const { accuracy, network } = await learned(join(folder, 'l.csv'), ['--epochs', '40']);
    expect(network.classes).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
    expect(accuracy).toBeGreaterThan(0.6);
  });

  test('numbers from 1 on, as the labels of letters', async () => {
    const images = idxBytes(0x08, [COUNT, 28, 28], PIXELS.subarray(0, COUNT * 784));
    const labels = idxBytes(
      0x08,
      [COUNT],
      LABELS.subarray(0, COUNT).map((label) => label + 1),
    );
    const folder = await treeOf({ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels });
    const out = join(folder, 'n');
    await runShared(['train', '--images', folder, ...LEARNING, '--labels-from', '1', '--out', out]);
    const network = readOwnNetwork(readFileSync(out), out);
    expect(network.classes).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1}`));
    const paths = ['images-idx3', 'labels-idx1'].map((name) => join(folder, `train-${name}-ubyte`));
    const { stdout } = await runShared(['evaluate', ...paths, '--model', out, '--format', 'json']);
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.75);
  });

  test('NumPy arrays of another size', async () => {
    const x = Uint8Array.from(Array.from({ length: COUNT }, (_, i) => small(i, 255)).flat());
    const folder = await treeOf({
      'x_train.npy': npyBytes({ shape: [COUNT, 8, 8], data: x }),
      'y_train.npy': npyBytes({ shape: [COUNT], data: LABELS.subarray(0, COUNT) }),
    });
    const { accuracy, network } = await learned(join(folder, 'x_train.npy'));
    expect(network.image).toEqual({ height: 8, width: 8 });
    expect(accuracy).toBeGreaterThan(0.75);
  });

  test.each(['npy', 'idx'])('labels that are one-hot, as %s', async (format) => {
    const hot = Uint8Array.from({ length: COUNT * 10 }, (_, i) =>
      LABELS[Math.floor(i / 10)] === i % 10 ? 1 : 0,
    );
    const images = idxBytes(0x08, [COUNT, 28, 28], PIXELS.subarray(0, COUNT * 784));
    const labels =
      format === 'npy' ? npyBytes({ shape: [COUNT, 10], data: hot }) : idxBytes(0x08, [COUNT, 10], hot);
    const folder = await treeOf({ x: images, y: labels });
    const [x, y, out] = ['x', 'y', 'out'].map((name) => join(folder, name));
    const trained = await runShared(['train', '--images', x, '--labels', y, ...LEARNING, '--out', out]);
    expect(trained).toMatchObject({ exitCode: 0 });
    expect(readOwnNetwork(readFileSync(out), out).classes).toEqual(Array.from('0123456789'));
    const { stdout } = await runShared(['evaluate', x, y, '--model', out, '--format', 'json']);
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.75);
  });

  test('rows of no square, whose size is said', async () => {
    const csv = rows(COUNT, (i) => [LABELS[i], ...small(i, 255).slice(0, 56)]);
    const folder = await treeOf({ 'r.csv': csv });
    const refused = await runShared(['train', '--images', join(folder, 'r.csv'), '--out', join(folder, 'n')]);
    expect(refused.exitCode).toBe(65);
    expect(refused.stderr).toContain('found 57 columns; say the size with --image HEIGHTxWIDTH');
    const { accuracy, network, trained } = await learned(join(folder, 'r.csv'), ['--image', '7x8']);
    expect(network.image).toEqual({ height: 7, width: 8 });
    expect(network.provenance.command).toContain('--image 7x8');
    expect(accuracy).toBeGreaterThan(0.7);
    expect(trained.stdout).toContain('1,000 images to learn from');
  });

  test('pictures in a folder a class, which are put in random order', async () => {
    const words = ['nil', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const folder = await treeOf(digitPngs(600, (label, index) => `${words[label]}/${index}.png`));
    const { accuracy, network, trained } = await learned(folder, []);
    expect(network.classes).toEqual([...words].sort());
    expect(network.image).toEqual({ height: 28, width: 28 });
    expect(accuracy).toBeGreaterThan(0.75);
    expect(trained.stdout).toContain('in random order, since they came sorted by class');
    expect(trained.stderr).toContain('600 pictures: all left as is');
  });

  test('pictures with a list, whose classes are given in their order', async () => {
    const names = LABELS.subarray(0, 300);
    const list = Array.from(names, (label, index) => `${index}.png,${'JIHGFEDCBA'[label]}\n`).join('');
    const folder = await treeOf({
      ...digitPngs(300, (_label, index) => `${index}.png`),
      'labels.csv': `file,label\n${list}`,
    });
    const classes = Array.from('JIHGFEDCBA');
    const { accuracy, network } = await learned(folder, ['--classes', classes.join(','), '--epochs', '30']);
    expect(network.classes).toEqual(classes);
    expect(network.provenance.command).toContain('--classes J,I,H,G,F,E,D,C,B,A');
    expect(accuracy).toBeGreaterThan(0.75);
  });
});

describe('train refuses in one line', () => {
  test.each([
    [
      'a set of folders within folders',
      { '3/x/a.png': '', '4/b.png': '' },
      [],
      'expected one folder a class',
    ],
    ['names that all differ', { 'ab.png': '', 'cd.png': '' }, [], 'expected several pictures of each class'],
    [
      'classes that are not these',
      { '3/a.png': '', '4/b.png': '' },
      ['--classes', '3,5'],
      'expected a class in its path',
    ],
  ])('%s', async (_, files, flags, words) => {
    const folder = await treeOf(files);
    const { stderr, exitCode } = await runShared([
      ...['train', '--images', folder, '--out', join(folder, 'n'), ...flags],
    ]);
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).toContain(words);
  });

  test.each([
    ['--classes', 'A,,B'],
    ['--classes', 'A,A'],
    ['--image', '28'],
    ['--image', '0x8'],
  ])('%s %s', async (flag, value) => {
    const { stderr, exitCode } = await runShared(['train', '--out', 'n', flag, value]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(flag);
  });

  test.each([
    ['one-hot rows', [], 'and with --classes what one-hot columns stand for', 65],
    [
      '--label one-hot',
      ['--image', '28x28', '--label', 'one-hot'],
      'or say with --classes what they stand for',
      2,
    ],
  ])('%s of nobody knows how many classes', async (_, flags, words, code) => {
    const oneHot = (i: number) => Array.from({ length: 10 }, (_column, k) => (k === i % 10 ? 1 : 0));
    const image = (i: number) => Array.from({ length: 784 }, (_pixel, k) => (i * 31 + k * 17) % 256);
    const folder = await treeOf({ 'n.csv': rows(60, (i) => [...oneHot(i), ...image(i)]) });
    const args = ['train', '--images', join(folder, 'n.csv'), '--epochs', '1', '--out', join(folder, 'n')];
    const { stderr, exitCode } = await runShared([...args, ...flags]);
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(code);
    const classes = ['--classes', '0,1,2,3,4,5,6,7,8,9'];
    expect(await runShared([...args, ...classes, '--format', 'json'])).toMatchObject({ exitCode: 0 });
  });

  test('labels from 1 to 10, which may count from 1, or have 10 for 0', async () => {
    const text = rows(100, (i) => [LABELS[i] === 0 ? 10 : LABELS[i], ...pixelsOf(i)]);
    const folder = await treeOf({
      'tens.csv': `label,${Array.from({ length: 784 }, (_, k) => k).join(',')}\n${text}`,
    });
    const args = ['train', '--images', join(folder, 'tens.csv'), '--epochs', '1', '--out', join(folder, 'n')];
    const { stderr, exitCode } = await runShared(args);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('1 of these 11 never');
    expect(stderr).toContain('--label-map');
    const digits = ['--label-map', '10=0', '--classes', '0,1,2,3,4,5,6,7,8,9'];
    expect(await runShared([...args, ...digits])).toMatchObject({ exitCode: 0 });
  });

  test('to write over a picture that it learns from', async () => {
    const folder = await treeOf(digitPngs(60, (label, index) => `${label}/${index}.png`));
    const before = readFileSync(join(folder, '7/0.png'));
    const over = ['--out', join(folder, '7/0.png'), '--epochs', '1'];
    expect(await runShared(['train', '--images', folder, ...over])).toMatchObject({ exitCode: 2 });
    expect(readFileSync(join(folder, '7/0.png')).equals(before)).toBe(true);
  });

  test('more names than classes can be', async () => {
    const folder = await treeOf({ 'n.csv': rows(300, (i) => [`name${i}`, ...small(i, 255)]) });
    const { stderr, exitCode } = await runShared([
      ...['train', '--images', join(folder, 'n.csv'), '--label', 'first', '--out', join(folder, 'n')],
    ]);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('expected at most 256 classes');
  });
});

test('a checkpoint of pictures is gone on with to the same network', async () => {
  const folder = await treeOf(digitPngs(300, (label, index) => `${label}/${index}.png`));
  const [checkpoint, whole, rest] = ['c', 'whole', 'rest'].map((name) => join(folder, name));
  const args = ['train', '--images', folder, '--hidden', '8', '--quiet'];
  await runShared([...args, '--epochs', '4', '--out', whole, '--checkpoint', checkpoint]);
  expect(await runShared([...args, '--epochs', '4', '--out', rest, '--resume', checkpoint])).toMatchObject({
    exitCode: 0,
  });
  expect(readFileSync(rest).equals(readFileSync(whole))).toBe(true);
  writeFileSync(join(folder, '3/new.png'), readFileSync(join(folder, '7/0.png')));
  const other = await runShared([...args, '--epochs', '4', '--out', rest, '--resume', checkpoint]);
  expect(other.exitCode).toBe(65);
});
