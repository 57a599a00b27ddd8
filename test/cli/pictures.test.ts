import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { digitPngs, inverted, pngOf, treeOf } from '../helpers/png-files.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { killAt } from './kill-at.js';

const COUNT = 300;

/** The same digits as IDX files of the usual names. */
function idxFiles(count: number) {
  return {
    't10k-images-idx3-ubyte': idxBytes(0x08, [count, 28, 28], testPixels().subarray(0, count * 784)),
    't10k-labels-idx1-ubyte': idxBytes(0x08, [count], testLabels().subarray(0, count)),
  };
}

async function evaluation(...args: readonly string[]) {
  const { stdout, stderr, exitCode } = await runShared(['evaluate', '--format', 'json', ...args]);
  expect(stderr).not.toContain('"schema"');
  expect(exitCode).toBe(0);
  return { ...JSON.parse(stdout), stderr };
}

/** Rows of `score` without what differs between a folder and a file. */
async function verdicts(...args: readonly string[]) {
  const { stdout, stderr } = await runShared(['score', '--probabilities', '--format', 'ndjson', ...args]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  const rows = lines.map((line) => JSON.parse(line));
  return { stderr, ids: rows.map(({ id }) => id), rows: rows.map(({ file, id, ...row }) => row) };
}

describe("MNIST's own images as pictures", () => {
  test.each([
    ['as they are', (pixels: Uint8Array) => pixels],
    ['black on white', inverted],
  ])('%s give the outputs that they give as IDX', async (_, change) => {
    const [folder, idx] = await Promise.all([
      treeOf(digitPngs(COUNT, (_label, index) => `${index}.png`, change)),
      treeOf(idxFiles(COUNT)),
    ]);
    const pictures = await verdicts(folder);
    const stored = await verdicts(join(idx, 't10k-images-idx3-ubyte'));
    expect(pictures.rows).toHaveLength(COUNT);
    expect(pictures.rows).toEqual(stored.rows);
    // In natural order, under their own names.
    expect(pictures.ids).toEqual(Array.from({ length: COUNT }, (_id, index) => `${index}.png`));
    expect(pictures.stderr).toMatch(/300 pictures: all /);
  });

  test.each([
    ['in a folder a class', (label: number, index: number) => `${label}/${index}.png`],
    ['called after their class', (label: number, index: number) => `${label}_${index}.png`],
  ])('%s are evaluated as from IDX', async (_, pathOf) => {
    const [folder, idx] = await Promise.all([
      treeOf({
        ...digitPngs(COUNT, pathOf),
        ...{ '.DS_Store': 'x', 'Thumbs.db': 'x', 'about.txt': 'digits', '._3_1.png': 'x' },
      }),
      treeOf(idxFiles(COUNT)),
    ]);
    const [pictures, stored] = [await evaluation(folder), await evaluation(idx)];
    expect(pictures).toMatchObject({ images: COUNT, correct: stored.correct, confusion: stored.confusion });
    expect(pictures.stderr).toMatch(/passed over 4 \(\.DS_Store, \._3_1\.png, Thumbs\.db, …\)/);
    expect(pictures.data.files).toEqual([{ path: folder, sha256: expect.stringMatching(/^[\da-f]{64}$/) }]);
    // The same files have the same digest, whatever their order on the disk.
    expect((await evaluation(`${folder}/`)).data.files[0].sha256).toBe(pictures.data.files[0].sha256);
  });

  test('with a CSV of names and labels, beside them or given', async () => {
    const names = (_label: number, index: number) => `img/${index}.png`;
    const rows = Array.from({ length: 100 }, (_, index) => `img/${index}.png,${testLabels()[index]}\n`);
    const pictures = digitPngs(100, names);
    const beside = await treeOf({ ...pictures, 'labels.csv': `file,label\n${rows.join('')}gone.png,3\n` });
    const found = await evaluation(beside);
    const { correct } = await evaluation('--limit', '100');
    expect(found).toMatchObject({ images: 100, correct });
    expect(found.stderr).toContain(`label by ${beside}/labels.csv, labels without a picture 1`);
    const given = await treeOf({ ...pictures, 'truth.txt': rows.join('').replaceAll('img/', '') });
    expect(await evaluation(given, join(given, 'truth.txt'))).toMatchObject({ images: 100, correct });
    // A list beside their folder, with paths from there, or whole ones.
    for (const start of ['img', './img', join(beside, 'img')]) {
      writeFileSync(join(beside, 'list'), rows.join('').replaceAll('img/', `${start}/`));
      const listed = await evaluation(join(beside, 'img'), join(beside, 'list'));
      expect(listed).toMatchObject({ images: 100, correct });
    }
  });

  test('are seen by report and look, too', async () => {
    const folder = await treeOf(digitPngs(20, (label, index) => `${label}/${index}.png`));
    const out = join(folder, 'page.html');
    expect(await runShared(['report', folder, '--out', out, '--quiet'])).toMatchObject({ exitCode: 0 });
    expect(statSync(out).size).toBeGreaterThan(10_000);
    const look = await runShared(['look', 'digit', '3', '--images', folder, '--format', 'json']);
    expect(JSON.parse(look.stdout)).toMatchObject({ name: `${folder} #3`, truth: 1 });
    expect(look.stderr).toContain('pictures: ');
  });

  test('are named where the network is wrong, in every format and on the page', async () => {
    const folder = await treeOf(digitPngs(300, (label, index) => `a & b/${label}/${index}.png`));
    const args = ['evaluate', folder, '--mistakes', '3', '--quiet', '--format'];
    const { mistakes } = JSON.parse((await runShared([...args, 'json'])).stdout);
    expect(mistakes).toHaveLength(3);
    const [{ index, truth, name }] = mistakes;
    const { ids } = await verdicts(folder);
    expect(name).toBe(`${folder}/${ids[index]}`);
    expect((await runShared([...args, 'table'])).stdout).toContain(name.slice(name.indexOf(`/${truth}/`)));
    const markdown = name.replace('&', '&#38;').replaceAll('_', '&#95;');
    expect((await runShared([...args, 'markdown'])).stdout).toContain(`| ${markdown} |`);
    const page = await runShared(['report', folder, '--out', '-', '--quiet']);
    expect(page.stdout).toContain(`<span class="soft">${name.replace('&', '&#38;')}</span>`);
  });

  test('are never written over by their report', async () => {
    const folder = await treeOf(digitPngs(20, (label, index) => `${label}/${index}.png`));
    const picture = join(folder, '0', '3.png');
    const before = readFileSync(picture);
    const { stderr, exitCode } = await runShared(['report', folder, '--out', picture]);
    expect(stderr).toContain(`--out: expected another file than the input ${picture}`);
    expect(exitCode).toBe(2);
    expect(readFileSync(picture)).toEqual(before);
  });

  test('stand upright: that a normalization says they do not is refused', async () => {
    const folder = await treeOf(digitPngs(20, (label, index) => `${label}/${index}.png`));
    for (const command of ['evaluate', 'score']) {
      const { stdout, stderr, exitCode } = await runShared([command, folder, '--normalize', 'transposed']);
      expect(stderr).toContain(`--normalize: expected pictures that stand upright, as those of ${folder}`);
      expect(stderr).toContain('say --transpose yes');
      expect([stdout, exitCode]).toEqual(['', 2]);
    }
    const turned = await evaluation(folder, '--transpose', 'yes', '--normalize', 'transposed');
    expect(turned.normalization).toBe('scale=1/255,transposed');
  });

  test('of a data set in two halves, the test set is evaluated', async () => {
    const [test, train] = ['testing', 'training'].map((half) =>
      digitPngs(half === 'testing' ? 40 : 20, (label, index) => `${half}/${label}/${index}.png`),
    );
    const folder = await treeOf({ ...test, ...train });
    const evaluated = await evaluation(folder);
    expect(evaluated).toMatchObject({ images: 40 });
    expect(evaluated.stderr).toContain('only the test set');
    // Without labels there is nothing to keep apart.
    expect((await runShared(['score', folder])).stdout.trimEnd().split('\n')).toHaveLength(61);
  });
});

test('files side by side are scored as their folder is, and a picture by itself or from a pipe', async () => {
  const files = digitPngs(12, (_label, index) => `${index}.png`);
  const folder = await treeOf(files);
  const paths = Object.keys(files).map((name) => join(folder, name));
  const [whole, list] = [await runShared(['score', folder]), await runShared(['score', ...paths])];
  expect(list.stdout).toBe(whole.stdout);
  expect(whole.stdout.split('\n')).toHaveLength(14);
  const [single] = [await runShared(['score', paths[7]])];
  expect(single.stdout).toMatch(new RegExp(`\n1,${paths[7]},${paths[7]},9,`));
  const piped = await runShared(['score', '-'], { input: files['7.png'] });
  expect(piped.stdout).toMatch(/\n1,stdin,stdin,9,/);
});

test('the names of a folder win over pictures, which are told of', async () => {
  const folder = await treeOf({ ...idxFiles(50), 'a.png': 'x', 'b.jpg': 'x' });
  expect((await evaluation(folder)).stderr).toContain('pictures passed over 2');
});

describe('a broken picture', () => {
  const broken = { '3/a.png': pngOf(testPixels().subarray(0, 784)).subarray(0, 60) };

  test('ends an evaluation, and is named', async () => {
    const folder = await treeOf({ ...digitPngs(5, (label, i) => `${label}/${i}.png`), ...broken });
    const { stderr, stdout, exitCode } = await runShared(['evaluate', folder]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 65 });
    expect(stderr).toMatch(new RegExp(`digitflow: ${folder}/3/a\\.png: broken PNG [^\n]*\n$`));
  });

  test('is a bad row of score: told, left out, or set aside', async () => {
    const folder = await treeOf({ ...digitPngs(5, (_label, i) => `${i}.png`), '2a.png': broken['3/a.png'] });
    const fails = await runShared(['score', folder]);
    expect(fails.exitCode).toBe(65);
    expect(fails.stderr).toMatch(
      /\/2a\.png: broken PNG [^\n]*, or give --on-error skip|; or give --on-error skip/,
    );
    expect(fails.stdout.split('\n')).toHaveLength(5);
    const rejects = join(folder, 'bad.csv');
    const { stdout, exitCode } = await runShared(['score', folder, '--rejects', rejects]);
    expect(exitCode).toBe(65);
    expect(stdout.split('\n').map((row) => row.split(',')[2])).toEqual([
      ...['id', '0.png', '1.png', '2.png', '3.png', '4.png', undefined],
    ]);
    // Its number is not given to another.
    expect(stdout).toMatch(/\n5,[^\n]*,3\.png,/);
    const [head, row] = readFileSync(rejects, 'utf8').split('\n');
    expect(head).toBe('file,line,reason,row');
    expect(row).toMatch(new RegExp(`^${folder}/2a\\.png,,"?broken PNG .*,$`));
  });

  test('is one that is no picture but called so, and one that cannot be read at all', async () => {
    const folder = await treeOf({ 'a.png': 'hello', 'b.gif': 'GIF89a', 'c.png': '' });
    const { stdout } = await runShared([
      'score',
      folder,
      '--on-error',
      'skip',
      '--summary',
      join(folder, 's.json'),
    ]);
    expect(stdout).toBe('record,file,id,prediction,confidence\n');
    expect(JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))).toMatchObject({ rejected: 3 });
  });
});

describe('what is not clear is refused in one line:', () => {
  const picture = pngOf(testPixels().subarray(0, 784));
  test.each([
    ['a folder and a name that differ', { '3/5_a.png': picture }, 'found 3 by its folder and 5 by its name'],
    ['two folders that differ', { '3/5/a.png': picture }, 'found 3 by its folder and 5 by its folder'],
    [
      'no label at all',
      { 'a.png': picture },
      'expected a class in its path, found none; put them into a folder',
    ],
    ['a folder that is no class', { '3/a.png': picture, 'x/b.png': picture }, '/x/b.png: expected a class'],
    ['folders with other names', { 'three/a.png': picture }, 'say with --label-map what folders stand for'],
    ['numbers that are no labels', { '1.png': picture, '10.png': picture }, 'expected a class in its path'],
    [
      'a list without a row for it',
      { 'a.png': picture, 'b.png': picture, 'labels.csv': 'a.png,3\n' },
      '/b.png: expected a row for it',
    ],
    [
      'a list and a folder that differ',
      { '3/a.png': picture, 'labels.csv': 'a.png,4\n' },
      'labels.csv and 3 by its folder',
    ],
    [
      'two labels for one',
      { 'a.png': picture, 'labels.csv': 'a.png,4\na.png,5\n' },
      'expected one label for a.png',
    ],
    ['a list of other files', { 'a.png': picture, 'labels.csv': 'x.png,4\n' }, 'expected a column of names'],
    ['nothing in it', { 'a.txt': 'x' }, 'or pictures, found no such file; give the images'],
    ['a CSV', { 'a.csv': '1,2' }, 'found no such file; give a file by its path, such as '],
  ])('%s', async (_, files, words) => {
    const folder = await treeOf(files);
    const { stdout, stderr, exitCode } = await runShared(['evaluate', folder]);
    expect(stdout).toBe('');
    expect(exitCode).toBe(words.includes('no such file') ? 66 : 65);
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).toContain(words);
  });

  test('a name in a list that is two pictures', async () => {
    const folder = await treeOf({ 'img/a.png': picture, 'img/img/a.png': picture, list: 'img/a.png,7\n' });
    const { stderr, exitCode } = await runShared(['evaluate', join(folder, 'img'), join(folder, 'list')]);
    expect(stderr).toBe(
      `digitflow: ${folder}/list: expected img/a.png to be one picture, found ${folder}/img/img/a.png, from the ` +
        `pictures' folder, and ${folder}/img/a.png, from its own; write the whole path\n`,
    );
    expect(exitCode).toBe(65);
  });

  test('numbers that count pictures in a folder of a class are no labels', async () => {
    const folder = await treeOf({
      ...{ '7/0.png': picture, '7/1.png': picture, '7/2_x.png': picture, '7/12_x.png': picture },
    });
    expect(await evaluation(folder)).toMatchObject({ images: 4, correct: 4 });
  });

  test('labels that are counted from another number', async () => {
    const folder = await treeOf({ '8/a.png': picture });
    expect(await evaluation(folder, '--labels-from', '1')).toMatchObject({ images: 1, correct: 1 });
  });

  test('--preprocess for what is no picture, and flags of CSV for pictures', async () => {
    const folder = await treeOf({ ...idxFiles(3), 'p/7/a.png': picture });
    for (const command of ['evaluate', 'report']) {
      const { stderr, exitCode } = await runShared([command, folder, '--preprocess', 'none']);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('expected pictures, found IDX in');
    }
    const scaled = await runShared(['evaluate', join(folder, 'p'), '--scale', '16']);
    expect(scaled.stderr).toContain('--scale: expected CSV, IDX or NumPy, found pictures in');
    const { stderr, exitCode } = await runShared(['evaluate', join(folder, 'p'), '--delimiter', 'comma']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--delimiter: expected a CSV, found pictures');
  });
});

test('--preprocess none takes the pixels as they are', async () => {
  const dark = inverted(testPixels().subarray(0, 784));
  const folder = await treeOf({ '7/a.png': pngOf(dark) });
  expect(await evaluation(folder)).toMatchObject({ correct: 1 });
  const plain = await evaluation(folder, '--preprocess', 'none', '--normalize', 'inverted');
  expect(plain).toMatchObject({ correct: 1 });
  expect(plain.stderr).toContain('1 picture: left as is');
  // What is said of stored pixels does no harm to digits that were fitted.
  expect(await evaluation(folder, '--normalize', 'inverted')).toMatchObject({ correct: 1 });
  const large = await treeOf({ '7/a.png': pngOf(new Uint8Array(30 * 30), 30, 30) });
  const { stderr, exitCode } = await runShared(['evaluate', large, '--preprocess', 'none']);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('found 30 x 30');
});

describe('score --out of a folder', () => {
  test('that is killed again and again ends with the bytes of one that was not', async () => {
    const folder = await treeOf(digitPngs(1500, (_label, index) => `${index % 7}/${index}.png`));
    writeFileSync(join(folder, '3/bad.png'), 'x');
    const out = join(await treeOf({}), 'out.csv');
    const args = ['score', folder, '--batch-size', '20', '--on-error', 'skip', '--out', out];
    await runShared(args);
    const whole = readFileSync(out);
    expect(whole.toString().split('\n')).toHaveLength(1502);
    rmSync(out);
    for (const share of [0.2, 0.5, 0.8]) await killAt(share * whole.length, out, [...args, '--resume']);
    const { stderr, exitCode } = await runShared([...args, '--resume']);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('resuming');
    expect(readFileSync(out).equals(whole)).toBe(true);
  });

  test('is not gone on with when a picture was added, and never goes over a picture', async () => {
    const folder = await treeOf(digitPngs(5, (_label, index) => `${index}.png`));
    writeFileSync(join(folder, '3.png'), 'x');
    const out = join(await treeOf({}), 'out.csv');
    expect((await runShared(['score', folder, '--out', out])).exitCode).toBe(65);
    writeFileSync(join(folder, '2a.png'), pngOf(testPixels().subarray(0, 784)));
    const { stderr, exitCode } = await runShared(['score', folder, '--out', out, '--resume']);
    expect(exitCode).toBe(65);
    expect(stderr).toContain('expected 5 inputs');
    const over = await runShared(['score', folder, '--out', join(folder, '4.png')]);
    expect(over.exitCode).toBe(2);
    expect(over.stderr).toContain('--out: expected another file than the input');
  });
});

test('names in bytes that are no UTF-8 are opened, and come out as they are', async () => {
  const folder = await treeOf({});
  const name = Buffer.from([0x4d, 0xfc, 0x6c, 0x2e, 0x70, 0x6e, 0x67]);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), pngOf(testPixels().subarray(0, 784)));
  const out = join(await treeOf({}), 'out.csv');
  expect(await runShared(['score', folder, '--out', out])).toMatchObject({ exitCode: 0 });
});
