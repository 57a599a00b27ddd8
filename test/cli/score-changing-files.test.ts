import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cli, type CliResult } from '../helpers/cli.js';
import { testCsv, testRow } from '../helpers/csv.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { tempFolder } from '../inputs/temp-folder.js';

const ROWS = 2000;
/** Of all that is written, a pipe holds less than a quarter. */
const LONG_ROWS = ['--probabilities', '--top', '10', '--batch-size', '20', '--quiet'];

/** Scores a file into a pipe; when something has come out of it and its reader waits, something happens to the file. */
async function scoreWhile(
  happens: (path: string) => void,
  workers: string,
): Promise<CliResult & { rows: number }> {
  const folder = await tempFolder({ 'changing.csv': Buffer.from(testCsv(ROWS)) });
  const [path, pipe] = [join(folder, 'changing.csv'), join(folder, 'pipe')];
  execFileSync('mkfifo', [pipe]);
  const cli = new Cli(['score', path, '--out', pipe, '--workers', workers, ...LONG_ROWS]);
  const output = await open(pipe, 'r');
  const first = await output.read({ length: 1000 });
  happens(path);
  const pieces = [first.buffer.subarray(0, first.bytesRead)];
  for await (const piece of output.createReadStream()) pieces.push(piece);
  const result = await cli.ended;
  const text = Buffer.concat(pieces).toString();
  // Whatever happens, no half row is written.
  expect(text.endsWith('\n')).toBe(true);
  return { ...result, rows: text.split('\n').length - 2 };
}

test.each(['0', '2'])('what happens to a file while it is scored, %s workers', async (workers) => {
  // Who removes a file leaves it to those who have it open.
  expect(await scoreWhile((path) => rmSync(path), workers)).toMatchObject({ exitCode: 0, rows: ROWS });
  const grown = await scoreWhile((path) => appendFileSync(path, `${testRow(ROWS)}\n`), workers);
  expect(grown).toMatchObject({ exitCode: 0, rows: ROWS + 1 });
  const shrunk = await scoreWhile((path) => truncateSync(path, 20_000), workers);
  expect(shrunk.stderr).toMatch(
    /^digitflow: [^\n]*changing\.csv: [^\n]*became shorter while it was read[^\n]*\n$/,
  );
  expect(shrunk.exitCode).toBe(74);
  expect(shrunk.rows).toBeGreaterThan(0);
  expect(shrunk.rows).toBeLessThan(ROWS);
});

test('a later file that vanishes before its turn ends the run after the rows before it', async () => {
  const folder = await tempFolder({ 'later.csv': Buffer.from(digitsCsv({ count: 3 })) });
  const later = join(folder, 'later.csv');
  const cli = new Cli(['score', '-', later, '--workers', '1'], { stdin: 'pipe' });
  await cli.send(Buffer.from(digitsCsv({ count: 5 })));
  // It is looked at, to know what is in it, before the first row is scored.
  await cli.said('later.csv: header no');
  rmSync(later);
  cli.stdin.end();
  const { stdout, stderr, exitCode } = await cli.ended;
  expect(stdout.split('\n')).toHaveLength(7);
  expect(stderr).toMatch(/digitflow: [^\n]*later\.csv: [^\n]*no such file[^\n]*\n$/);
  expect(exitCode).toBe(66);
});
