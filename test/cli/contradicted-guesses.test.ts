import { describe, expect, test } from 'vitest';
import { npyBytes } from '../formats/npy-bytes.js';
import { runCli } from '../helpers/cli.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

/** So many rows of two bytes a pixel are more than is looked at. */
const COUNT = 300;
const [PIXELS, LABELS] = [testPixels(), testLabels()];
const pixelsOf = (i: number) => PIXELS.subarray(i * 784, (i + 1) * 784);
const flat = (i: number) => pixelsOf(i).map((pixel) => (pixel > 127 ? 1 : 0));
const all = Array.from({ length: COUNT }, (_, i) => i);
const HEADER = `label,${Array.from({ length: 784 }, (_, i) => `pixel${i}`).join(',')}\n`;

const rowsOf = (
  pixels: (i: number) => Uint8Array,
  label: (i: number) => number | string = (i) => LABELS[i],
) => all.map((i) => `${label(i)},${pixels(i).join(',')}\n`).join('');

describe('where rows contradict what was guessed from the first ones, the error says so, and names the flag:', () => {
  const scale =
    /expected 0 to 1, found \d+.*; scale 0 to 1 was guessed from the first rows: say --scale if it is another, or fix the row/;
  const brighter = rowsOf((i) => (i < COUNT - 1 ? flat(i) : pixelsOf(i)));
  const strange = rowsOf(pixelsOf, (i) => (i < COUNT - 1 ? LABELS[i] : 77));

  test.each<[string, string, string, RegExp]>([
    ['the scale', 'evaluate', brighter, scale],
    ['the scale, with a header', 'evaluate', HEADER + brighter, scale],
    ['the scale', 'score', brighter, scale],
    [
      'the label',
      'evaluate',
      strange,
      /found 77; label column first was guessed from the first rows: say --label if it is another, or fix the row/,
    ],
  ])('%s, by %s, from a file and from a pipe', async (_, command, text, words) => {
    const cwd = await tempFolder({ 'a.csv': Buffer.from(text) });
    const file = await runShared([command, 'a.csv'], { cwd });
    const pipe = await runCli([command, '-'], { input: Buffer.from(text) });
    for (const { exitCode, stderr } of [file, pipe]) {
      expect(exitCode).toBe(65);
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(words);
    }
  });

  test.each<[string, string, readonly string[]]>([
    ['a flag said it', brighter, ['--scale', '1']],
    ['a name said it', HEADER + strange, []],
    ['another thing is wrong', `${rowsOf(pixelsOf)}1,2,3\n`, []],
    ['it is among the first rows', rowsOf(pixelsOf).replace(/\n(\d),0,0,/, '\n$1,0,300,'), []],
  ])('but not where %s', async (_, text, flags) => {
    const cwd = await tempFolder({ 'a.csv': Buffer.from(text) });
    const { exitCode, stderr } = await runShared(['evaluate', 'a.csv', ...flags], { cwd });
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(/; fix the row/);
    expect(stderr).not.toContain('from the first rows');
  });
});

describe('so it is of stored images and labels:', () => {
  const images = Buffer.concat(all.map((i) => (i < COUNT - 1 ? flat(i) : pixelsOf(i))));
  const formats = {
    idx: (shape: readonly number[], data: ArrayLike<number>) => idxBytes(0x08, shape, data),
    npy: (shape: readonly number[], data: ArrayLike<number>) => npyBytes({ shape, data }),
  };

  test.each(['idx', 'npy'] as const)('the scale in %s', async (format) => {
    const bytes = formats[format];
    const cwd = await tempFolder({
      images: bytes([COUNT, 28, 28], images),
      labels: bytes([COUNT], LABELS.subarray(0, COUNT)),
    });
    for (const args of [
      ['evaluate', 'images', 'labels'],
      ['score', 'images'],
    ]) {
      const { exitCode, stderr } = await runShared(args, { cwd });
      expect(exitCode).toBe(65);
      expect(stderr).toMatch(
        /record 299, pixel \d+: expected 0 to 1, found \d+; scale 0 to 1 was guessed from the first images: say --scale if it is another\n$/,
      );
    }
    const said = await runShared(['evaluate', 'images', 'labels', '--scale', '1'], { cwd });
    expect(said.stderr).toMatch(/found \d+; say --scale as the pixels are\n$/);
  });

  test.each(['idx', 'npy'] as const)('what labels count from in %s', async (format) => {
    const bytes = formats[format];
    const count = 1100;
    const labels = LABELS.subarray(0, count).map((label, i) => (i < count - 1 ? label + 1 : 0));
    const cwd = await tempFolder({
      images: bytes([count, 28, 28], PIXELS.subarray(0, count * 784)),
      labels: bytes([count], labels),
    });
    const { exitCode, stderr } = await runShared(['evaluate', 'images', 'labels'], { cwd });
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(
      /record 1099: expected a label from 1 to 10 .*, found 0; labels-from 1 was guessed from the first labels: say --labels-from if it is another, or give labels that fit the network\n$/,
    );
  });
});
