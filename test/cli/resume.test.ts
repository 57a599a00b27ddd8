import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/network/random.js';
import { Cli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { killAt } from './kill-at.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** Rows whose second pixel is `-0`, which is csv-parse's to read, some of them bad: slow enough to be interrupted in the middle. */
function slowRows(first: number): string {
  const rows = digitsCsv({ count: 1500, first }).trimEnd().split('\n');
  return rows
    .map((row, i) => (i % 97 === 13 ? '"7",1,2\n' : `${row.replace(/^(\d+,\d+),0,/, '$1,-0,')}\n`))
    .join('');
}

beforeAll(() => {
  writeFileSync(at('a.csv'), slowRows(0));
  writeFileSync(at('b.csv'), slowRows(1500));
  writeFileSync(at('b.csv.gz'), gzipSync(slowRows(1500)));
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

describe('a run that is killed again and again ends with the bytes of one that was not:', () => {
  test.each([
    ['several files, with rejects', ['a.csv', 'b.csv'], 1, ['--rejects', at('bad.csv')]],
    ['gzip after a file, NDJSON', ['a.csv', 'b.csv.gz'], 2, ['--on-error', 'skip', '--format', 'ndjson']],
    ['gzip, no threads', ['b.csv.gz'], 3, ['--on-error', 'skip', '--workers', '0']],
  ])('%s', async (_, names, seed, more) => {
    const args = ['score', ...names.map(at), '--batch-size', '40', '--out', at('out'), ...more];
    await runShared(args);
    const whole = readFileSync(at('out'));
    const rejects = more[0] === '--rejects' ? readFileSync(at('bad.csv')) : null;
    expect(existsSync(at('out.progress'))).toBe(false);
    rmSync(at('out'));

    const random = createRandom(seed);
    for (let part = 0; part < 4; part++) {
      const enough = Math.max(1, Math.floor(whole.length * ((part + random.uniform()) / 4.5)));
      await killAt(enough, at('out'), [...args, '--resume'], random.uniform() * 60);
    }
    const { stderr, exitCode } = await runShared([...args, '--resume']);
    expect(stderr).toMatch(/resuming .* after [1-9]/);
    expect(exitCode).toBe(65);
    expect(readFileSync(at('out')).equals(whole)).toBe(true);
    if (rejects) expect(readFileSync(at('bad.csv')).equals(rejects)).toBe(true);
    expect(existsSync(at('out.progress'))).toBe(false);
  });
});

describe('what was interrupted', () => {
  const bad = () => ['score', at('a.csv'), '--out', at('stopped.csv'), '--quiet'];
  const good = ['--on-error', 'skip'];

  /** Leaves a run that a bad row has ended. */
  async function stopped(): Promise<void> {
    expect((await runShared(bad())).exitCode).toBe(65);
    expect(existsSync(at('stopped.csv.progress'))).toBe(true);
  }

  test('goes on with another way to deal with bad rows, and the summary counts all of it', async () => {
    await runShared([...bad(), ...good]);
    const whole = readFileSync(at('stopped.csv'), 'utf8');
    await stopped();
    const args = [...bad(), ...good, '--resume', '--summary', at('summary.json')];
    expect((await runShared(args)).exitCode).toBe(65);
    expect(readFileSync(at('stopped.csv'), 'utf8')).toBe(whole);
    const summary = JSON.parse(readFileSync(at('summary.json'), 'utf8'));
    const rejected = Math.ceil((1500 - 13) / 97);
    expect(summary).toMatchObject({
      schema: 'digitflow.score/1',
      model: { name: 'sigmoid', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      inputs: [{ name: at('a.csv'), format: 'csv', bytes: statSync(at('a.csv')).size }],
      ...{ records: 1500, scored: 1500 - rejected, rejected, resumedAt: 13, partial: false },
      rejects: [{ reason: 'expected 785 columns', count: rejected }],
    });
    const predictions: Record<string, number> = {};
    for (const line of whole.trimEnd().split('\n').slice(1)) {
      const [, , prediction] = line.split(',');
      predictions[prediction] = (predictions[prediction] ?? 0) + 1;
    }
    expect(summary.predictions).toEqual(predictions);
  });

  test('is not gone on with as another run: options, network, inputs, output', async () => {
    const refused = async (args: readonly string[], message: RegExp) => {
      const before = readFileSync(at('stopped.csv'));
      const { stderr, exitCode } = await runShared([...args, '--resume']);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(exitCode).toBe(65);
      expect(readFileSync(at('stopped.csv')).equals(before)).toBe(true);
    };
    await stopped();
    await refused([...bad(), '--top', '3'], /expected --top 0 .*, found 3/);
    await refused([...bad(), '--scale', '1'], /expected --scale not given .*, found 1/);
    await refused([...bad(), '--model', 'relu'], /expected --model [0-9a-f]{64} .*, found [0-9a-f]{64}/);
    await refused([...bad(), at('b.csv')], /expected 1 inputs/);
    utimesSync(at('a.csv'), new Date(), new Date(Date.now() + 5000));
    await refused(bad(), /changed since/);
    await stopped();
    writeFileSync(at('stopped.csv'), 'short');
    await refused(
      [...bad(), ...good],
      /stopped.csv: expected at least \d+ bytes of the run to resume, found 5/,
    );
    writeFileSync(at('stopped.csv.progress'), '{}');
    await refused(bad(), /expected digitflow.score-progress\/1, found something else/);
    rmSync(at('stopped.csv.progress'));
    await refused(bad(), /stopped.csv.progress: no such file/);
  });

  test('needs an output that is a file', async () => {
    for (const more of [[], ['--out', '/dev/null']]) {
      const { stderr, exitCode } = await runShared(['score', at('a.csv'), '--resume', ...more]);
      expect(stderr).toMatch(/^digitflow: --resume: /);
      expect(exitCode).toBe(2);
    }
  });

  test('by Ctrl-C on stdin goes on when it is given the same again', async () => {
    const rows = digitsCsv({ count: 40 });
    const args = ['score', '-', '--out', at('live.csv')];
    await runShared(args, { input: Buffer.from(rows) });
    const whole = readFileSync(at('live.csv'), 'utf8');
    rmSync(at('live.csv'));
    const cli = new Cli(args, { stdin: 'pipe' });
    const some = rows.split('\n').slice(0, 20).join('\n');
    await cli.send(Buffer.from(some));
    await expect.poll(() => sizeOf(at('live.csv'))).toBeGreaterThan(100);
    cli.signal('SIGINT');
    const { exitCode, stderr } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('--resume');
    expect((await runShared([...args, '--resume'], { input: Buffer.from(rows) })).exitCode).toBe(0);
    expect(readFileSync(at('live.csv'), 'utf8')).toBe(whole);
  });
});
