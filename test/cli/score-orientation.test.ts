import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeEach, expect, test } from 'vitest';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const SIDE = 28;
const COUNT = 120;
const sides = Array.from({ length: SIDE }, (_, i) => i);
const byRows = sides.flatMap((row) => sides.map((column) => [row, column]));
const byColumns = sides.flatMap((column) => sides.map((row) => [row, column]));

/** Real digits whose pixels stand in some order; the header, where there is one, says in which. */
function digits(order: readonly number[][], named: boolean): Buffer {
  const [pixels, labels] = [testPixels(), testLabels()];
  const names = ['label', ...order.map(([row, column]) => `${row + 1}x${column + 1}`)].join(',');
  const rows = Array.from({ length: COUNT }, (_, image) => {
    const row = order.map(([y, x]) => pixels[image * SIDE * SIDE + y * SIDE + x]);
    return [labels[image], ...row].join(',');
  });
  return Buffer.from(`${[...(named ? [names] : []), ...rows].join('\n')}\n`);
}

let folder: string;
beforeEach(async () => {
  folder = await tempFolder({
    rows: digits(byRows, true),
    columns: digits(byColumns, true),
    'rows-unnamed': digits(byRows, false),
    'columns-unnamed': digits(byColumns, false),
  });
});

/** The predictions of each file by itself, in one run over all of them; batches small enough to be many at a time. */
async function predictions(names: readonly string[], ...args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await runShared(
    ['score', ...names.map((name) => join(folder, name)), '--quiet', '--batch-size', '20', ...args],
    {},
  );
  expect(stderr).toBe('');
  const rows: { prediction: string }[] = parse(stdout, { columns: true });
  const all = rows.map(({ prediction }) => prediction).join('');
  expect(all).toHaveLength(names.length * COUNT);
  return names.map((_, i) => all.slice(i * COUNT, (i + 1) * COUNT));
}

test.each(['0', '2'])('each file is turned as its own header says, %s workers', async (workers) => {
  const [right] = await predictions(['rows'], '--workers', '0');
  const mixed = ['rows', 'columns', 'columns', 'rows-unnamed', 'columns', 'rows'];
  expect(await predictions(mixed, '--workers', workers)).toEqual(mixed.map(() => right));
});

test.each(['0', '2'])(
  '--transpose is for all files, whatever their headers say, %s workers',
  async (workers) => {
    const [right, wrong] = await predictions(['rows', 'columns-unnamed'], '--workers', '0');
    expect(wrong).not.toBe(right);
    const turned = await predictions(
      ['columns', 'rows', 'columns-unnamed', 'columns'],
      ...['--transpose', 'yes', '--workers', workers],
    );
    const [, overruled] = turned;
    expect(turned).toEqual([right, overruled, right, right]);
    expect(overruled).not.toBe(right);
    const upright = await predictions(
      ['rows', 'columns', 'rows-unnamed'],
      '--transpose',
      'no',
      '--workers',
      workers,
    );
    expect(upright).toEqual([right, wrong, right]);
  },
);

test('--transpose no holds where the network, or --normalize, takes images column by column', async () => {
  const [right] = await predictions(['rows-unnamed']);
  const [turned] = await predictions(['rows-unnamed'], '--normalize', 'transposed');
  expect(turned).not.toBe(right);
  expect(await predictions(['rows-unnamed'], '--normalize', 'transposed', '--transpose', 'no')).toEqual([
    right,
  ]);
});
