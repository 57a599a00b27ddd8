import { linkSync, openSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { imagesIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const content = digitsCsv({ count: 5 });
let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await tempFolder({ 'in.csv': Buffer.from(content), images: imagesIdx(3, 28, 28) });
  symlinkSync(at('in.csv'), at('link.csv'));
  linkSync(at('in.csv'), at('twin.csv'));
  linkSync(at('in.csv'), at('f.csv.progress'));
  linkSync(at('in.csv'), at('g.csv.progress.part'));
  linkSync(at('in.csv'), at('s.json.part'));
});

describe('an input is never written over:', () => {
  test.each([
    ['by its own name', ['--out', 'in.csv'], '--out'],
    ['through a link', ['--out', 'link.csv'], '--out'],
    ['by another name of the same file', ['--rejects', 'twin.csv'], '--rejects'],
    ['by a summary', ['--summary', './in.csv'], '--summary'],
    ['by what says how far a run is', ['--out', 'f.csv'], 'the progress of --out'],
    ['by that on its way', ['--out', 'g.csv'], 'the progress of --out on its way'],
    ['by a summary on its way', ['--summary', 's.json'], '--summary on its way'],
  ])('%s', async (_, args, name) => {
    const { stderr, exitCode } = await runShared(['score', 'in.csv', ...args], { cwd: folder });
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(stderr).toContain(`${name}: expected another file than the input in.csv, found the same`);
    expect(exitCode).toBe(2);
    expect(readFileSync(at('in.csv'), 'utf8')).toBe(content);
  });

  test('as stdout that is appended to, nor as stdin', async () => {
    const appended = await runShared(['score', at('in.csv')], { stdout: openSync(at('in.csv'), 'a') });
    expect(appended).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('stdout: expected another'),
    });
    const redirected = await runShared(['score', '-', '--out', at('in.csv')], {
      stdin: openSync(at('in.csv'), 'r'),
    });
    expect(redirected).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('the input stdin') });
    expect(readFileSync(at('in.csv'), 'utf8')).toBe(content);
  });
});

test('two outputs are never written to one file, and may both go to nowhere', async () => {
  for (const other of ['--rejects', '--summary']) {
    const args = ['score', 'in.csv', '--out', 'new.csv', other, './new.csv'];
    const { stderr, exitCode } = await runShared(args, { cwd: folder });
    expect(stderr).toContain(`${other}: expected another file than that of --out, found the same`);
    expect(exitCode).toBe(2);
  }
  const both = ['score', at('in.csv'), '--out', '/dev/null', '--rejects', '/dev/null', '--quiet'];
  expect(await runShared(both)).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each([
  ['missing, after CSV', ['in.csv', 'nowhere'], 66, 'nowhere: no such file'],
  ['missing, after IDX', ['images', 'nowhere'], 66, 'nowhere: no such file'],
  ['a folder', ['in.csv', '.'], 66, '.: expected a file, or a folder of pictures'],
  ['CSV after IDX', ['images', 'images', 'in.csv'], 2, 'in.csv: expected IDX'],
  ['IDX after CSV', ['in.csv', 'images'], 2, 'images: expected CSV'],
])(
  'what is wrong with a later file is told before anything is scored: %s',
  async (_, names, exitCode, message) => {
    const result = await runShared(['score', ...names, '--quiet'], { cwd: folder });
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(message);
  },
);

test.each([
  ['stdin twice', ['-', '-'], '-: stdin can be read once only'],
  ['an output without a name', ['f', '--out', ''], '--out: expected a path'],
  ['a limit of bad rows where the first one ends the run', ['f', '--max-errors', '3'], '--on-error skip'],
  ['an output that is a folder', ['in.csv', '--out', '.', '--quiet'], '.: cannot be written: it is a folder'],
  ['a label that is no column', ['in.csv', '--label', 'nosuch'], '--label nosuch: found no such column'],
])('%s is refused in one line', async (_, args, message) => {
  const { stderr, stdout } = await runShared(['score', ...args], { cwd: folder });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
  expect(stderr).toContain(message);
});
