import { gzipSync } from 'node:zlib';
import { describe, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { copyOfProgram } from '../helpers/copy-of-program.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes, imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { expectFailure } from './expect-failure.js';

const COUNT = 20;
const IMAGES = idxBytes(0x08, [COUNT, 28, 28], testPixels().subarray(0, COUNT * 784));
const LABELS = labelsIdx(Array.from(testLabels().subarray(0, COUNT)));
const PACKED = gzipSync(IMAGES);
const NETWORK = writeOwnNetwork(openModel('sigmoid').network);

/** The same bytes, some of them replaced. */
function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at < 0 ? bytes.length + at : at);
  return copy;
}

type Files = Readonly<Record<string, Uint8Array>>;

/** Puts good files, and the given ones over them, into a folder, from where the program is run. */
async function folderOf(files: Files): Promise<string> {
  return tempFolder({ images: IMAGES, labels: LABELS, network: NETWORK, ...files });
}

describe('an input that is not there is one line, and exit code 66', () => {
  test.each<[name: string, args: string[], ...words: string[]]>([
    ['images', ['nothing', 'labels'], 'nothing: no such file'],
    ['images, and no labels named', ['nothing'], 'nothing: no such file'],
    ['labels', ['images', 'nothing'], 'nothing: no such file'],
    ['labels beside the images', ['my-images'], 'my-images', 'my-labels'],
    ['labels of images whose name does not tell', ['untold'], 'untold', '"images"'],
    ['a folder', ['nowhere/images', 'labels'], 'nowhere/images: no such file'],
    ['the files in a folder', ['.'], 't10k-images-idx3-ubyte', 'no such file'],
    ['a network', ['--model', 'nothing'], 'nothing: no such network', 'sigmoid', 'the path of a file'],
  ])('%s', async (_, args, ...words) => {
    const cwd = await folderOf({ 'my-images': IMAGES, untold: IMAGES });
    await expectFailure(args, { code: 'INPUT_MISSING', exitCode: 66, words }, { cwd });
  });
});

describe('bad images or labels are one line, and exit code 65', () => {
  test.each<[name: string, code: ErrorCode, files: Files, ...words: string[]]>([
    ['no bytes at all', 'IDX_EMPTY', { images: new Uint8Array(0) }, 'images: '],
    ['no labels at all', 'IDX_EMPTY', { labels: new Uint8Array(0) }, 'labels: '],
    ['a wrong magic number', 'IDX_MAGIC', { images: patched(IMAGES, 2, 0x42) }, 'images: ', '0x00004203'],
    ['text', 'IDX_MAGIC', { labels: Buffer.from('label,pixel0\n') }, 'labels: ', 'found rows of text'],
    ['a header that is cut off', 'IDX_TRUNCATED', { images: IMAGES.subarray(0, 9) }, 'images: ', '16', '9'],
    ['images that are cut off', 'IDX_TRUNCATED', { images: IMAGES.subarray(0, -1) }, 'images: ', '15695'],
    ['labels that are cut off', 'IDX_TRUNCATED', { labels: LABELS.subarray(0, -1) }, 'labels: ', '28', '27'],
    ['bytes after the images', 'IDX_TRAILING_BYTES', { images: Buffer.concat([IMAGES, LABELS]) }, '15724'],
    ['bytes after the labels', 'IDX_TRAILING_BYTES', { labels: Buffer.concat([LABELS, LABELS]) }, '56'],
    ['images and labels swapped', 'IDX_SWAPPED', { images: LABELS, labels: IMAGES }, 'swapped'],
    ['images twice', 'IDX_SWAPPED', { labels: IMAGES }, 'labels: ', 'found images'],
    ['floats for pixels', 'IDX_TYPE', { images: idxBytes(0x0d, [1, 2, 2], new Uint8Array(16)) }, 'f32'],
    ['images without a height', 'IDX_SHAPE', { images: idxBytes(0x08, [784, 20], []) }, 'u8 784 x 20'],
    ['fewer labels', 'IDX_COUNTS_DIFFER', { labels: labelsIdx([1, 2, 3]) }, '20 images', '3 labels'],
    [
      'sizes beyond all numbers',
      'IDX_OVERFLOW',
      { images: patched(IMAGES, 4, ...Array(12).fill(255)) },
      '4294967295',
    ],
    ['images of another size', 'INPUT_SIZE', { images: imagesIdx(COUNT, 20, 20) }, '784', '400 (20 x 20)'],
    [
      'a label that is no digit',
      'LABEL_OUT_OF_RANGE',
      { labels: patched(LABELS, 8 + 5, 10) },
      'record 5',
      '10',
    ],
    ['gzip that is cut off', 'GZIP_BROKEN', { images: PACKED.subarray(0, -100) }, 'images: broken gzip'],
    [
      'gzip with a wrong byte in it',
      'GZIP_BROKEN',
      { images: patched(PACKED, 200, 0, 0, 0, 0) },
      'images: broken',
    ],
    [
      'gzip with a wrong check sum',
      'GZIP_BROKEN',
      { images: patched(PACKED, -8, 1, 2, 3, 4) },
      'images: broken',
    ],
    ['gzip within gzip', 'IDX_IS_GZIP', { images: gzipSync(PACKED) }, 'images: ', 'gzip'],
    [
      'packed images that are cut off',
      'IDX_TRUNCATED',
      { images: gzipSync(IMAGES.subarray(0, -1)) },
      '15695',
    ],
    [
      'bytes after packed labels',
      'IDX_TRAILING_BYTES',
      { labels: gzipSync(Buffer.concat([LABELS, LABELS])) },
      'labels',
    ],
  ])('%s', async (_, code, files, ...words) => {
    const cwd = await folderOf(files);
    await expectFailure(['images', 'labels'], { code, exitCode: 65, words }, { cwd });
  });

  test.each<[name: string, code: ErrorCode, input: Uint8Array, ...words: string[]]>([
    ['nothing on stdin', 'IDX_EMPTY', new Uint8Array(0), 'stdin: '],
    [
      'images on stdin that are cut off',
      'IDX_TRUNCATED',
      IMAGES.subarray(0, -1),
      'stdin: ',
      '15696',
      '15695',
    ],
    ['bytes after the images on stdin', 'IDX_TRAILING_BYTES', Buffer.concat([IMAGES, LABELS]), 'stdin: '],
    ['gzip on stdin that is cut off', 'GZIP_BROKEN', PACKED.subarray(0, -100), 'stdin: '],
  ])('%s', async (_, code, input, ...words) => {
    const cwd = await folderOf({});
    await expectFailure(['-', 'labels'], { code, exitCode: 65, words }, { cwd, input });
  });

  test('is found with threads as well, and leaves none behind', async () => {
    const cwd = await folderOf({ labels: patched(LABELS, -1, 10) });
    const failure = { code: 'LABEL_OUT_OF_RANGE', exitCode: 65, words: ['record 19'] } as const;
    await expectFailure(['images', 'labels', '--workers', '2'], failure, { cwd });
  });
});

describe('a bad network is one line, and exit code 65', () => {
  test.each<[name: string, network: Uint8Array, ...words: string[]]>([
    ['no bytes at all', new Uint8Array(0), 'network: '],
    ['cut off', NETWORK.subarray(0, -4), 'network: '],
    ['not a network', IMAGES, 'network: '],
    ['a weight that is no number', patched(NETWORK, -4, 0, 0, 0xc0, 0x7f), 'network: ', 'NaN'],
  ])('%s', async (_, network, ...words) => {
    const cwd = await folderOf({ network });
    const args = ['images', 'labels', '--model', './network'];
    await expectFailure(args, { code: 'NETWORK_FILE', exitCode: 65, words }, { cwd });
  });
});

describe('a folder where a file is wanted is one line, and exit code 66', () => {
  test('a folder for labels', async () => {
    const cwd = await folderOf({});
    const failure = { code: 'INPUT_MISSING', exitCode: 66, words: ['found a folder'] } as const;
    await expectFailure(['images', cwd], failure, { cwd });
  });

  test('a folder for a network', async () => {
    const cwd = await folderOf({});
    const failure = { code: 'INPUT_MISSING', exitCode: 66, words: [cwd, 'found a folder'] } as const;
    await expectFailure(['images', 'labels', '--model', cwd], failure, { cwd });
  });
});

describe('one file alone is told for what it is before its labels are looked for:', () => {
  test.each<[name: string, file: Uint8Array, code: ErrorCode, exitCode: number, word: string]>([
    ['labels', labelsIdx([1, 2, 3]), 'IDX_SWAPPED', 65, 'expected images, found labels (u8 3); were'],
    [
      'a header that is cut off',
      IMAGES.subarray(0, 6),
      'IDX_TRUNCATED',
      65,
      'file: the IDX header is cut off',
    ],
    ['gzip within gzip', gzipSync(gzipSync(IMAGES)), 'IDX_IS_GZIP', 65, 'if it was packed twice'],
    [
      'images under another name',
      IMAGES,
      'INPUT_MISSING',
      66,
      'whose name has "images" in it, as t10k-images-idx3-ubyte has; give the labels',
    ],
  ])('%s', async (_, file, code, exitCode, word) => {
    const cwd = await tempFolder({ file });
    await expectFailure(['file'], { code, exitCode, words: [word] }, { cwd });
  });
});

describe('a build that is not whole is one line, and exit code 70', () => {
  test.each<[name: string, code: ErrorCode, missing: string, args: string[], ...words: string[]]>([
    ['no kernel', 'BUILD_INCOMPLETE', 'kernel.wasm', [], 'kernel.wasm', 'npm run build'],
    ['no test set', 'BUILD_INCOMPLETE', 't10k-images-idx3-ubyte', [], 'npm run build'],
    ['no code for the threads', 'POOL_START', 'score-worker.cjs', ['--workers', '1'], 'score-worker.cjs'],
  ])('%s', async (_, code, missing, args, ...words) => {
    const program = await copyOfProgram(missing);
    await expectFailure(args, { code, exitCode: 70, words }, { program });
  });
});

describe('of a CSV to be evaluated it is said what is wrong with it, not that it is no IDX:', () => {
  test.each<[name: string, content: string, args: string[], code: ErrorCode, exitCode: number, word: string]>(
    [
      [
        'nothing in it',
        '',
        [],
        'CSV_EMPTY',
        65,
        'rows.csv: expected rows of images, found no row; check that',
      ],
      [
        'blank lines only',
        '\n\n',
        [],
        'CSV_EMPTY',
        65,
        'rows.csv: expected rows of images, found no row; check that',
      ],
      [
        'a flag that names no column',
        digitsCsv({ count: 3 }),
        ['--label', 'nosuch'],
        'USAGE',
        2,
        '--label nosuch',
      ],
    ],
  )('%s', async (_, content, args, code, exitCode, word) => {
    const cwd = await tempFolder({ 'rows.csv': Buffer.from(content) });
    await expectFailure(['rows.csv', '--quiet', ...args], { code, exitCode, words: [word] }, { cwd });
  });
});
