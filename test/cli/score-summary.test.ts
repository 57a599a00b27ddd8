import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { Cli, type CliResult } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

let folder: string;
const at = (name: string) => join(folder, name);
const rows = digitsCsv({ count: 40 }).trimEnd().split('\n');

beforeEach(async () => {
  folder = await tempFolder({
    'good.csv': Buffer.from(`${rows.join('\n')}\n`),
    'bad.csv': Buffer.from(rows.map((row, i) => (i % 10 === 7 ? '1,2\n' : `${row}\n`)).join('')),
  });
  const packed = gzipSync(digitsCsv({ count: 900 }));
  writeFileSync(at('cut.csv.gz'), packed.subarray(0, packed.length - 2000));
});

/** Runs `score` with a summary, and gives back both. */
async function summarized(args: readonly string[]): Promise<{ summary: Summary; result: CliResult }> {
  const result = await runShared(['score', ...args, '--quiet', '--summary', at('s.json')]);
  return { summary: readSummary(), result };
}

// biome-ignore lint/suspicious/noExplicitAny: what JSON holds is what the tests are about
type Summary = Record<string, any>;

function readSummary(): Summary {
  return JSON.parse(readFileSync(at('s.json'), 'utf8'));
}

function predicted({ predictions }: Summary): number {
  return Object.values<number>(predictions).reduce((sum, count) => sum + count, 0);
}

/** That it says of the error what stderr says. */
function expectSameError({ summary, result }: { summary: Summary; result: CliResult }, code: string): void {
  expect(summary).toMatchObject({ schema: 'digitflow.score/1', partial: true, error: { code } });
  expect(result.stderr).toBe(`digitflow: ${summary.error.message}\n`);
  expect(predicted(summary)).toBe(summary.scored);
}

describe('a run that an error ends still sums up what it had counted:', () => {
  test('a bad row', async () => {
    const ended = await summarized([at('bad.csv')]);
    expectSameError(ended, 'CSV_ROW');
    expect(ended.summary).toMatchObject({
      records: 7,
      scored: 7,
      rejected: 0,
      inputs: [{ name: at('bad.csv') }],
    });
    expect(ended.result.exitCode).toBe(65);
  });

  test('one bad row too many', async () => {
    const ended = await summarized([at('bad.csv'), '--on-error', 'skip', '--max-errors', '2']);
    expectSameError(ended, 'CSV_TOO_MANY_ERRORS');
    expect(ended.summary).toMatchObject({ records: 27, scored: 25, rejected: 2 });
    expect(ended.summary.rejects).toEqual([{ reason: 'expected 785 columns', count: 2 }]);
  });

  test('an input that breaks off', async () => {
    const ended = await summarized([at('cut.csv.gz'), '--workers', '1']);
    expectSameError(ended, 'GZIP_BROKEN');
    expect(ended.summary.scored).toBeGreaterThan(100);
    expect(ended.summary).toMatchObject({ workers: 1, rowsPerSecond: expect.any(Number) });
  });

  test('a full disk', async () => {
    const ended = await summarized([at('good.csv'), '--out', '/dev/full']);
    expectSameError(ended, 'OUTPUT_WRITE');
    expect(ended.summary).toMatchObject({ records: 0, inputs: [{ name: at('good.csv'), format: 'csv' }] });
    expect(ended.result.exitCode).toBe(74);
  });

  test.each([
    ['an input that is not there', 'nowhere.csv'],
    ['a pattern that fits nothing', '/nowhere-*.csv'],
  ])('%s', async (_, path) => {
    const ended = await summarized([path]);
    expectSameError(ended, 'INPUT_MISSING');
    expect(ended.summary).toMatchObject({ records: 0, inputs: [], seconds: 0, rowsPerSecond: null });
  });

  test('an earlier run that cannot be gone on with', async () => {
    writeFileSync(at('other'), 'what its owner wants to keep');
    const ended = await summarized([at('good.csv'), '--out', at('other'), '--resume']);
    expectSameError(ended, 'RESUME_MISMATCH');
  });
});

test('Ctrl-C before anything was scored leaves a summary of nothing, and no error', async () => {
  execFileSync('mkfifo', [at('silent')]);
  const cli = new Cli(['score', at('silent'), '--quiet', '--summary', at('s.json')]);
  // Opened when the reader has opened it: then it listens to signals, too.
  const producer = await open(at('silent'), 'w');
  cli.signal('SIGINT');
  expect(await cli.ended).toMatchObject({ exitCode: 130, stderr: '' });
  await producer.close();
  expect(readSummary()).toMatchObject({ records: 0, partial: true });
  expect(readSummary()).not.toHaveProperty('error');
});

test('a reader that has seen enough leaves one too', async () => {
  const cli = new Cli(['score', '-', '--quiet', '--summary', at('s.json')], { stdin: 'pipe' });
  await cli.stopReading('stdout');
  cli.stdin.end(digitsCsv({ count: 40 }));
  expect(await cli.ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readSummary()).toMatchObject({ scored: 0, partial: true });
  expect(readSummary()).not.toHaveProperty('error');
});

describe('a summary that cannot be written', () => {
  test('does not hide what ended the run', async () => {
    const { stderr, exitCode } = await runShared(['score', at('bad.csv'), '--summary', '/dev/full']);
    expect(exitCode).toBe(65);
    const [, summary, error] = stderr.trimEnd().split('\n');
    expect(summary).toMatch(/^digitflow: no summary: \/dev\/full: cannot be written: ENOSPC/);
    expect(error).toContain('line 8: expected 785 columns');
  });

  test('is an error of a run that ended well, whose output is finished', async () => {
    const args = ['score', at('good.csv'), '--quiet', '--out', at('done.csv'), '--summary', '/dev/full'];
    const { stderr, exitCode } = await runShared(args);
    expect(stderr).toMatch(/^digitflow: \/dev\/full: cannot be written: ENOSPC[^\n]*\n$/);
    expect(exitCode).toBe(74);
    expect(readFileSync(at('done.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(41);
    expect(existsSync(at('done.csv.progress'))).toBe(false);
  });
});
