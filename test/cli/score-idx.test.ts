import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cli, PROGRAM } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** Real test images as an IDX file. */
function digitsIdx(first: number, count: number): Buffer {
  const header = Buffer.alloc(16);
  [0x803, count, 28, 28].forEach((value, i) => {
    header.writeUInt32BE(value, 4 * i);
  });
  return Buffer.concat([header, testPixels().subarray(first * 784, (first + count) * 784)]);
}

const more = ['--quiet', '--top', '2', '--probabilities'];
/** What is written of the same images as CSV, the file's name left out. */
let expected: string;
const withoutName = (text: string) => text.replace(/^(\d+),[^,]*,/gm, '$1,,');

beforeAll(async () => {
  writeFileSync(at('images'), digitsIdx(0, 900));
  writeFileSync(at('images.gz'), gzipSync(digitsIdx(0, 900)));
  writeFileSync(at('rest'), digitsIdx(300, 600));
  const input = Buffer.from(digitsCsv({ count: 900 }));
  expected = withoutName((await runShared(['score', '-', ...more], { input })).stdout);
});

describe('images from IDX give the rows that they give from CSV:', () => {
  test.each([
    ['a file', ['images']],
    ['a file, batches of all sizes', ['images', '--batch-size', '37', '--workers', '2']],
    ['a file, no threads', ['images', '--workers', '0']],
    ['gzip', ['images.gz']],
  ])('%s', async (_, [name, ...args]) => {
    const { stdout, stderr, exitCode } = await runShared(['score', at(name), ...args, ...more]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(withoutName(stdout)).toBe(expected);
  });

  test('stdin, and several files one after the other', async () => {
    const { stdout } = await runShared(['score', '-', ...more], { input: digitsIdx(0, 900) });
    expect(withoutName(stdout)).toBe(expected);
    writeFileSync(at('begin.gz'), gzipSync(digitsIdx(0, 300)));
    const both = await runShared(['score', at('begin.gz'), at('rest'), '--kaggle', '--quiet']);
    const one = await runShared(['score', at('images'), '--kaggle', '--quiet']);
    expect(both.stdout).toBe(one.stdout);
  });
});

test('more files than may be open at a time give what one file of the same images gives', async () => {
  const names = Array.from({ length: 150 }, (_, i) => at(`part${i}`));
  names.forEach((name, i) => {
    writeFileSync(name, digitsIdx(i * 6, 6));
  });
  const limited = 'ulimit -n 64 && exec "$0" "$@"';
  for (const workers of ['0', '2']) {
    const args = [PROGRAM, 'score', ...names, ...more, '--workers', workers];
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, ...args]);
    const rows = (text: string) => text.replace(/^\d+,[^,]*,/gm, '');
    expect(rows(stdout)).toBe(rows(expected));
  }
});

test('what was interrupted goes on where it stopped, and a summary tells of all of it', async () => {
  const whole = digitsIdx(0, 900);
  const args = ['score', at('begin.gz'), '-', '--out', at('out.csv'), '--quiet'];
  await runShared(args, { input: whole });
  const wanted = readFileSync(at('out.csv'), 'utf8');
  // The stream ends too early, which ends the run.
  const { exitCode, stderr } = await runShared(args, { input: whole.subarray(0, 16 + 784 * 400 + 5) });
  expect(stderr).toMatch(/^digitflow: stdin: /);
  expect(exitCode).toBe(65);
  expect(wanted.startsWith(readFileSync(at('out.csv'), 'utf8'))).toBe(true);
  expect(JSON.parse(readFileSync(at('out.csv.progress'), 'utf8')).position.rows).toBeGreaterThan(300);
  await runShared([...args, '--resume', '--summary', at('summary.json')], { input: whole });
  expect(readFileSync(at('out.csv'), 'utf8')).toBe(wanted);
  expect(existsSync(at('out.csv.progress'))).toBe(false);
  const summary = JSON.parse(readFileSync(at('summary.json'), 'utf8'));
  expect(summary).toMatchObject({ records: 1200, scored: 1200, rejected: 0, partial: false });
});

test('IDX after CSV, and images of another size, are refused', async () => {
  writeFileSync(at('a.csv'), digitsCsv({ count: 3 }));
  const mixed = await runShared(['score', at('a.csv'), at('images'), '--quiet']);
  expect(mixed).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('a run of its own'),
  });
  const small = Buffer.from(digitsIdx(0, 1));
  small.writeUInt32BE(14, 8);
  const { exitCode, stderr } = await runShared(['score', '-'], { input: small });
  expect(exitCode).toBe(65);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('Ctrl-C ends the wait for a stream that says nothing', async () => {
  for (const command of ['score', 'evaluate']) {
    const tell = `process.on('newListener', (name) => name === 'SIGINT' && console.error('listening'));`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` };
    const cli = new Cli([command, '-'], { stdin: 'pipe', env });
    // Before that a signal ends the process without a code. Then it comes to read.
    await cli.said('listening');
    await sleep(100);
    cli.signal('SIGINT');
    expect(await cli.ended).toMatchObject({ exitCode: 130, stdout: '' });
  }
});
