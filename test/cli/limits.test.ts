import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  writeFileSync(at('a.csv'), digitsCsv({ count: 100 }));
  chmodSync(folder, 0o777);
});

/** Runs the program under a limit, which is a command of its own, or under flags of Node's; one line of stderr, and the exit code. */
function runUnder(limit: readonly string[], node: readonly string[], args: readonly string[]) {
  const [command, ...rest] = [...limit, process.execPath, '--no-warnings', ...node, PROGRAM, ...args];
  const { stderr, status } = spawnSync(command, rest, { encoding: 'utf8' });
  const said = stderr.split('\n').filter((line) => line.startsWith('digitflow: '));
  return { said: said.at(-1)?.replace('digitflow: ', ''), status };
}

const [major] = process.versions.node.split('.').map(Number);

const score = () => ['score', at('a.csv'), '--quiet'];
const train = () => [
  'train',
  '--images',
  at('a.csv'),
  '--validation',
  '9',
  '--epochs',
  '1',
  '--out',
  at('f'),
];
const evaluate = () => ['evaluate', at('a.csv'), '--quiet'];

/** Whether files and processes can be had as someone who has no other process: for a limit that counts them. */
const NOBODY = ['setpriv', `--reuid=${100_000 + process.pid}`, '--clear-groups'];
const [asNobody, ...checks] = [...NOBODY, 'test', '-r', PROGRAM];
const canBeNobody = process.platform === 'linux' && spawnSync(asNobody, checks).status === 0;

describe.runIf(canBeNobody)('where there are no more threads', () => {
  test.each([
    ['score', score],
    ['train', train],
  ])('%s asks for fewer workers', (_, args) => {
    const limit = [...NOBODY, 'prlimit', '--nproc=30'];
    const many = args === train ? ['--restarts', '60'] : [];
    expect(runUnder(limit, [], [...args(), ...many, '--workers', '60'])).toEqual({
      said: 'the system has no room for so many worker threads (EAGAIN); ask for fewer workers',
      status: 2,
    });
  });
});

describe.runIf(process.platform === 'linux')('where there are few', () => {
  // A newer V8 takes less where it must.
  test.runIf(major < 24)('addresses, each command says what WebAssembly needs', () => {
    for (const args of [score(), evaluate(), train()]) {
      const { said, status } = runUnder(['prlimit', '--as=8000000000'], [], args);
      expect(said).toMatch(/^no \d+ bytes of shared memory can be had: V8 reserves .*\(ulimit -v\)$/);
      expect(status).toBe(2);
    }
  });

  // So few that a newer Node does not start.
  test.runIf(major < 22)('addresses for what threads need, more batches are not to blame', () => {
    const { said, status } = runUnder(['prlimit', '--as=1073741824'], [], [...score(), '--workers', '2']);
    expect(said).toMatch(/^no \d+ bytes of shared memory can be had: V8 reserves .*\(ulimit -v\)$/);
    expect(status).toBe(2);
  });

  test('files, a run with threads asks for fewer of them', () => {
    const { said, status } = runUnder(['prlimit', '--nofile=30'], [], [...score(), '--workers', '20']);
    // Threads, and code that is loaded meanwhile, take the last one: which finds none differs from run to run.
    expect(said).toMatch(/\(EMFILE\); .*ask for fewer workers$/);
    expect(status).toBe(said?.includes('threads') ? 2 : 74);
  });

  test('files, and one too many is opened, the limit is named', () => {
    const inputs = Array.from({ length: 3 }, () => at('a.csv'));
    const found = new Set<string | undefined>();
    // How many Node itself has open differs.
    for (let most = 17; most < 32; most++) {
      const { said } = runUnder(['prlimit', `--nofile=${most}`], [], ['score', ...inputs, '--quiet']);
      found.add(said?.replace(/^.*: could/, 'could'));
    }
    found.delete(undefined);
    expect([...found]).toEqual([
      'could not be read (EMFILE); too many files are open; raise the limit (ulimit -n), or ask for fewer workers',
    ]);
  });
});

describe.runIf(process.platform === 'linux')('where a shard cannot be written', () => {
  const shard = (out: string) => [
    'score',
    '--plan',
    at('plan.json'),
    '--shard',
    '0',
    '--root',
    folder,
    '--out',
    at(out),
    '--quiet',
  ];
  beforeAll(() => {
    const plan = ['plan', at('a.csv'), '--root', folder, '--shards', '1', '-o', at('plan.json'), '--quiet'];
    expect(runUnder([], [], plan)).toEqual({ said: undefined, status: 0 });
    chmodSync(at('plan.json'), 0o644);
  });

  test('all of it, nothing is left of it, and it may be tried again', () => {
    // As a full disk does, it lets the file grow no more.
    const { said, status } = runUnder(['prlimit', '--fsize=1024'], [], shard('full'));
    expect(said).toMatch(/full\/00000\.shard: cannot be written: EFBIG; /);
    expect(status).toBe(74);
    expect(readdirSync(at('full'))).toEqual([]);
    expect(runUnder([], [], shard('full'))).toEqual({ said: undefined, status: 0 });
  });

  test.runIf(canBeNobody)('since its folder may only be read', () => {
    mkdirSync(at('kept'));
    chmodSync(at('kept'), 0o555);
    const { said, status } = runUnder(NOBODY, [], shard('kept'));
    expect(said).toMatch(/kept\/00000\.shard: cannot be written: EACCES; check its permissions/);
    expect(status).toBe(74);
  });
});

describe('where Node is told to do without', () => {
  test('WebAssembly, each command says so', () => {
    for (const args of [score(), evaluate(), train()]) {
      expect(runUnder([], ['--jitless'], args)).toEqual({
        said: 'expected WebAssembly, found it switched off in Node; start it without --jitless',
        status: 2,
      });
    }
  });

  const permission = major < 23 ? '--experimental-permission' : '--permission';
  const root = new URL('../..', import.meta.url).pathname;
  const ours = [permission, `--allow-fs-read=${root}*`];
  const all = [permission, '--allow-fs-read=*'];

  test.each([
    ['reading', ours, score, [], /a\.csv: .* \(--allow-fs-read\)$/, 74],
    ['writing', all, score, ['--out', at('out')], /out: .* \(--allow-fs-write=.*\/out\)$/, 74],
    ['writing what is learned', all, train, [], /f: .* \(--allow-fs-write=.*\/f.part\)$/, 74],
    ['threads', all, score, ['--workers', '2'], /worker threads; .*\(--allow-worker\), or ask for 0/, 2],
  ])('%s, the flag is named', (_, flags, args, more, words, exitCode) => {
    const { said, status } = runUnder([], flags, [...args(), ...more]);
    expect(said).toMatch(words);
    expect(status).toBe(exitCode);
  });

  test('what is learned is written where it is allowed, though no file can be synced', () => {
    const written = ['', '.part'].map((end) => `--allow-fs-write=${at('learned')}${end}`);
    const { status } = runUnder(
      [],
      [...all, ...written],
      [...train(), '--out', at('learned'), '--workers', '0'],
    );
    expect(status).toBe(0);
    expect(readFileSync(at('learned')).length).toBeGreaterThan(50_000);
  });

  test('an output is written where it alone is allowed, without a lock', () => {
    writeFileSync(at('alone'), 'old');
    const { said, status } = runUnder(
      [],
      [...all, `--allow-fs-write=${at('alone')}`],
      [...score(), ...['--out', at('alone')]],
    );
    expect({ said, status }).toEqual({ said: undefined, status: 0 });
    expect(readFileSync(at('alone'), 'utf8')).toMatch(/^record,file,prediction/);
  });
});
