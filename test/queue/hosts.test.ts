import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueStatus } from '../../pipelines/queue/queue.js';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { findRedis, RedisServer } from '../helpers/redis.js';

// Takes root and iproute2: QUEUE_HOSTS=yes npx vitest run test/queue/hosts.test.ts
const isWanted = process.env.QUEUE_HOSTS !== undefined && findRedis() !== null;
const ROUNDS = Number(process.env.QUEUE_HOSTS) || 1;

const HOSTS = ['digitflow1', 'digitflow2', 'digitflow3'];
const BRIDGE = 'digitflow0';
const SHARDS = 120;
const LOCK_SECONDS = 1;

function ip(args: string): void {
  execFileSync('ip', args.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Hosts of their own, each with one cable to a switch, where Redis is. */
function plugIn(): void {
  ip(`link add ${BRIDGE} type bridge`);
  ip(`addr add 10.77.0.1/24 dev ${BRIDGE}`);
  ip(`link set ${BRIDGE} up`);
  for (const [index, host] of HOSTS.entries()) {
    ip(`netns add ${host}`);
    ip(`link add cable${index} type veth peer name eth0 netns ${host}`);
    ip(`link set cable${index} master ${BRIDGE} up`);
    ip(`-n ${host} addr add 10.77.0.1${index}/24 dev eth0`);
    ip(`-n ${host} link set eth0 up`);
  }
}

function unplug(): void {
  for (const args of [...HOSTS.map((host) => `netns del ${host}`), `link del ${BRIDGE}`]) {
    try {
      ip(args);
    } catch {
      // It was not there.
    }
  }
}

describe.skipIf(!isWanted)('a queue over a network that breaks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  let server: RedisServer;

  beforeAll(async () => {
    unplug();
    plugIn();
    server = await RedisServer.start(findRedis() ?? '', 'everysec', '10.77.0.1');
    writeFileSync(join(folder, 'a.csv'), digitsCsv({ count: SHARDS * 20 }));
    const plan = ['plan', 'a.csv', '--shard-rows', '20', '-o', 'plan.json', '--quiet'];
    for (const args of [plan, ['score', 'a.csv', '--out', 'one.csv', '--quiet']]) {
      expect(await runCli(args, { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });
  afterAll(async () => {
    await server?.remove();
    unplug();
    rmSync(folder, { recursive: true });
  });

  const status = async () => (await queueStatus({ redis: server.url }))[0];

  test.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'gives the bytes of one run, with a host that is cut off and comes back: %i',
    async (round) => {
      await server.ask((client) => client.flushall());
      const [out, result] = [join(folder, `out-${round}`), join(folder, `all-${round}.csv`)];
      const url = ['--redis', server.url];
      const workers = HOSTS.map((host) => {
        const args = ['queue', 'work', ...url, '--workers', '0', '--lock', `${LOCK_SECONDS}`];
        return new Cli(args, { cwd: folder, through: ['ip', 'netns', 'exec', host] });
      });
      const submit = ['queue', 'submit', 'plan.json', ...url, '--out', out, '--merge-out', result];
      expect(await runCli(submit, { cwd: folder })).toMatchObject({ exitCode: 0 });
      const cut = round % HOSTS.length;
      const isCutOut = async () =>
        (await status()).running.every(({ worker }) => !worker.endsWith(`:${workers[cut].pid}`));
      await expect.poll(async () => (await status()).done, { interval: 50 }).toBeGreaterThan(SHARDS / 4);
      ip(`link set cable${cut} down`);
      const had = (await status()).running.length;
      // What it had is given to another; every second time it comes back when all is done without it.
      await expect.poll(isCutOut, { interval: 50 }).toBe(true);
      if (round % 2 === 1)
        await expect.poll(async () => (await status()).state, { interval: 50 }).toBe('done');
      const { done } = await status();
      ip(`link set cable${cut} up`);
      await expect.poll(async () => (await status()).state, { interval: 50 }).toBe('done');
      expect(readFileSync(result).equals(readFileSync(join(folder, 'one.csv')))).toBe(true);
      expect(await status()).toMatchObject({ done: SHARDS, failed: [] });
      for (const worker of workers) await worker.said('working');
      for (const worker of workers) worker.signal('SIGTERM');
      for (const worker of workers) expect(await worker.ended).toMatchObject({ exitCode: 0 });
      expect(readFileSync(result).equals(readFileSync(join(folder, 'one.csv')))).toBe(true);
      console.log(`host ${cut} was cut off with ${had} shards under way, and came back at ${done} done`);
    },
  );
});
