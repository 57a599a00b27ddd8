import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { findRedis, freePort, RedisServer } from '../helpers/redis.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const redis = findRedis();
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

describe('digitflow queue without Redis', () => {
  test('says in one line which packages it lacks; other commands need none of them', async () => {
    const folder = await tempFolder();
    await cp(DIST, join(folder, 'dist'), { recursive: true });
    const program = join(folder, 'dist', 'digitflow.cjs');
    expect(await runCli(['queue', 'status', '--redis', 'redis://127.0.0.1'], { program })).toMatchObject({
      exitCode: 2,
      stderr:
        'digitflow: queue: expected the packages bullmq and ioredis, found one missing; npm install bullmq ioredis\n',
    });
    expect(await runCli(['queue', '--help'], { program })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await runCli(['--version'], { program })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each([
    [
      ['--redis', 'http://127.0.0.1'],
      '--redis: expected redis://host:port or rediss://…, found "http://127.0.0.1"',
    ],
    [
      ['--redis', 'localhost:6379'],
      '--redis: expected redis://host:port or rediss://…, found "localhost:6379"',
    ],
    [[], '--redis: expected an address, found none; give it, or set REDIS_URL'],
  ])('refuses an address that is none: %j', async (args, message) => {
    const { exitCode, stderr } = await runShared(['queue', 'status', ...args]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `digitflow: ${message}\n` });
  });

  test.each(['status', 'retry', 'remove', 'submit'])(
    'ends %s with 74 where nothing answers',
    async (name) => {
      const folder = await tempFolder({ 'a.csv': Buffer.from(digitsCsv({ count: 3 })) });
      const plan = join(folder, 'plan.json');
      await runShared(['plan', 'a.csv', '--quiet'], { cwd: folder });
      const url = `redis://user:secret@127.0.0.1:${await freePort()}`;
      const args = name === 'submit' ? [plan, '--out', 'nowhere'] : [];
      const { exitCode, stderr } = await runShared(['queue', name, ...args, '--redis', url]);
      expect(exitCode).toBe(74);
      expect(stderr).toMatch(
        /^digitflow: redis:\/\/127.*: expected a Redis that answers, found .*ECONNREFUSED.*\n$/,
      );
      expect(stderr).not.toContain('secret');
    },
  );
});

describe.skipIf(redis === null)('digitflow queue (skipped without redis-server)', () => {
  let server: RedisServer;
  let folder: string;
  const workers: Cli[] = [];

  beforeAll(async () => {
    server = await RedisServer.start(redis ?? '');
  });
  beforeEach(async () => {
    await server.ask((client) => client.flushall());
    folder = await tempFolder();
  });
  afterAll(() => server?.remove());

  const at = (name: string) => join(folder, name);
  const run = (...args: string[]) => runShared(args, { cwd: folder });
  const queue = (name: string, ...args: string[]) => run('queue', name, '--redis', server.url, ...args);
  const text = (name: string) => readFile(at(name), 'utf8');

  function work(...args: string[]): Cli {
    const settings = ['--redis', server.url, '--workers', '0'];
    const worker = new Cli(['queue', 'work', ...settings, ...args], { cwd: folder });
    workers.push(worker);
    return worker;
  }
  /** Ends all workers, and gives what they said. */
  async function end(): Promise<string> {
    for (const worker of workers) await worker.said('working');
    for (const worker of workers) worker.signal('SIGTERM');
    const ended = await Promise.all(workers.splice(0).map((worker) => worker.ended));
    for (const { exitCode } of ended) expect(exitCode).toBe(0);
    return ended.map(({ stderr }) => stderr).join('');
  }
  /** Bad rows are at lines 31 and 77. */
  async function plan(isGood = true): Promise<void> {
    const rows = digitsCsv({ count: 100 }).split('\n');
    if (!isGood) {
      rows[30] = 'bad';
      rows[76] = '1,2,3';
    }
    await writeFile(at('a.csv'), rows.join('\n'));
    expect(await run('plan', 'a.csv', '--shard-rows', '10')).toMatchObject({ exitCode: 0 });
  }

  test('does what score does, rejects and summary among it', async () => {
    await plan(false);
    const flags = ['--top', '3', '--probabilities'];
    const one = ['--out', 'one.csv', '--rejects', 'one-bad.csv', '--summary', 'one.json'];
    expect(await run('score', 'a.csv', ...flags, ...one)).toMatchObject({ exitCode: 65 });
    const all = ['--merge-out', 'all.csv', '--merge-rejects', 'bad.csv', '--merge-summary', 'all.json'];
    const submitted = await queue('submit', 'plan.json', '--out', 'd', '--name', 'night', ...flags, ...all);
    expect(submitted).toMatchObject({ exitCode: 0, stderr: 'digitflow: night: 10 shards submitted\n' });
    expect(await queue('status')).toMatchObject({
      exitCode: 0,
      stdout: 'night: waiting, 0 of 10 shards done (0 %)\n',
    });
    work();
    work();
    expect(await queue('status', '--watch')).toMatchObject({
      exitCode: 0,
      stdout: `night: done, 10 of 10 shards done (100 %)\n  ${at('all.csv')}\n`,
    });
    expect(await text('all.csv')).toBe(await text('one.csv'));
    expect(await text('bad.csv')).toBe(await text('one-bad.csv'));
    const said = await end();
    expect(said).toMatch(/^digitflow: night: shard 3: 10 rows, 1 of them rejected, .*$/m);
    expect(said).toMatch(/^digitflow: night: merge: 100 rows, 2 of them rejected, in .*all\.csv$/m);
  });

  test('does what evaluate does', async () => {
    await plan();
    const merge = ['--merge-out', 'all.json', '--merge-format', 'json'];
    await queue('submit', 'plan.json', '--out', 'd', '--command', 'evaluate', '--mistakes', '3', ...merge);
    work();
    expect(await queue('status', '--watch')).toMatchObject({ exitCode: 0 });
    await end();
    const one = JSON.parse((await run('evaluate', 'a.csv', '--mistakes', '3', '--format', 'json')).stdout);
    const timeless = { workers: 0, seconds: 0, imagesPerSecond: 0 };
    expect({ ...JSON.parse(await text('all.json')), ...timeless }).toEqual({ ...one, ...timeless });
  });

  test('leaves shards in folders of their own, and the merge to the user', async () => {
    await plan();
    await queue('submit', 'plan.json', '--out', 'unused');
    work('--out', 'a');
    work('--out', 'b');
    expect(await queue('status', '--watch')).toMatchObject({ exitCode: 0 });
    await end();
    await run('score', 'a.csv', '--out', 'one.csv');
    const found = await Promise.all(['a', 'b'].map((name) => readdir(at(name)).catch(() => [])));
    expect(found.flat().filter((name) => name.endsWith('.shard')).length).toBe(10);
    expect(await readdir(folder)).not.toContain('unused');
    const folders = ['a', 'b'].filter((_, index) => found[index].length > 0);
    expect(await run('merge', 'plan.json', ...folders, '--out', 'all.csv')).toMatchObject({ exitCode: 0 });
    expect(await text('all.csv')).toBe(await text('one.csv'));
  });

  test('sets bad shards aside, names them, and ends with their code', async () => {
    await plan(false);
    await queue('submit', 'plan.json', '--out', 'd', '--name', 'night', '--merge-out', 'all.csv');
    work();
    const { exitCode, stdout } = await queue('status', '--watch');
    await end();
    expect(exitCode).toBe(65);
    expect(stdout).toMatch(
      /^night: failed, 8 of 10 shards done \(80 %\), 2 set aside\n {2}shard 3 \(65\): a\.csv: /,
    );
    expect(stdout).toMatch(/^ {2}shard 7 \(65\): a\.csv: .*line 77/m);
    const json = JSON.parse((await queue('status', '--format', 'json')).stdout);
    expect(json).toMatchObject({ schema: 'digitflow.queue-status/1', runs: [{ state: 'failed', done: 8 }] });
    expect(json.runs[0].failed.map(({ shard }: { shard: number }) => shard)).toEqual([3, 7]);
    expect(await readdir(folder)).not.toContain('all.csv');
  });

  test('ends a worker that does not find its inputs; another does all, once it is told to try again', async () => {
    await plan();
    await queue('submit', 'plan.json', '--out', 'd', '--merge-out', 'all.csv');
    const lost = work('--root', 'nowhere');
    const { exitCode, stderr } = await lost.ended;
    workers.length = 0;
    expect(exitCode).toBe(66);
    expect(stderr).toContain('5 shards in a row were set aside: this worker may be at fault');
    work();
    expect(await queue('status', '--watch')).toMatchObject({ exitCode: 66 });
    expect(await queue('retry')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('5 shards') });
    expect(await queue('status', '--watch')).toMatchObject({ exitCode: 0 });
    await end();
    await run('score', 'a.csv', '--out', 'one.csv');
    expect(await text('all.csv')).toBe(await text('one.csv'));
  });

  test('goes on where Redis has forgotten all: what was scored is not scored again', async () => {
    await plan();
    const submit = () =>
      queue('submit', 'plan.json', '--out', 'd', '--name', 'night', '--merge-out', 'all.csv');
    await submit();
    expect(await submit()).toMatchObject({ stderr: 'digitflow: night: 10 shards, all submitted before\n' });
    work();
    expect(await queue('status', '--watch')).toMatchObject({ exitCode: 0 });
    await rm(at('all.csv'));
    await rm(at('d/00004.shard'));
    await server.ask((client) => client.flushall());
    expect(await submit()).toMatchObject({ stderr: 'digitflow: night: 10 shards submitted\n' });
    expect(await queue('status', '--watch')).toMatchObject({ exitCode: 0 });
    const said = await end();
    expect(said.match(/shard \d: was done before/g)).toHaveLength(9);
    expect((await readdir(folder)).includes('all.csv')).toBe(true);
  });

  test('refuses another run of the name, and one that is not there', async () => {
    await plan();
    await queue('submit', 'plan.json', '--out', 'd', '--name', 'night');
    const other = await queue('submit', 'plan.json', '--out', 'd', '--name', 'night', '--kaggle');
    expect(other.exitCode).toBe(65);
    expect(other.stderr).toMatch(/^digitflow: --name night: expected a name that is free, found .*\n$/);
    expect(await queue('retry', '--name', 'day')).toMatchObject({ exitCode: 66 });
    expect(await queue('remove')).toMatchObject({ exitCode: 0, stderr: 'digitflow: night: removed\n' });
    expect(await queue('status')).toMatchObject({
      stdout: '',
      stderr: 'digitflow: no run is in the queue\n',
    });
  });

  test.each([
    [['--kaggle', '--command', 'evaluate'], '--kaggle: not with --command evaluate'],
    [['--mistakes', '3'], '--mistakes: not with --command score'],
    [['--merge-rejects', 'b'], '--merge-rejects: only with --merge-out'],
    [['--name', 'a:b'], '--name: expected letters, digits, - and _, at most 63, found "a:b"'],
    [['--kaggle', '--top', '3'], '--kaggle: not with --format, --probabilities or --top'],
    [
      ['--merge-out', 'a', '--merge-rejects', 'b', '--on-error', 'skip'],
      '--merge-rejects: not with --on-error skip',
    ],
  ])('refuses what does not go together: %j', async (args, message) => {
    await plan();
    const { exitCode, stderr } = await queue('submit', 'plan.json', '--out', 'd', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('says where Redis may lose a run', async () => {
    await plan();
    const settings = { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' };
    const calm = { maxmemory: '0', 'maxmemory-policy': 'noeviction', appendonly: 'yes' };
    const set = (to: object) =>
      server.ask((client) => client.call('CONFIG', 'SET', ...Object.entries(to).flat()));
    await set(settings);
    const { exitCode, stderr } = await queue('submit', 'plan.json', '--out', 'd', '--name', 'night');
    await set(calm);
    expect(exitCode).toBe(0);
    expect(stderr.replaceAll(server.url, 'R')).toBe(
      [
        'digitflow: R: may drop a part of a run (maxmemory-policy allkeys-lru); set noeviction',
        'digitflow: R: forgets runs when it ends suddenly (appendonly no); then submit again',
        'digitflow: night: 10 shards submitted\n',
      ].join('\n'),
    );
  });

  test('waits for a Redis that is not there yet, and says so once', async () => {
    const later = await RedisServer.start(redis ?? '');
    try {
      await later.kill();
      await plan();
      const worker = new Cli(['queue', 'work', '--redis', later.url, '--workers', '0'], { cwd: folder });
      await worker.said('out of reach');
      await later.begin();
      const submit = ['submit', 'plan.json', '--out', 'd', '--merge-out', 'all.csv'];
      expect(await run('queue', ...submit, '--redis', later.url)).toMatchObject({ exitCode: 0 });
      expect(await run('queue', 'status', '--watch', '--redis', later.url)).toMatchObject({ exitCode: 0 });
      await later.kill();
      worker.signal('SIGTERM');
      const { exitCode, stderr } = await worker.ended;
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/^digitflow: redis:.*: out of reach \(.*ECONNREFUSED.*\); trying again$/m);
      expect(stderr).toMatch(/^digitflow: redis:.*: back$/m);
    } finally {
      await later.remove();
    }
  });

  test('leaves at once at the second signal', async () => {
    const worker = new Cli(['queue', 'work', '--redis', server.url], { cwd: folder });
    await worker.said('working');
    server.signal('SIGSTOP');
    try {
      // Both are there when it goes on.
      for (const signal of ['SIGSTOP', 'SIGTERM', 'SIGINT', 'SIGCONT'] as const) worker.signal(signal);
      expect([130, 143]).toContain((await worker.ended).exitCode);
    } finally {
      server.signal('SIGCONT');
    }
  });
});
