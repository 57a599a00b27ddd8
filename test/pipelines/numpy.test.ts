import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { hold } from '../../pipelines/hold.js';
import { score } from '../../pipelines/score.js';
import type { ElementFormat } from '../../src/formats/stored-arrays.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { storedNumbers } from '../formats/stored-numbers.js';
import { Cli } from '../helpers/cli.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { network } from '../helpers/scoring.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { zipArchive } from '../inputs/zip-archive.js';

const COUNT = 300;
const pixels = [...testPixels().subarray(0, COUNT * 784)];
const labels = [...testLabels().subarray(0, COUNT)];
const unit = pixels.map((pixel) => pixel / 255);
const oneHot = labels.flatMap((label) => Array.from({ length: 10 }, (_, i) => (i === label ? 1 : 0)));
const images = npyBytes({ shape: [COUNT, 28, 28], data: pixels });
const classes = npyBytes({ shape: [COUNT], data: labels });

const f = (type: ElementFormat['type'], littleEndian = true): ElementFormat => ({ type, littleEndian });
/** The same numbers with the first index varying fastest. */
function fortran(values: readonly number[], columns: number): number[] {
  const rows = values.length / columns;
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]);
}
/** Images turned so that each of `(n, 28, 28)` has its first index fastest. */
function fortranImages(values: readonly number[]): number[] {
  const flat = fortran(values, 784);
  // Of two axes of a record the first varies faster than the second.
  return Array.from({ length: 784 }, (_, at) => {
    const place = (at % 28) * 28 + Math.floor(at / 28);
    return flat.slice(place * COUNT, (place + 1) * COUNT);
  }).flat();
}

async function folderOf(files: Record<string, Uint8Array>): Promise<(name: string) => string> {
  const folder = await tempFolder(
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)])),
  );
  return (name) => join(folder, name);
}

const expected = (await evaluate({ limit: COUNT, workers: 0 })).evaluation;

describe('images of every kind that NumPy saves are evaluated as IDX is:', () => {
  const at = (shape: number[]) => ({ shape, data: pixels });
  test.each<[string, Uint8Array]>([
    ['u8 (n, 28, 28)', images],
    ['u8 (n, 784)', npyBytes(at([COUNT, 784]))],
    ['u8 (n, 28, 28, 1)', npyBytes(at([COUNT, 28, 28, 1]))],
    [
      'u8 in Fortran order',
      npyBytes({ shape: [COUNT, 28, 28], isFortran: true, data: fortranImages(pixels) }),
    ],
    [
      'u8 (n, 784) in Fortran order',
      npyBytes({ shape: [COUNT, 784], isFortran: true, data: fortran(pixels, 784) }),
    ],
    ['f32, 0 to 1', npyBytes({ shape: [COUNT, 28, 28], descr: '<f4', data: storedNumbers(f('f32'), unit) })],
    [
      'f64, big-endian',
      npyBytes({ shape: [COUNT, 784], descr: '>f8', data: storedNumbers(f('f64', false), unit) }),
    ],
    ['i64, 0 to 255', npyBytes({ shape: [COUNT, 784], descr: '<i8', data: storedNumbers(f('i64'), pixels) })],
  ])('%s', async (_, bytes) => {
    const path = await folderOf({ 'x_test.npy': bytes, 'y_test.npy': classes });
    for (const workers of [0, 2]) {
      for (const digest of ['auto', 'never'] as const) {
        const { evaluation, mistakes } = await evaluate({
          images: path('x_test.npy'),
          workers,
          digest,
          batchSize: 70,
        });
        for (const field of ['images', 'confusion', 'loss', 'calibration', 'mistakes'] as const)
          expect(evaluation[field]).toEqual(expected[field]);
        expect(evaluation.partial).toBe(false);
        expect(mistakes.every(({ pixels: shown }) => shown.length === 784)).toBe(true);
      }
    }
  });
});

describe('labels of every kind that NumPy saves:', () => {
  test.each<[string, Uint8Array]>([
    ['i64', npyBytes({ shape: [COUNT], descr: '<i8', data: storedNumbers(f('i64'), labels) })],
    ['i32 in a column', npyBytes({ shape: [COUNT, 1], descr: '<i4', data: storedNumbers(f('i32'), labels) })],
    ['one-hot f32', npyBytes({ shape: [COUNT, 10], descr: '<f4', data: storedNumbers(f('f32'), oneHot) })],
    [
      'one-hot u8 in Fortran order',
      npyBytes({ shape: [COUNT, 10], isFortran: true, data: fortran(oneHot, 10) }),
    ],
  ])('%s', async (_, bytes) => {
    const path = await folderOf({ 'x.npy': images, 'y.npy': bytes });
    const { evaluation } = await evaluate({ images: path('x.npy'), labels: path('y.npy'), workers: 0 });
    expect(evaluation.confusion).toEqual(expected.confusion);
  });
});

describe('an archive as Keras ships it', () => {
  const train = npyBytes({ shape: [2, 28, 28], data: pixels.slice(0, 2 * 784) });
  const members = (method: 0 | 8) => [
    { name: 'x_test.npy', content: Buffer.from(images), method },
    { name: 'x_train.npy', content: Buffer.from(train), method },
    { name: 'y_train.npy', content: Buffer.from(npyBytes({ shape: [2], data: labels.slice(0, 2) })), method },
    { name: 'y_test.npy', content: Buffer.from(classes), method },
  ];

  test.each([
    ['stored', 0],
    ['deflated', 8],
  ] as const)('%s, is read by its keys', async (_, method) => {
    const path = await folderOf({ 'mnist.npz': zipArchive(members(method)) });
    for (const workers of [0, 1]) {
      const { evaluation } = await evaluate({ images: path('mnist.npz'), workers });
      expect(evaluation.confusion).toEqual(expected.confusion);
    }
    const rows: number[] = [];
    const write = ({ predictions }: { predictions: Uint8Array }) => void rows.push(...predictions);
    await score({ inputs: [path('mnist.npz'), path('mnist.npz')], workers: 1, write });
    expect(rows).toHaveLength(2 * COUNT);
    const held = await hold({ images: path('mnist.npz') }, { network, split: 'train' });
    expect([...held.pixels]).toEqual(pixels.slice(0, 2 * 784));
    expect(held.labels).toEqual(Uint8Array.from(labels.slice(0, 2)));
  });

  test('is read by every command', async () => {
    const path = await folderOf({ 'mnist.npz': zipArchive(members(8)) });
    const npz = path('mnist.npz');
    const { stdout, stderr } = await runShared(['evaluate', npz, '--format', 'json']);
    const dialect = [{ property: 'images', value: 'x_test' }, { property: 'labels' }];
    expect(JSON.parse(stdout)).toMatchObject({ images: COUNT, data: { name: npz, dialect } });
    expect(stderr).toContain('mnist.npz: images x_test, labels y_test');
    expect((await runShared(['score', npz])).stdout.split('\n')).toHaveLength(COUNT + 2);
    expect((await runShared(['look', 'digit', '5', '--images', npz])).stdout).toContain(`${npz} #5`);
    expect((await runShared(['report', npz, '-o', path('r.html')])).exitCode).toBe(0);
    // Two images do not tell which classes there are.
    const classNames = Array.from('0123456789').join();
    const settings = [
      '--epochs',
      '1',
      '--restarts',
      '1',
      '--validation',
      '0',
      '--classes',
      classNames,
      '--quiet',
    ];
    const out = path('trained.safetensors');
    expect(await runShared(['train', '--images', npz, ...settings, '--out', out])).toMatchObject({
      exitCode: 0,
    });
    expect((await runShared(['evaluate', npz, '--model', out, '--quiet'])).exitCode).toBe(0);
  });

  test('a folder with one is a folder of images', async () => {
    const path = await folderOf({ 'mnist.npz': zipArchive(members(0)) });
    expect((await evaluate({ images: path('') })).evaluation.confusion).toEqual(expected.confusion);
  });
});

describe('what cannot be read is one line:', () => {
  const object = npyBytes({ descr: '|O', shape: [2], data: [0x80, 4] });
  test.each<[string, string[], Record<string, Uint8Array>, string, string]>([
    ['a pickle', ['x.npy', 'y.npy'], { 'x.npy': object, 'y.npy': classes }, 'NPY_TYPE', 'pickle'],
    ['images beside no labels', ['x.npy'], { 'x.npy': images }, 'INPUT_MISSING', 'y.npy'],
    [
      'other labels',
      ['x.npy', 'y.npy'],
      { 'x.npy': images, 'y.npy': npyBytes({ shape: [2], data: [1, 2] }) },
      'IDX_COUNTS_DIFFER',
      '2 labels',
    ],
    [
      'half a file',
      ['x.npy', 'y.npy'],
      { 'x.npy': images.subarray(0, 9999), 'y.npy': classes },
      'NPY_TRUNCATED',
      'found 9999',
    ],
    [
      'a file and more',
      ['x.npy', 'y.npy'],
      { 'x.npy': Buffer.concat([images, images]), 'y.npy': classes },
      'NPY_TRAILING_BYTES',
      'bytes follow',
    ],
    [
      'floats of no usual scale',
      ['x.npy', 'y.npy'],
      {
        'x.npy': npyBytes({
          shape: [COUNT, 784],
          descr: '<f4',
          data: storedNumbers(
            f('f32'),
            pixels.map((pixel) => pixel / 10 - 3),
          ),
        }),
        'y.npy': classes,
      },
      'NPY_PIXEL',
      'found -3 to 22.5: if they were standardized, say --scale',
    ],
    [
      'images of another size',
      ['x.npy', 'y.npy'],
      {
        'x.npy': npyBytes({ shape: [4, 8, 8], data: pixels.slice(0, 256) }),
        'y.npy': npyBytes({ shape: [4], data: [1, 2, 3, 4] }),
      },
      'INPUT_SIZE',
      '8 x 8',
    ],
    [
      'an archive without labels',
      ['a.npz'],
      { 'a.npz': zipArchive([{ name: 'x_test.npy', content: Buffer.from(images) }]) },
      'USAGE',
      'need labels',
    ],
  ])('%s', async (_, names, files, code, words) => {
    const path = await folderOf(files);
    const [x, y] = names.map(path);
    const { stderr, exitCode } = await runShared(['evaluate', x, ...(y ? [y] : []), '--format', 'json']);
    const failure = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
    expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(exitCode).toBe(failure.exitCode);
  });

  test('an archive from a stream, which cannot be read at several places', async () => {
    const bytes = zipArchive([{ name: 'x_test.npy', content: Buffer.from(images) }]);
    const cli = new Cli(['score', '-'], { stdin: 'pipe' });
    cli.stdin.end(bytes);
    expect(await cli.ended).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('give the path of the .npz'),
    });
  });
});

test('an archive is read from memory as from a file', async () => {
  const bytes = zipArchive([
    { name: 'x_test.npy', content: Buffer.from(images) },
    { name: 'y_test.npy', content: Buffer.from(classes) },
  ]);
  const path = join(await tempFolder({ 'a.npz': bytes }), 'a.npz');
  const correctOf = async (images: string | Uint8Array) =>
    (await evaluate({ images, workers: 0 })).evaluation.correct;
  // In a larger buffer, too, as a Buffer of Node's may be.
  const within = Buffer.concat([Buffer.alloc(9), bytes]).subarray(9);
  const file = await correctOf(path);
  expect(file).toBeGreaterThan(0);
  expect([await correctOf(bytes), await correctOf(within)]).toEqual([file, file]);
});

test('arrays come from a stream as well', async () => {
  const rows: number[] = [];
  const stream = (async function* () {
    for (let at = 0; at < images.length; at += 5000) yield images.subarray(at, at + 5000);
  })();
  await score({ inputs: [stream], workers: 0, write: ({ predictions }) => void rows.push(...predictions) });
  expect(rows).toHaveLength(COUNT);
});
