import { jobIdOf, type QueueJob, RUNS_KEY, readOrder, shardOf } from './orders.js';
import type { RunFault, RunStatus } from './queued-run.js';
import { GATES, PREFIX, type RedisLink } from './redis-link.js';

/** Failures that are named. */
const MOST_NAMED = 1_000;
/** What has just happened in the queue: it tells how fast shards are done. */
const EVENTS = 1_000;

/** Names of all runs, in the order of the alphabet. */
export async function runNames({ client }: RedisLink): Promise<string[]> {
  return (await client.hkeys(RUNS_KEY)).sort();
}

/** @throws DigitflowError QUEUE_RUN_MISSING, QUEUE_RUN_OTHER */
export async function statusOf(link: RedisLink, name: string): Promise<RunStatus> {
  const { queue } = link;
  const { order } = await readOrder(link, name);
  const parent: QueueJob | undefined = await queue.getJob(jobIdOf(name, 'merge'));
  const isOurs = ({ data }: QueueJob) => data.run === name && data.shard !== undefined;
  const [active, delayed]: QueueJob[][] = await Promise.all([queue.getActive(), queue.getDelayed(0, EVENTS)]);
  const running = active.filter(isOurs).map(({ data, processedBy }) => ({
    shard: data.shard ?? 0,
    worker: processedBy ?? 'a worker',
  }));
  const base = { name, command: order.command, plan: order.plan, shards: order.shards };
  const { processed: done = 0, ignored = 0 } = (await parent?.getDependenciesCount()) ?? {};
  const found = (await parent?.getDependencies({ ignored: { count: MOST_NAMED } }))?.ignored ?? {};
  const failed = Object.entries(found)
    .slice(0, MOST_NAMED)
    .map(([key, reason]) => ({
      shard: shardOf(key) ?? 0,
      ...faultOf(String(reason)),
    }));
  const left = order.shards - done - ignored;
  const state = (await parent?.getState()) ?? 'unknown';
  const hasGate = (await link.client.exists(`${PREFIX}:${GATES}:${jobIdOf(name, 'gate')}`)) > 0;
  return {
    ...base,
    state: stateOf(state, done + ignored + running.length > 0, hasGate),
    ...{ done, running, retrying: delayed.filter(isOurs).length },
    ...{ failed: failed.sort((a, b) => a.shard - b.shard), unnamed: Math.max(0, ignored - failed.length) },
    fault: state === 'failed' ? faultOf(parent?.failedReason ?? '') : null,
    secondsLeft: left === 0 ? null : await secondsLeft(link, name, left),
    result: order.merge?.out ?? null,
  };
}

function stateOf(parent: string, isBegun: boolean, hasGate: boolean): RunStatus['state'] {
  if (parent === 'completed') return 'done';
  if (parent === 'failed') return 'failed';
  if (parent === 'unknown' || hasGate) return 'submitting';
  if (parent !== 'waiting-children') return 'merging';
  return isBegun ? 'running' : 'waiting';
}

/** As a worker writes it: `66 INPUT_MISSING: a.csv: no such file …`. */
function faultOf(reason: string): Omit<RunFault, 'shard'> {
  const [, exitCode = '70', code = 'INTERNAL', message = reason] = /^(\d+) (\w+): (.*)$/s.exec(reason) ?? [];
  return { exitCode: Number(exitCode), code, message };
}

/** By how many shards were done since the first of the last events; Redis keeps these anyway, by its own clock. */
async function secondsLeft(
  { client, queue }: RedisLink,
  run: string,
  shards: number,
): Promise<number | null> {
  const events = await client.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', EVENTS);
  const times = events.flatMap(([id, fields]) => {
    const at = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
    const isDone = at('event') === 'completed' && at('jobId').startsWith(`${run}.`);
    return isDone ? [Number.parseInt(id, 10)] : [];
  });
  if (times.length < 2) return null;
  const [seconds, micros] = await client.time();
  const nowMs = Number(seconds) * 1000 + Number(micros) / 1000;
  return ((nowMs - Math.min(...times)) / 1000 / (times.length - 1)) * shards;
}
