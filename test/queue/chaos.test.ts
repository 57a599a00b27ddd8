import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueStatus } from '../../pipelines/queue/queue.js';
import { createRandom } from '../../src/network/random.js';
import type { RunStatus } from '../../src/queue/queued-run.js';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { findRedis, RedisServer } from '../helpers/redis.js';

const redis = findRedis();

// The long form: QUEUE_ROUNDS=50 QUEUE_SHARDS=200 npx vitest run test/queue/chaos.test.ts
const ROUNDS = Number(process.env.QUEUE_ROUNDS ?? 1);
const SHARDS = Number(process.env.QUEUE_SHARDS ?? 40);
const ROWS_A_SHARD = 20;
const WORKERS = 3;
/** A worker that is silent longer than this loses its shard. */
const LOCK_SECONDS = 1;

/** What happens to a run of 40 shards: `kill` and `stop` to a worker, `cut` to all connections, `restart` to Redis. */
const FAULTS = { kill: 2, stop: 2, cut: 2, restart: 1 };

/** What was done to a run, and what it took. */
interface Round {
  readonly faults: readonly string[];
  /** Shards that were begun more than once. */
  readonly again: number;
  readonly seconds: number;
}

describe.skipIf(redis === null)('a queue whose workers and Redis die (skipped without redis-server)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const at = (name: string) => join(folder, name);
  const rounds: Round[] = [];
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start(redis ?? '', 'always');
    writeFileSync(at('a.csv'), digitsCsv({ count: SHARDS * ROWS_A_SHARD }));
    const plan = ['plan', 'a.csv', '--shard-rows', `${ROWS_A_SHARD}`, '-o', 'plan.json', '--quiet'];
    for (const args of [plan, ['score', 'a.csv', '--out', 'one.csv', '--quiet']]) {
      expect(await runCli(args, { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });
  afterAll(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true });
    const sum = (count: (round: Round) => number) => rounds.reduce((total, round) => total + count(round), 0);
    const counts = Object.keys(FAULTS).map((name) => {
      return `${name} ${sum(({ faults }) => faults.filter((fault) => fault === name).length)}`;
    });
    const seconds = rounds.map((round) => round.seconds).sort((a, b) => a - b);
    const words = [
      `${rounds.length} rounds of ${SHARDS} shards`,
      ...counts,
      `${sum(({ again }) => again)} shards begun more than once`,
      `${seconds[0]} to ${seconds.at(-1)} s a round`,
    ];
    if (process.env.QUEUE_ROUNDS) console.log(words.join(', '));
  });

  const status = async (): Promise<Pick<RunStatus, 'state' | 'done'>> => {
    // Redis may be away just now.
    const [run] = await queueStatus({ redis: server.url }).catch(() => []);
    return run ?? { state: 'running', done: 0 };
  };

  test.each(Array.from({ length: ROUNDS }, (_, seed) => seed))(
    'gives the bytes of one run: %i',
    async (seed) => {
      const random = createRandom(seed);
      const faults = faultsOf(random.below);
      const startMs = performance.now();
      await server.ask((client) => client.flushall());
      const [out, result] = [at(`shards-${seed}`), at(`all-${seed}.csv`)];
      const work = () => {
        const args = ['queue', 'work', '--redis', server.url, '--workers', '0', '--lock', `${LOCK_SECONDS}`];
        return new Cli(args, { cwd: folder });
      };
      const workers = Array.from({ length: WORKERS }, work);
      const submit = [
        'queue',
        'submit',
        'plan.json',
        '--redis',
        server.url,
        '--out',
        out,
        '--merge-out',
        result,
      ];
      expect(await runCli(submit, { cwd: folder })).toMatchObject({ exitCode: 0 });
      const woken: Promise<void>[] = [];
      const wake = async (worker: Cli) => {
        await sleep(1500 * LOCK_SECONDS + random.below(1000));
        worker.signal('SIGCONT');
      };
      for (const [index, fault] of faults.entries()) {
        const due = (SHARDS * index) / faults.length;
        await expect.poll(() => shardsIn(out)).toBeGreaterThanOrEqual(due);
        const victim = random.below(WORKERS);
        if (fault === 'kill') {
          workers[victim].signal('SIGKILL');
          await workers[victim].ended;
          workers[victim] = work();
        } else if (fault === 'stop') {
          workers[victim].signal('SIGSTOP');
          woken.push(wake(workers[victim]));
        } else if (fault === 'cut') {
          await server.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal'));
        } else {
          await server.kill();
          await server.begin();
        }
      }
      await expect.poll(async () => (await status()).state, { interval: 100 }).toBe('done');
      expect(readFileSync(result).equals(readFileSync(at('one.csv')))).toBe(true);
      expect(await status()).toMatchObject({ done: SHARDS });
      expect(shardsIn(out)).toBe(SHARDS);
      await Promise.all(woken);
      // Before that it does not hear a signal.
      for (const worker of workers) await worker.said('working');
      for (const worker of workers) worker.signal('SIGTERM');
      for (const worker of workers) expect(await worker.ended).toMatchObject({ exitCode: 0 });
      const seconds = Math.round((performance.now() - startMs) / 1000);
      rounds.push({ faults, seconds, again: await begunAgain() });
      rmSync(out, { recursive: true });
    },
  );

  /** How many shards were begun more than once, by BullMQ's own events. */
  async function begunAgain(): Promise<number> {
    const events = await server.ask((client) => client.xrange('digitflow:shards:events', '-', '+'));
    const ids = events.flatMap(([, fields]) => {
      const at = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
      return at('event') === 'active' && /\.\d+$/.test(at('jobId')) ? [at('jobId')] : [];
    });
    return [...new Set(ids)].filter((id) => ids.indexOf(id) !== ids.lastIndexOf(id)).length;
  }
});

/** In the order in which they come. */
function faultsOf(below: (limit: number) => number): string[] {
  const times = Math.max(1, Math.round(SHARDS / 40));
  const faults = Object.entries(FAULTS).flatMap(([name, count]) => Array<string>(count * times).fill(name));
  return faults
    .map((name) => ({ name, at: below(2 ** 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

function shardsIn(folder: string): number {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.shard')).length;
  } catch {
    return 0;
  }
}
