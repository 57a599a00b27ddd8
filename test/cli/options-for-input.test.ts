import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

test.each<[line: string, ...words: string[]]>([
  ['evaluate --label first', '--label: expected a CSV, found IDX'],
  ['evaluate --limit 5 --delimiter tab', '--delimiter: expected a CSV, found IDX'],
  ['report --header no --out -', '--header: expected a CSV, found IDX'],
  ['look network --limit 5 --id none', '--id: expected a CSV, found IDX'],
  ['look digit 3 --header yes', '--header: expected a CSV, found IDX'],
  ['look digit 3 --as-is', '--as-is: expected a picture, found the number 3'],
  ['look digit my.png --images my.csv', "--images: expected a record's number, found the path my.png"],
  ['look digit my.png --delimiter tab', '--delimiter: expected a record'],
  ['look what-if --silence 1:3 --seed 2', '--seed', '--shuffle', '--feed noise'],
])('%s is refused: it says nothing of the input at hand', async (line, ...words) => {
  const { stdout, stderr, exitCode } = await runShared(line.split(' '));
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
  for (const word of words) expect(stderr).toContain(word);
});

test.each([
  ['evaluate --limit 5 --transpose no', 'transpose row by row'],
  ['evaluate --limit 5 --scale 0..255', 'scale 0 to 255'],
  ['evaluate --limit 5 --label-map A=1,B=2', 'label-map A=1,B=2'],
  ['look network --limit 5 --labels-from 0', 'labels-from 0'],
])('%s is heeded for IDX, and said', async (line, words) => {
  const { stderr, exitCode } = await runShared(line.split(' '));
  expect({ stderr, exitCode }).toEqual({
    stderr: `digitflow: t10k-images-idx3-ubyte: ${words}\n`,
    exitCode: 0,
  });
});

test('an option of CSV for IDX is refused by score before anything is written', async () => {
  const cwd = await tempFolder({ images: idxBytes(0x08, [9, 28, 28], testPixels().subarray(0, 9 * 784)) });
  const { stderr, exitCode } = await runShared(['score', 'images', '--out', 'f.csv', '--id', 'x'], { cwd });
  expect({ stderr, exitCode }).toEqual({
    stderr: 'digitflow: --id: expected a CSV, found IDX in images; leave --id out\n',
    exitCode: 2,
  });
  expect(existsSync(join(cwd, 'f.csv'))).toBe(false);
});

test('train takes a CSV and its options, and tells what it guessed', async () => {
  const cwd = await tempFolder({ 'my.csv': Buffer.from(digitsCsv({ count: 30, header: true })) });
  const args = ['train', '--images', 'my.csv', '--label', 'first', '--out', 'f', '--epochs', '1'];
  const { stderr, exitCode } = await runShared([...args, '--validation', '10', '--workers', '0'], { cwd });
  expect({ stderr, exitCode }).toEqual({
    stderr: expect.stringMatching(/^digitflow: my\.csv: header yes, .*label column first.*\n$/),
    exitCode: 0,
  });
  const { provenance } = readOwnNetwork(await readFile(join(cwd, 'f')), 'f');
  expect(provenance.command).toMatch(/^digitflow train --images my\.csv --label first --hidden /);
  expect(provenance).not.toHaveProperty('training labels');
});

test('a page is not written over what it reports on', async () => {
  const text = digitsCsv({ count: 10 });
  const cwd = await tempFolder({ 'my.csv': Buffer.from(text) });
  await symlink(join(cwd, 'my.csv'), join(cwd, 'link'));
  const { stderr, exitCode } = await runShared(['report', 'my.csv', '-o', 'link'], { cwd });
  expect({ stderr, exitCode }).toEqual({
    stderr: expect.stringContaining('--out: expected another file than the input my.csv'),
    exitCode: 2,
  });
  expect(await readFile(join(cwd, 'my.csv'), 'utf8')).toBe(text);
});
