import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

async function evaluateJson(...args: string[]): Promise<Evaluation> {
  const { stdout, stderr, exitCode } = await runShared(['evaluate', ...args, '--format', 'json']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return JSON.parse(stdout);
}

describe('--min-accuracy', () => {
  let json: Evaluation;

  beforeAll(async () => {
    json = await evaluateJson();
  });

  const gate = (share: string, ...args: string[]) =>
    runShared(['evaluate', '--format', 'json', '--min-accuracy', share, ...args]);

  test('passes what is exactly as good as it asks for, as a share or in percent', async () => {
    const { accuracy } = json;
    expect(await gate(`${accuracy}`)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await gate(`${(json.correct / 100).toFixed(2)}%`)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('fails with 1 what is worse by one image, and prints the report all the same', async () => {
    const share = `${(json.correct + 1) / 10_000}`;
    const { exitCode, stdout, stderr } = await gate(share);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`digitflow: accuracy: expected at least ${share}, found ${json.accuracy}\n`);
    expect(JSON.parse(stdout).correct).toBe(json.correct);
  });

  test('says nothing of it on stderr with --quiet', async () => {
    expect(await gate('1', '--quiet')).toMatchObject({ exitCode: 1, stderr: '' });
  });

  test('fails where there is no image to measure it on', async () => {
    expect(await gate('0', '--limit', '0')).toMatchObject({ exitCode: 1 });
  });
});

describe('--normalize', () => {
  const COUNT = 1000;
  const labels = labelsIdx(Array.from(testLabels().subarray(0, COUNT)));
  const pixels = testPixels().subarray(0, COUNT * 784);

  async function evaluateCopy(copy: Uint8Array, ...args: string[]): Promise<Evaluation> {
    const folder = await tempFolder({ images: idxBytes(0x08, [COUNT, 28, 28], copy), labels });
    return evaluateJson(`${folder}/images`, ...args);
  }

  /** What was counted, but for sums of numbers that are rounded. */
  const counted = ({ images, confusion, mistakes }: Evaluation) => ({
    images,
    confusion,
    mistakes: mistakes.map(({ index, truth, prediction }) => ({ index, truth, prediction })),
  });

  test('inverted makes black on white what white on black was', async () => {
    const inverted = pixels.map((pixel) => 255 - pixel);
    const [plain, result, naive] = await Promise.all([
      evaluateCopy(pixels),
      evaluateCopy(inverted, '--normalize', 'inverted'),
      evaluateCopy(inverted, '--no-invert', '--quiet'),
    ]);
    expect(counted(result)).toEqual(counted(plain));
    expect(result.loss.mean).toBeCloseTo(plain.loss.mean ?? Number.NaN, 4);
    expect(counted(naive)).not.toEqual(counted(plain));
  });

  test('transposed reads images that are stored column by column', async () => {
    const transposed = pixels.map((_, index) => {
      const [row, column] = [Math.floor((index % 784) / 28), index % 28];
      return pixels[index - (index % 784) + column * 28 + row];
    });
    const [plain, result, naive] = await Promise.all([
      evaluateCopy(pixels),
      evaluateCopy(transposed, '--normalize', 'transposed'),
      evaluateCopy(transposed, '--transpose', 'no', '--quiet'),
    ]);
    expect(counted(result)).toEqual(counted(plain));
    expect(result.loss.mean).toBeCloseTo(plain.loss.mean ?? Number.NaN, 6);
    expect(counted(naive)).not.toEqual(counted(plain));
  });

  test('scale and mean and std are what they say: 1/255 by another name changes nothing', async () => {
    const [plain, result] = await Promise.all([
      evaluateCopy(pixels),
      evaluateCopy(pixels, '--normalize', 'scale=2/255,mean=0.5,std=2,offset=0.5'),
    ]);
    expect(counted(result)).toEqual(counted(plain));
    expect(result.normalization).toBe('scale=1/255');
  });
});
