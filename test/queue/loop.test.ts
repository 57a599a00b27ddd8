import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { removeRun, retryRun } from '../../src/queue/mend-run.js';
import { type KnownOrder, orderOf, planKey, sha256 } from '../../src/queue/orders.js';
import { openPatiently, withRedis } from '../../src/queue/redis-link.js';
import { runNames, statusOf } from '../../src/queue/run-status.js';
import { submitRun } from '../../src/queue/submit-run.js';
import { type LoopOptions, type RunWork, WorkLoop } from '../../src/queue/work-loop.js';
import { findRedis, RedisServer } from '../helpers/redis.js';

const redis = findRedis();
/** Each look takes a connection. */
const SELDOM = { interval: 50 };
const PLAN = Buffer.from('{"a":"plan"}');

describe.skipIf(redis === null)('work from a queue (skipped without redis-server)', () => {
  let server: RedisServer;
  const loops = new Set<WorkLoop>();
  const said: string[] = [];

  beforeAll(async () => {
    server = await RedisServer.start(redis ?? '');
  });
  beforeEach(() => server.ask((client) => client.flushall()));
  afterEach(async () => {
    await Promise.all(Array.from(loops, (loop) => loop.end()));
    loops.clear();
    said.length = 0;
  });
  afterAll(() => server?.remove());

  function order(shards: number, change: Partial<KnownOrder['order']> = {}): KnownOrder {
    const common = { name: 'night', plan: sha256(PLAN), command: 'score', out: '/out', score: {} } as const;
    return orderOf({ ...common, shards, merge: null, ...change });
  }
  const submit = (known: KnownOrder, tries = 2) =>
    withRedis(server.url, (link) => submitRun(link, known, PLAN, tries));
  const status = (name = 'night') => withRedis(server.url, (link) => statusOf(link, name));
  const state = async (name?: string) => (await status(name)).state;
  const retry = () => withRedis(server.url, (link) => retryRun(link, 'night'));

  async function work(options: Partial<LoopOptions & RunWork> = {}): Promise<WorkLoop> {
    const link = await openPatiently(server.url, { out: () => {}, back: () => {} });
    const loop = new WorkLoop(link, {
      ...{ concurrency: 1, lockMs: 30_000, graceMs: 60_000, tell: (line) => said.push(line) },
      open: async () => ({ shard: async () => 'done', finish: async () => 'all done', ...options }),
      ...options,
    });
    loops.add(loop);
    return loop;
  }

  test('takes each shard once, with its plan, and then what follows', async () => {
    const done: (number | string)[] = [];
    const known = order(612);
    expect(await submit(known)).toEqual({ name: 'night', shards: 612, isNew: true });
    expect(await submit(known)).toEqual({ name: 'night', shards: 612, isNew: false });
    expect(await status()).toMatchObject({ state: 'waiting', done: 0, shards: 612, secondsLeft: null });
    const opened: unknown[] = [];
    await work({
      concurrency: 16,
      open: async (order, plan) => {
        opened.push([order, plan]);
        const finish = async () => `${done.push('all')}`;
        return { shard: async (shard) => `${done.push(shard)}`, finish };
      },
    });
    await expect.poll(state, SELDOM).toBe('done');
    const numbers = Array.from({ length: 612 }, (_, shard) => shard);
    expect(done.slice(0, -1).sort((a, b) => Number(a) - Number(b))).toEqual(numbers);
    expect(done.at(-1)).toBe('all');
    expect(opened).toEqual([[known.order, PLAN]]);
    expect(await status()).toMatchObject({ done: 612, running: [], failed: [], fault: null });
  });

  test('takes a run whose name is a number', async () => {
    await submit(order(2, { name: '20261127' }));
    await work();
    await expect.poll(() => state('20261127'), SELDOM).toBe('done');
  });

  test('says what Redis refuses, and calls nothing else its fault', async () => {
    await server.ask((client) => client.config('SET', 'maxmemory', '1'));
    await expect(submit(order(1)).catch((error) => `${error.exitCode} ${error.message}`)).resolves.toMatch(
      /^74 redis:.*: expected a Redis that does what it is asked, found OOM .*; look how it is set/,
    );
    await server.ask((client) => client.config('SET', 'maxmemory', '0'));
    const fault = new TypeError('a fault of ours');
    const failing = withRedis(server.url, async () => Promise.reject(fault));
    await expect(failing).rejects.toBe(fault);
  });

  test('goes on with a submission that was cut off, and ends no run before all of it is in', async () => {
    const known = order(700);
    await withRedis(server.url, (link) => {
      let calls = 0;
      const addBulk = link.queue.addBulk.bind(link.queue);
      link.queue.addBulk = (jobs) => {
        if (++calls === 2) link.client.disconnect();
        return addBulk(jobs);
      };
      return submitRun(link, known, PLAN, 2);
    }).catch((error) => expect(error).toMatchObject({ code: 'QUEUE_UNREACHABLE', exitCode: 74 }));
    await work({ concurrency: 16 });
    await expect.poll(async () => (await status()).done, SELDOM).toBe(500);
    expect(await status()).toMatchObject({ state: 'submitting', running: [] });
    expect(await submit(known)).toMatchObject({ isNew: true });
    await expect.poll(state, SELDOM).toBe('done');
    expect(await status()).toMatchObject({ done: 700 });
  });

  test('tells what is under way, by whom, and when it will be done', async () => {
    let isOpen = false;
    await submit(order(10));
    await work({
      concurrency: 2,
      shard: async (shard) => {
        if (shard >= 4) await expect.poll(() => isOpen).toBe(true);
        return 'done';
      },
    });
    await expect.poll(async () => (await status()).running.length, SELDOM).toBe(2);
    await expect.poll(async () => (await status()).done, SELDOM).toBe(4);
    const { running, state: now, secondsLeft } = await status();
    expect(now).toBe('running');
    expect(running.map(({ shard }) => shard).sort()).toEqual([4, 5]);
    expect(running[0].worker).toMatch(/:\d+$/);
    expect(secondsLeft).toBeGreaterThan(0);
    isOpen = true;
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('sets aside what will not pass, tries again what may, and all of it when it is told to', async () => {
    await submit(order(6));
    const begun: number[] = [];
    let isMended = false;
    await work({
      shard: async (shard) => {
        begun.push(shard);
        if (shard === 2 && !isMended) throw new DigitflowError('CSV_ROW', 'a.csv: line 7: bad; mend it');
        if (shard === 4 && !isMended) throw new DigitflowError('INPUT_READ', 'a.csv: no disk');
        return 'done';
      },
    });
    await expect.poll(state, SELDOM).toBe('failed');
    expect(await status()).toMatchObject({
      done: 4,
      failed: [
        { shard: 2, exitCode: 65, code: 'CSV_ROW', message: 'a.csv: line 7: bad; mend it' },
        { shard: 4, exitCode: 74, code: 'INPUT_READ', message: 'a.csv: no disk' },
      ],
      fault: { exitCode: 65, code: 'SHARDS_FAILED' },
    });
    expect(begun.sort()).toEqual([0, 1, 2, 3, 4, 4, 5]);
    expect(said).toContain('night: shard 2: a.csv: line 7: bad; mend it; set aside');
    isMended = true;
    expect(await retry()).toBe(2);
    await expect.poll(state, SELDOM).toBe('done');
    expect(await status()).toMatchObject({ done: 6, failed: [], fault: null });
    expect(await retry()).toBe(0);
  });

  test('tries again what was set aside while others are still under way', async () => {
    await submit(order(3));
    let isMended = false;
    await work({
      concurrency: 2,
      shard: async (shard) => {
        if (shard === 0 && !isMended) throw new DigitflowError('CSV_ROW', 'bad');
        if (shard === 1) await expect.poll(() => isMended).toBe(true);
        return 'done';
      },
    });
    await expect.poll(async () => (await status()).failed.length, SELDOM).toBe(1);
    expect(await status()).toMatchObject({ state: 'running' });
    isMended = true;
    expect(await retry()).toBe(1);
    await expect.poll(state, SELDOM).toBe('done');
    expect(await status()).toMatchObject({ done: 3, failed: [] });
  });

  test('tries what follows again, too', async () => {
    await submit(order(1));
    let isMended = false;
    const finish = async () => {
      if (!isMended) throw new DigitflowError('INPUT_MISSING', 'no such folder');
      return 'all done';
    };
    await work({ finish });
    await expect.poll(state, SELDOM).toBe('failed');
    expect(await status()).toMatchObject({ failed: [], fault: { exitCode: 66, message: 'no such folder' } });
    isMended = true;
    await retry();
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('gives a shard to another when its worker falls silent, and stops the one that has lost it', async () => {
    await submit(order(1));
    const stopped: unknown[] = [];
    const silent = await work({
      lockMs: 500,
      shard: async (_, signal) => {
        // Another has it by now.
        await server.ask((client) => client.set('digitflow:shards:night.0:lock', 'another'));
        await sleep(600_000, undefined, { signal }).catch((error) => stopped.push(error.name));
        return 'too late';
      },
    });
    await expect.poll(() => stopped).toEqual(['AbortError']);
    await silent.end();
    expect(said).toContain('night: shard 0: stopped, another worker has it by now');
    expect(await status()).toMatchObject({ done: 0, running: [{ shard: 0 }] });
    await server.ask((client) => client.del('digitflow:shards:night.0:lock'));
    await work({ lockMs: 500 });
    await expect.poll(state, SELDOM).toBe('done');
    expect(said).toContain('night: shard 0: given to another, its worker fell silent');
  });

  test('stops a shard that takes too long, and tries it again', async () => {
    await submit(order(1));
    const stopped: unknown[] = [];
    await work({
      shardMs: 20,
      shard: async (_, signal) => {
        if (stopped.length > 0) return 'done';
        await sleep(600_000, undefined, { signal }).catch((error) => stopped.push(error.cause));
        throw signal.reason;
      },
    });
    await expect.poll(state, SELDOM).toBe('done');
    expect(stopped).toMatchObject([{ code: 'SHARD_TIMEOUT' }]);
    expect(said).toContainEqual(
      expect.stringMatching(/^night: shard 0: expected it to be done within 0.02 s, .*; tried again soon$/),
    );
  });

  test('ends where a shard does not end when its time is over; another worker tries it', async () => {
    await submit(order(1));
    const stuck = await work({ shardMs: 10, graceMs: 10, shard: () => new Promise(() => {}) });
    await expect(stuck.ended).rejects.toMatchObject({ code: 'SHARD_TIMEOUT', exitCode: 74 });
    expect(said).toContain('shard 0 does not end: this worker may be at fault');
    await work();
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('sets aside a shard whose workers fall silent again and again, until it is told otherwise', async () => {
    await submit(order(2));
    await server.ask((client) => client.hset('digitflow:shards:night.1', 'stc', 10));
    await work();
    await expect.poll(state, SELDOM).toBe('failed');
    const message = 'its workers fell silent 10 times; look whether they have memory enough';
    expect((await status()).failed).toEqual([{ shard: 1, exitCode: 70, code: 'WORKER_FAILED', message }]);
    expect(await retry()).toBe(1);
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('ends where five shards in a row are set aside: the others are for healthy workers', async () => {
    await submit(order(20));
    const shard = async (number: number) => {
      throw new DigitflowError('INPUT_MISSING', `${number}: no such file`);
    };
    const loop = await work({ shard });
    await expect(loop.ended).rejects.toMatchObject({ code: 'INPUT_MISSING', message: '4: no such file' });
    await work();
    await expect.poll(state, SELDOM).toBe('failed');
    expect(await status()).toMatchObject({ done: 15 });
    expect((await status()).failed.map(({ shard }) => shard)).toEqual([0, 1, 2, 3, 4]);
  });

  test('finishes what was begun, once the end was asked for, and takes no more', async () => {
    await submit(order(2));
    let isOpen = false;
    const begun: number[] = [];
    const first = await work({
      shard: async (shard) => {
        begun.push(shard);
        await expect.poll(() => isOpen).toBe(true);
        return 'done';
      },
    });
    await expect.poll(() => begun).toEqual([0]);
    const ending = first.end();
    isOpen = true;
    await ending;
    expect(begun).toEqual([0]);
    expect(await status()).toMatchObject({ done: 1, running: [] });
    await work();
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('gives a shard back where it takes too long once the end was asked for', async () => {
    await submit(order(1));
    const begun: string[] = [];
    const first = await work({
      graceMs: 10,
      shard: async (_, signal) => {
        begun.push('first');
        await sleep(600_000, undefined, { signal });
        return 'never';
      },
    });
    await expect.poll(() => begun).toEqual(['first']);
    await first.end();
    await first.ended;
    expect(said).toContain('night: shard 0: given back');
    expect(await status()).toMatchObject({ state: 'waiting', running: [] });
    await work();
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('refuses another run of the same name, and forgets one that is removed', async () => {
    await submit(order(3));
    const other = submit(order(3, { out: '/elsewhere' }));
    await expect(other).rejects.toMatchObject({ code: 'QUEUE_RUN_OTHER', exitCode: 65 });
    await submit(order(2, { name: 'day' }));
    await withRedis(server.url, (link) => removeRun(link, 'night'));
    expect(await withRedis(server.url, runNames)).toEqual(['day']);
    await expect(status()).rejects.toMatchObject({ code: 'QUEUE_RUN_MISSING', exitCode: 66 });
    await work();
    await expect.poll(() => state('day'), SELDOM).toBe('done');
    expect(said.filter((line) => line.startsWith('night'))).toEqual([]);
    await withRedis(server.url, (link) => removeRun(link, 'day'));
    const left = await server.ask((client) => client.keys('*'));
    expect(left.filter((key) => /night|day|plan|runs/.test(key))).toEqual([]);
    await submit(order(3, { out: '/elsewhere' }));
    await expect.poll(state, SELDOM).toBe('done');
  });

  test('refuses a plan that is not the one that was submitted', async () => {
    await submit(order(1));
    await server.ask((client) => client.del(planKey(sha256(PLAN))));
    await work();
    await expect.poll(state, SELDOM).toBe('failed');
    expect((await status()).failed).toMatchObject([{ exitCode: 66, code: 'QUEUE_RUN_MISSING' }]);
  });
});
