import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate, evaluateModel } from '../../pipelines/evaluate.js';
import { hold } from '../../pipelines/hold.js';
import { DigitflowError } from '../../src/errors.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { readOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { npyBytes, npyTexts } from '../formats/npy-bytes.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { zipArchive } from '../inputs/zip-archive.js';

const COUNT = 300;
const labels = [...testLabels().subarray(0, COUNT)];
const pixels = testPixels().subarray(0, COUNT * 784);
const images = npyBytes({ shape: [COUNT, 28, 28], data: pixels });
const WORDS = ['nil', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const words = labels.map((label) => WORDS[label]);
const labelMap = Object.fromEntries(WORDS.map((word, label) => [word, `${label}`]));
const digits = openModel('sigmoid');
const named = { ...digits, network: { ...digits.network, classes: WORDS } };

const numbers = await tempFolder({
  'x.npy': images,
  'y.npy': npyBytes({ shape: [COUNT], data: labels }),
});
const { evaluation: expected } = await evaluate({ images: join(numbers, 'x.npy') });
expect(expected.accuracy).toBeGreaterThan(0.9);

/** Images and labels as two files, and as an archive. */
async function bothWays(y: Uint8Array): Promise<string[]> {
  const members = [
    { name: 'x.npy', content: images },
    { name: 'y.npy', content: y },
  ];
  const folder = await tempFolder({ 'x.npy': images, 'y.npy': y, 'both.npz': zipArchive(members) });
  return [join(folder, 'x.npy'), join(folder, 'both.npz')];
}

/** The same images in rows, each with its label in a column that says so. */
async function csvOf(texts: readonly string[]): Promise<string> {
  const header = ['label', ...Array.from({ length: 784 }, (_, at) => `pixel${at}`)].join(',');
  const rows = texts.map((text, at) => [text, ...pixels.subarray(at * 784, (at + 1) * 784)].join(','));
  return join(await tempFolder({ 'in.csv': Buffer.from([header, ...rows].join('\n')) }), 'in.csv');
}

describe('labels that are texts count as the numbers do:', () => {
  const texts = labels.map(String);
  test.each<[string, Uint8Array, ReadingFlags?, typeof digits?]>([
    ['digits, <U1', npyTexts('<U1', texts)],
    ['digits, >U5, as a column', npyTexts('>U5', texts, [COUNT, 1])],
    ['digits, |S10', npyTexts('|S10', texts)],
    [
      'counted from 1, by the network',
      npyTexts(
        '<U2',
        labels.map((label) => `${label + 1}`),
      ),
    ],
    [
      '10 for 0, by the network',
      npyTexts(
        '|S2',
        labels.map((label) => `${label || 10}`),
      ),
    ],
    [
      'counted from 1, by a flag',
      npyTexts(
        '<U2',
        labels.map((label) => `${label + 1}`),
      ),
      { labelsFrom: 1 },
    ],
    ['words that a flag maps', npyTexts('<U5', words), { labelMap }],
    ['names of the classes', npyTexts('|S5', words), {}, named],
  ])('%s', async (_, y, reading, of = digits) => {
    for (const path of await bothWays(y)) {
      const { evaluation } = await evaluateModel(of, { images: path, reading });
      expect(evaluation.confusion).toEqual(expected.confusion);
    }
  });

  test('from streams of both, and of more labels than one read gives', async () => {
    const [path] = await bothWays(npyTexts('<U1024', words));
    const labelsPath = path.replace('x.npy', 'y.npy');
    const { evaluation } = await evaluateModel(named, {
      images: createReadStream(path, { highWaterMark: 1000 }),
      labels: createReadStream(labelsPath, { highWaterMark: 1000 }),
    });
    expect(evaluation.confusion).toEqual(expected.confusion);
  });

  test('where they are held', async () => {
    for (const path of await bothWays(npyTexts('<U5', words))) {
      const held = await hold(
        { images: path },
        { network: { image: null, classes: WORDS }, first: 10, limit: 5 },
      );
      expect([...(held.labels ?? [])]).toEqual(labels.slice(10, 15));
    }
  });
});

test('a number among names is refused, as it is in a column of a CSV', async () => {
  const odd = words.map((word, at) => (at === 200 ? '3' : word));
  for (const path of await bothWays(npyTexts('<U5', odd))) {
    await expect(evaluateModel(named, { images: path })).rejects.toMatchObject({
      code: 'LABEL_OUT_OF_RANGE',
      message: expect.stringContaining('record 200: expected a label such as "nil"'),
    });
  }
  const csv = evaluateModel(named, { images: await csvOf(odd) });
  await expect(csv).rejects.toMatchObject({
    code: 'LABEL_OUT_OF_RANGE',
    message: expect.stringContaining('found 3'),
  });
});

const texts = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('0', '1', '2', '9', '10', '11') },
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'ä', 'A', '七') },
  {
    weight: 1,
    arbitrary: fc.constantFrom("'1'", "'a'", '1.0', '01', '+2', ' 2', 'a ', '1.5', '-1', 'nan', '1e1'),
  },
);
const classLists = fc.constantFrom<readonly string[]>(
  ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  ['1', '2', '9'],
  ['0', '10', '11'],
  ['a', 'b', 'ä', '七'],
  ['0', '1', 'a', 'b'],
);
const labelFlags = fc.constantFrom<ReadingFlags>(
  ...[{}, {}, {}, { labelsFrom: 0 }, { labelsFrom: 1 }, { labelMap: { 10: '0' } }, { labelMap: { A: 'a' } }],
);

test('texts of any kind mean what they mean in a column of a CSV', async () => {
  let right = 0;
  const property = fc.asyncProperty(
    fc.array(texts, { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 1, max: 15 }),
    classLists,
    labelFlags,
    async (some, times, classes, reading) => {
      const all = Array.from({ length: times }, () => some).flat();
      const header = 'label,pixel0,pixel1,pixel2,pixel3';
      const folder = await tempFolder({
        'in.csv': Buffer.from([header, ...all.map((text) => `${text},0,255,0,0`)].join('\n')),
        'x.npy': npyBytes({ shape: [all.length, 2, 2], data: all.flatMap(() => [0, 255, 0, 0]) }),
        'y.npy': npyTexts('<U4', all),
      });
      const network = { image: { height: 2, width: 2 }, classes };
      const [csv, numpy] = await Promise.all(
        ['in.csv', 'x.npy'].map((name) =>
          hold({ images: join(folder, name) }, { network, reading }).then(
            ({ labels }) => [...(labels ?? [])],
            (error: DigitflowError) => (error instanceof DigitflowError ? 'refused' : error),
          ),
        ),
      );
      expect(numpy).toEqual(csv);
      if (numpy !== 'refused') right++;
    },
  );
  await fc.assert(property, { numRuns: 200 });
  expect(right).toBeGreaterThan(0);
});

describe('train learns the classes that texts name:', () => {
  const learn = ['--epochs', '2', '--hidden', '12', '--augment', 'none', '--averaging', '0.9', '--quiet'];

  async function trained(...given: string[]) {
    const out = join(await tempFolder({}), 'out.safetensors');
    const run = await runShared(['train', ...given, ...learn, '--out', out]);
    expect(run).toMatchObject({ exitCode: 0 });
    return { out, classes: readOwnNetwork(await readFile(out), out).classes };
  }

  test('names, of files and archives, which evaluate, look and report read too', async () => {
    const sorted = [...WORDS].sort();
    for (const path of await bothWays(npyTexts('<U5', words))) {
      const { out, classes } = await trained('--images', path);
      expect(classes).toEqual(sorted);
      const evaluated = await runShared(['evaluate', path, '--model', out, '--format', 'json', '--quiet']);
      expect(JSON.parse(evaluated.stdout)).toMatchObject({
        images: COUNT,
        classes: sorted.map((name) => ({ name, support: words.filter((word) => word === name).length })),
      });
      const looked = await runShared(['look', 'digit', '1', '--images', path, '--model', out]);
      expect(looked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(words[1]) });
      const report = join(await tempFolder({}), 'report.html');
      const reported = await runShared(['report', path, '--model', out, '--out', report, '--quiet']);
      expect(reported).toMatchObject({ exitCode: 0 });
    }
  });

  test('names beside images that come as a stream', async () => {
    const [path] = await bothWays(npyTexts('>U5', words));
    const out = join(await tempFolder({}), 'out.safetensors');
    const given = ['train', '--images', '-', '--labels', path.replace('x.npy', 'y.npy')];
    const run = await runShared([...given, ...learn, '--out', out], { input: Buffer.from(images) });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(readOwnNetwork(await readFile(out), out).classes).toEqual([...WORDS].sort());
  });

  test('numbers, from 0 to the largest', async () => {
    for (const path of await bothWays(npyTexts('|S1', labels.map(String)))) {
      expect((await trained('--images', path)).classes).toEqual(Array.from('0123456789'));
    }
  });

  test('one-hot columns of an archive', async () => {
    const hot = labels.flatMap((label) => Array.from({ length: 10 }, (_, at) => (at === label ? 1 : 0)));
    const [, archive] = await bothWays(npyBytes({ shape: [COUNT, 10], data: hot }));
    expect((await trained('--images', archive)).classes).toEqual(Array.from('0123456789'));
  });

  test('names of which some are numbers, as those in a CSV', async () => {
    const some = words.map((word, at) => (labels[at] < 7 ? word : `${labels[at]}`));
    const [path] = await bothWays(npyTexts('<U5', some));
    const classes = ['7', '8', '9', 'five', 'four', 'nil', 'one', 'six', 'three', 'two'];
    for (const given of [path, await csvOf(some)]) {
      expect((await trained('--images', given)).classes).toEqual(classes);
    }
  });

  test('no name that a network file refuses, before anything is learned', async () => {
    for (const odd of ['', 'n\u001b[31m', 'n\u202ex']) {
      const some = words.map((word) => (word === 'nine' ? odd : word));
      const [path] = await bothWays(npyTexts('<U9', some));
      for (const given of [path, await csvOf(some)]) {
        const folder = await tempFolder({});
        const run = await runShared(['train', '--images', given, ...learn, '--out', join(folder, 'o')]);
        expect(run).toMatchObject({ exitCode: 65 });
        expect(run.stderr).toContain(
          'classes: expected names without control characters, none empty, found "',
        );
        expect(run.stderr).not.toContain('\u001b');
        expect(await readdir(folder)).toEqual([]);
      }
    }
  });

  test('no more names than a byte tells apart', async () => {
    const [path] = await bothWays(
      npyTexts(
        '<U5',
        labels.map((_, at) => `n${at}`),
      ),
    );
    const run = await runShared([
      'train',
      '--images',
      path,
      '--out',
      join(await tempFolder({}), 'out.safetensors'),
      ...learn,
    ]);
    expect(run).toMatchObject({ exitCode: 65 });
    expect(run.stderr).toContain('y.npy: expected at most 256 classes, found more, such as "n0", "n1", "n2"');
  });
});
