import { readFileSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import type { CliOptions, CliResult } from '../helpers/cli.js';
import { TEST_IMAGES_FILE, TEST_LABELS_FILE, testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const JSON_FORMAT = ['--format', 'json'];

/** The JSON without the lines that differ from run to run. */
function lasting({ stdout, stderr, exitCode }: CliResult): string {
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout.replace(/^ {2}"(workers|seconds|imagesPerSecond)": .*\n/gm, '');
}

/** And without the names that the files go by; what they hold is named by its digest. */
function nameless(json: string): string {
  return json.replace(/("path"|"data": \{\n {4}"name"): .*/g, '$1');
}

async function evaluate(args: readonly string[] = [], options: CliOptions & { input?: Uint8Array } = {}) {
  return lasting(await runShared(['evaluate', ...args, ...JSON_FORMAT], options));
}

let golden = '';

beforeAll(async () => {
  golden = await evaluate(['--workers', '0']);
});

describe('the evaluation of the bundled test set', () => {
  test('is what the float64 oracle finds on the real MNIST test set', () => {
    const { network } = openModel('sigmoid');
    const [pixels, labels] = [testPixels(), testLabels()];
    const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
    let squares = 0;
    labels.forEach((label, index) => {
      const image = pixels.subarray(index * 784, (index + 1) * 784);
      const [, , , outputs] = feedForward(network, brightnessOf(image, network.normalization, network.image));
      confusion[label][predictedClass(outputs)]++;
      squares += outputs.reduce((sum, a, k) => sum + (a - Number(k === label)) ** 2, 0);
    });
    const found: Evaluation = JSON.parse(golden);
    expect(found.confusion).toEqual(confusion);
    expect(found.correct).toBe(confusion.reduce((sum, row, k) => sum + row[k], 0));
    expect(found.loss.mean).toBeCloseTo(squares / labels.length, 4);
  });

  test.each([1, 2, 4])('is the same, byte for byte, with %i workers', async (workers) => {
    const full = await runShared(['evaluate', ...JSON_FORMAT, '--workers', `${workers}`]);
    expect(lasting(full)).toBe(golden);
    expect(JSON.parse(full.stdout).workers).toBe(workers);
  });

  test.each([
    [7, 0],
    [7, 2],
    [1000, 0],
    [1000, 2],
  ])('is the same, byte for byte, in batches of %i with %i workers', async (size, workers) => {
    expect(await evaluate(['--batch-size', `${size}`, '--workers', `${workers}`])).toBe(golden);
  });

  test('is the same, byte for byte, for single images as for a batch of them', async () => {
    const few = ['--limit', '300'];
    const together = await evaluate([...few, '--workers', '0']);
    expect(await evaluate([...few, '--batch-size', '1', '--workers', '2'])).toBe(together);
    expect(JSON.parse(together).images).toBe(300);
  });

  test('is what no command at all does, too', async () => {
    expect(lasting(await runShared(JSON_FORMAT))).toBe(golden);
  });
});

describe('the same images and labels', () => {
  const plain = { images: readFileSync(TEST_IMAGES_FILE), labels: readFileSync(TEST_LABELS_FILE) };
  /** As a mirror might pack them, at another level than ours. */
  const packed = {
    images: gzipSync(plain.images, { level: 1 }),
    labels: gzipSync(plain.labels, { level: 1 }),
  };

  test('may be plain files, the labels found by their name', async () => {
    const folder = await tempFolder();
    const images = join(folder, 'my-images');
    await copyFile(TEST_IMAGES_FILE, images);
    await copyFile(TEST_LABELS_FILE, join(folder, 'my-labels'));
    const json = await evaluate([images]);
    expect(nameless(json)).toBe(nameless(golden));
    expect(JSON.parse(json).data.files[1].path).toBe(join(folder, 'my-labels'));
  });

  test('may be gzipped, whatever their names say', async () => {
    const folder = await tempFolder({ images: packed.images, 'labels.bin': packed.labels });
    const json = await evaluate([join(folder, 'images'), join(folder, 'labels.bin'), '--workers', '1']);
    expect(nameless(json)).toBe(nameless(golden));
  });

  test('may be a folder of names with a dash', async () => {
    expect(nameless(await evaluate([dirname(TEST_IMAGES_FILE)]))).toBe(nameless(golden));
  });

  test('may be a folder of names with a dot, gzipped', async () => {
    const folder = await tempFolder({
      't10k-images.idx3-ubyte.gz': packed.images,
      't10k-labels.idx1-ubyte.gz': packed.labels,
    });
    expect(nameless(await evaluate([folder]))).toBe(nameless(golden));
  });

  test('may be a folder given relative to where one stands', async () => {
    const cwd = dirname(TEST_IMAGES_FILE);
    const json = await evaluate(['.'], { cwd });
    expect(nameless(json)).toBe(nameless(golden));
    expect(JSON.parse(json).data.name).toBe('t10k-images-idx3-ubyte');
  });

  test.each([0, 2])('may come through a pipe, with %i workers', async (workers) => {
    const json = await evaluate(['-', TEST_LABELS_FILE, '--workers', `${workers}`], {
      input: plain.images,
    });
    expect(nameless(json)).toBe(nameless(golden));
    expect(JSON.parse(json).data.name).toBe('stdin');
  });

  test('may come gzipped through a pipe', async () => {
    expect(nameless(await evaluate(['-', TEST_LABELS_FILE], { input: packed.images }))).toBe(
      nameless(golden),
    );
  });

  test('may come from a file that the shell has opened', async () => {
    const file = await open(TEST_IMAGES_FILE);
    const json = await evaluate(['-', TEST_LABELS_FILE], { stdin: file.fd });
    await file.close();
    expect(nameless(json)).toBe(nameless(golden));
  });

  test('may be the other way round: labels from stdin', async () => {
    const json = await evaluate([TEST_IMAGES_FILE, '-'], { input: plain.labels });
    expect(nameless(json)).toBe(nameless(golden));
  });
});

test('is drawn in the colours that the environment asks for, on the ground that it tells of', async () => {
  const env = { FORCE_COLOR: '2', COLORFGBG: '0;15', TERM: 'xterm' };
  const { stdout, stderr } = await runShared(['evaluate', '--limit', '100'], { env });
  expect(stderr).toBe('');
  // The cells of a matrix on a light ground begin white.
  expect(stdout).toContain('48;5;231m');
  expect(stdout).not.toContain('48;5;234m');
  expect(stdout).not.toMatch(/[34]8;2;/);
});
