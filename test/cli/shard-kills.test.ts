import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { createRandom } from '../../src/network/random.js';
import { readPlan } from '../../src/sharding/plan-file.js';
import { findShard, readShardHead, type ShardIdentity, shardPath } from '../../src/sharding/shard-file.js';
import { Cli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const out = at('parts');
const aside = join(out, '00001.part');
const args = ['score', '--plan', at('plan.json'), '--root', folder, '--out', out, '--shard', '1'];
args.push('--on-error', 'reject', '--batch-size', '20');
let identity: ShardIdentity;
/** Rows and rejects of a shard that nothing has disturbed. */
let whole: Buffer;

/** Rows whose second pixel is `-0` are slow enough to be killed among them. */
beforeAll(async () => {
  const rows = digitsCsv({ count: 1500 }).trimEnd().split('\n');
  const text = rows.map((row, i) =>
    i % 97 === 13 ? '"7",1,2\n' : `${row.replace(/^(\d+,\d+),0,/, '$1,-0,')}\n`,
  );
  writeFileSync(at('a.csv'), text.join(''));
  await runShared(['plan', 'a.csv', '--shards', '3', '-o', 'plan.json', '--quiet'], { cwd: folder });
  await runShared(args);
  const { plan, shard, command, options } = readShardHead(shardPath(out, 1)).head;
  identity = { plan, shard, command, options };
  expect(plan).toBe(readPlan(at('plan.json')).sha256);
  whole = content();
});

beforeEach(() => rmSync(out, { recursive: true, force: true }));

function content(): Buffer {
  const { head, rejectsAt } = readShardHead(shardPath(out, 1));
  return readFileSync(shardPath(out, 1)).subarray(0, rejectsAt + head.rejects.bytes);
}

/** How many bytes are written aside, in the largest file. */
function written(): number {
  const names = existsSync(aside) ? readdirSync(aside) : [];
  const sizes = names.map((name) => statSync(join(aside, name), { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(-1, ...sizes);
}

/** Starts a shard; resolves once something has come to pass, or the process has ended: a busy machine may miss that. */
async function startUntil(hasCome: () => boolean): Promise<Cli> {
  const cli = new Cli(args);
  let isOver = false;
  void cli.ended.then(() => {
    isOver = true;
  });
  await expect.poll(() => isOver || hasCome(), { interval: 1 }).toBe(true);
  return cli;
}

/** Starts a shard, and kills it once something has come to pass, or a little later. */
async function killOnce(hasCome: () => boolean, waitMs: number): Promise<void> {
  const cli = await startUntil(hasCome);
  await sleep(waitMs);
  cli.signal('SIGKILL');
  await cli.ended;
}

test('a shard is whole or absent, whenever its process is killed, and the next one makes it', async () => {
  const random = createRandom(7);
  const moments: readonly (readonly [hasCome: () => boolean, mostMs: number])[] = [
    [() => existsSync(aside), 0],
    [() => existsSync(aside), 100],
    [() => written() > 0, 0],
    [() => written() > whole.length / 2, 30],
    [() => written() > whole.length * 0.9, 10],
    [() => written() > whole.length, 0],
    [() => existsSync(shardPath(out, 1)), 0],
    [() => existsSync(shardPath(out, 1)), 5],
  ];
  for (let round = 0; round < 2; round++) {
    for (const [hasCome, mostMs] of moments) {
      await killOnce(hasCome, random.uniform() * mostMs);
      const found = findShard(out, identity);
      expect(found).not.toBeInstanceOf(DigitflowError);
      if (found !== null) {
        expect(content().equals(whole)).toBe(true);
        rmSync(shardPath(out, 1));
      }
    }
    const { exitCode } = await runShared(args);
    expect(exitCode).toBe(0);
    expect(content().equals(whole)).toBe(true);
    // What the killed ones have left is gone.
    expect(readdirSync(out)).toEqual(['00001.shard']);
    rmSync(shardPath(out, 1));
  }
});

test('many processes that make the same shard at once do no harm: all of them are well', async () => {
  const results = await Promise.all(Array.from({ length: 4 }, () => new Cli(args).ended));
  expect(results.map(({ exitCode, stderr }) => ({ exitCode, stderr: exitCode === 0 ? '' : stderr }))).toEqual(
    results.map(() => ({ exitCode: 0, stderr: '' })),
  );
  expect(content().equals(whole)).toBe(true);
  expect(readdirSync(out)).toEqual(['00001.shard']);
});

test('one that stood still while another made the shard leaves that as it is', async () => {
  const late = await startUntil(() => written() > 0);
  late.signal('SIGSTOP');
  expect(await runShared(args)).toMatchObject({ exitCode: 0 });
  const { ino, mtimeMs } = statSync(shardPath(out, 1));
  late.signal('SIGCONT');
  expect(await late.ended).toMatchObject({ exitCode: 0 });
  expect(statSync(shardPath(out, 1))).toMatchObject({ ino, mtimeMs });
  expect(content().equals(whole)).toBe(true);
  expect(readdirSync(out)).toEqual(['00001.shard']);
});

test('one that is interrupted leaves nothing, and ends with 130', async () => {
  const cli = await startUntil(() => written() > 0);
  cli.signal('SIGTERM');
  const { exitCode, stderr } = await cli.ended;
  // It may have been done just then.
  const isDone = existsSync(shardPath(out, 1));
  expect(exitCode).toBe(isDone ? 0 : 130);
  if (!isDone) expect(stderr).toContain('interrupted; nothing is left of the shard at hand (again to ');
  expect(existsSync(aside)).toBe(false);
});
