import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const digits = testPixels().subarray(0, 400 * 784);
const files = {
  digits: idxBytes(0x08, [400, 28, 28], digits),
  inverted: idxBytes(
    0x08,
    [400, 28, 28],
    digits.map((pixel) => 255 - pixel),
  ),
};

test('score --drift notes what is not like the training, sums it up, and ends with 1 only where it may not be', async () => {
  const folder = await tempFolder(files);
  const run = (name: string, ...flags: string[]) =>
    runShared([
      'score',
      join(folder, name),
      '--out',
      join(folder, 'out.csv'),
      '--drift',
      'default',
      ...flags,
    ]);
  const summary = join(folder, 'summary.json');
  const found = await run('inverted', '--summary', summary, '--drift-window', '200');
  expect(found.exitCode).toBe(0);
  const notes = found.stderr.split('\n').filter((line) => line.includes('not like MNIST'));
  expect(notes).toEqual([
    expect.stringMatching(
      /^digitflow: images 1 to 200 are not like MNIST's training images: brightness \d+, 31 there/,
    ),
    "digitflow: drift: 2 of 2 windows of up to 200 images are not like MNIST's training images",
  ]);
  const { drift } = JSON.parse(await readFile(summary, 'utf8'));
  expect(drift).toMatchObject({
    ...{ reference: { name: "MNIST's training images", images: 500 }, window: 200, bound: 0.25 },
    ...{
      windows: 2,
      drifted: 2,
      worst: { drifts: true, count: 200 },
      all: { first: 0, count: 400, drifts: true },
    },
  });
  expect(drift.all.figures).toContainEqual(
    expect.objectContaining({ measure: 'classes', class: expect.stringMatching(/^\d$/), drifts: true }),
  );
  expect((await run('inverted', '--max-drift', '0.25')).exitCode).toBe(1);
  const well = await run('digits', '--max-drift', '0.25');
  expect(well.exitCode).toBe(0);
  expect(well.stderr).not.toContain('not like');
});

test.each([
  [['--max-drift', '1'], '--max-drift: only with --drift'],
  [['--drift-window', '500'], '--drift-window: only with --drift'],
  [['--drift', 'default', '--drift-window', '10'], "'10'"],
  [['--drift', 'default', '--max-drift', '0'], "'0'"],
  [['--drift', ''], '--drift: expected default, or a path'],
  [['--drift', '-'], 'stdin can be read once only'],
])('score %j is a usage error', async (flags, words) => {
  const { stderr, exitCode } = await runShared(['score', '-', ...flags]);
  expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining(words), exitCode: 2 });
  expect(stderr.split('\n')).toHaveLength(2);
});
