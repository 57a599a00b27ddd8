import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const rows = digitsCsv({ count: 40 });
let whole: string;
beforeAll(async () => {
  writeFileSync(at('a.csv'), rows);
  whole = (await runCli(['score', '-', '--quiet'], { input: Buffer.from(rows) })).stdout;
});

/** A run that has written some rows, and waits for more. */
async function startLive(...args: string[]): Promise<Cli> {
  const cli = new Cli(['score', '-', ...args], { stdin: 'pipe' });
  await cli.send(Buffer.from(rows));
  return cli;
}

async function rowsAt(path: string): Promise<void> {
  await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(100);
}

function locks(): string[] {
  return readdirSync(folder).filter((name) => /\.(lock|part|progress)$/.test(name));
}

const BUSY = /^digitflow: .*: expected no other run that writes it, found process \d+; wait for its end/;

describe('of two runs with one output', () => {
  test('that start at the same moment one is refused, and the other writes all of it: 20 times', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 4 }, async (_, i) => {
          const out = at(`pair-${round}-${i}`);
          const pair = await Promise.all([startLive('--out', out), startLive('--out', out, '--resume')]);
          const ended = pair.map((cli, index) => cli.ended.then((result) => ({ ...result, index })));
          const first = await Promise.race(ended);
          expect(first).toMatchObject({ exitCode: 74, stderr: expect.stringMatching(BUSY) });
          pair[1 - first.index].stdin.end();
          expect(await ended[1 - first.index]).toMatchObject({ exitCode: 0 });
          expect(readFileSync(out, 'utf8')).toBe(whole);
        }),
      );
    }
    expect(locks()).toEqual([]);
  });

  test('the second is refused while the first lives, also if that is stopped, and goes on once it was killed', async () => {
    const args = ['--out', at('out'), '--rejects', at('bad'), '--summary', at('sum')];
    const first = await startLive(...args);
    await rowsAt(at('out'));
    const before = readFileSync(at('out'), 'utf8');
    first.signal('SIGSTOP');
    for (const more of [args, [...args, '--resume'], ['--rejects', at('bad')], ['--summary', at('sum')]]) {
      const { exitCode, stderr } = await runShared(['score', at('a.csv'), ...more]);
      expect(stderr).toMatch(BUSY);
      expect(exitCode).toBe(74);
    }
    expect(readFileSync(at('out'), 'utf8')).toBe(before);
    first.signal('SIGKILL');
    await first.ended;
    const { exitCode } = await runCli(['score', '-', ...args, '--resume'], { input: Buffer.from(rows) });
    expect(exitCode).toBe(0);
    expect(readFileSync(at('out'), 'utf8')).toBe(whole);
    expect(locks()).toEqual([]);
  });

  test.each([
    ['interrupted', 1],
    ['left at once', 2],
  ])('no lock stays of one that was %s', async (_, signals) => {
    const out = at(`interrupted-${signals}`);
    const cli = await startLive('--out', out);
    await rowsAt(out);
    for (let i = 0; i < signals; i++) cli.signal('SIGINT');
    expect((await cli.ended).exitCode).toBe(130);
    expect(locks().filter((name) => name.endsWith('.lock'))).toEqual([]);
    rmSync(`${out}.progress`, { force: true });
  });

  test('train refuses any file that another run of it writes', async () => {
    const train = ['train', '--images', at('a.csv'), '--validation', '9', '--quiet', '--workers', '0'];
    const files = ['--checkpoint', at('c'), '--log', at('log'), '--curve', at('curve'), '--film', at('film')];
    const endless = [...train, '--epochs', '100000', ...files, '--out', at('net')];
    const first = new Cli(endless);
    await rowsAt(at('log'));
    for (const more of [
      ['--out', at('net')],
      ['--out', at('x'), '--checkpoint', at('c')],
      ['--out', at('x'), '--resume', at('c')],
      ['--out', at('x'), '--log', at('log')],
      ['--out', at('x'), '--curve', at('curve')],
      ['--out', at('x'), '--film', at('film')],
    ]) {
      const { exitCode, stderr } = await runShared([...train, '--epochs', '1', ...more]);
      expect(stderr).toMatch(BUSY);
      expect(exitCode).toBe(74);
    }
    first.signal('SIGINT');
    expect((await first.ended).exitCode).toBe(130);
    for (const line of readFileSync(at('log'), 'utf8').trimEnd().split('\n')) JSON.parse(line);
    expect(locks()).toEqual([]);
  });
});

describe('outputs are looked at before any input is read, and none is emptied:', () => {
  test.each([
    ['--rejects', ['--out', at('kept'), '--rejects', folder]],
    ['--out', ['--out', folder, '--rejects', at('kept')]],
    ['--summary', ['--out', at('kept'), '--summary', join(at('missing'), 'sum')]],
  ])('%s that cannot be written', async (_, args) => {
    writeFileSync(at('kept'), 'as it was');
    // Nothing ever comes from this input.
    const cli = new Cli(['score', '-', ...args], { stdin: 'pipe' });
    const { exitCode, stderr } = await cli.ended;
    expect(stderr).toMatch(/^digitflow: .*: cannot be written: /);
    expect(exitCode).toBe(74);
    expect(readFileSync(at('kept'), 'utf8')).toBe('as it was');
    expect(locks()).toEqual([]);
  });
});

test.each([
  ['a folder and a link to it', () => symlinkSync(at('real'), at('linked')), 'linked/new', 'real/new'],
  ['a link to what is not there yet', () => symlinkSync('real/later', at('link')), 'link', 'real/later'],
])('two names of one new file are known: %s', async (_, make, ...names) => {
  mkdirSync(at('real'), { recursive: true });
  make();
  const [out, rejects] = names.map(at);
  const { exitCode, stderr } = await runShared(['score', at('a.csv'), '--out', out, '--rejects', rejects]);
  expect(stderr).toMatch(/^digitflow: --rejects: expected another file than that of --out, found the same;/);
  expect(exitCode).toBe(2);
  expect(readdirSync(at('real'))).toEqual([]);
});

test('a file that stands where the lock goes is told', async () => {
  writeFileSync(at('name.lock'), '');
  const { exitCode, stderr } = await runShared(['score', at('a.csv'), '--out', at('name')]);
  expect(stderr).toMatch(/^digitflow: .*name\.lock: expected a folder .*, found a file; remove it/);
  expect(exitCode).toBe(74);
});

describe('a pipe as the output', () => {
  const pipe = at('pipe');
  beforeAll(() => execFileSync('mkfifo', [pipe]));

  test('that nobody reads keeps no process from its end', async () => {
    const cli = await startLive('--out', pipe);
    await cli.said('header');
    cli.signal('SIGINT');
    await cli.said('again to leave at once');
    cli.signal('SIGINT');
    expect((await cli.ended).exitCode).toBe(130);
  });

  test('gets all rows, though its reader comes late and it is full', async () => {
    const many = digitsCsv({ count: 4000 });
    writeFileSync(at('many.csv'), many);
    const { stdout } = await runShared(['score', at('many.csv'), '--quiet']);
    expect(stdout.length).toBeGreaterThan(2 ** 16);
    const cli = new Cli(['score', at('many.csv'), '--out', pipe]);
    await cli.said('header');
    const read = execFileSync('sh', ['-c', `exec < "$0"; sleep 0.3; exec cat`, pipe], { encoding: 'utf8' });
    expect((await cli.ended).exitCode).toBe(0);
    expect(read).toBe(stdout);
  });
});
