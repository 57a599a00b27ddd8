import type { JobsOptions } from 'bullmq';
import { DigitflowError } from '../errors.js';
import { type JobData, jobIdOf, type KnownOrder, RUNS_KEY, storePlan } from './orders.js';
import type { SubmittedRun } from './queued-run.js';
import { GATES, PREFIX, QUEUE, type RedisLink } from './redis-link.js';

/** Jobs that are added at a time: Redis does nothing else meanwhile. */
const SHARDS_A_TIME = 500;
const FIRST_WAIT_MS = 1_000;

/**
 * Puts all shards of a run into the queue, and after them what follows. Done again, it adds what is missing.
 *
 * A flow has its parent first, and that starts when no child is left: so the first child is a gate, which goes when all are in.
 *
 * @param tries how often a shard is tried where its fault may pass
 * @throws DigitflowError QUEUE_RUN_OTHER where another run has this name
 */
export async function submitRun(
  link: RedisLink,
  known: KnownOrder,
  plan: Uint8Array,
  tries: number,
): Promise<SubmittedRun> {
  const { client, queue, bullmq } = link;
  const { name, shards } = known.order;
  const found = await client.hget(RUNS_KEY, name);
  if (found !== null && found !== known.text) {
    const expected = 'expected a name that is free, found a run with another plan or other options';
    const message = `--name ${name}: ${expected}; give another, or digitflow queue remove`;
    throw new DigitflowError('QUEUE_RUN_OTHER', message);
  }
  const over = { connection: client, prefix: PREFIX };
  const gates = new bullmq.Queue(GATES, over);
  gates.on('error', () => {});
  const parentId = jobIdOf(name, 'merge');
  const data = { run: name, order: known.sha256 };
  const options = { attempts: tries, backoff: { type: 'exponential', delay: FIRST_WAIT_MS, jitter: 0.5 } };
  await storePlan(link, known.order.plan, plan);
  await client.hset(RUNS_KEY, name, known.text);
  if ((await queue.getJob(parentId)) === undefined) {
    const flows = new bullmq.FlowProducer(over);
    flows.on('error', () => {});
    await flows.add({
      ...{ name: 'merge', queueName: QUEUE, data, opts: { ...options, jobId: parentId } },
      children: [{ name: 'gate', queueName: GATES, opts: { jobId: jobIdOf(name, 'gate') } }],
    });
  }
  const gate = await gates.getJob(jobIdOf(name, 'gate'));
  if (gate === undefined) return { name, shards, isNew: false };
  for (let first = 0; first < shards; first += SHARDS_A_TIME) {
    const count = Math.min(SHARDS_A_TIME, shards - first);
    const jobs = Array.from({ length: count }, (_, index) =>
      shardJob(data, first + index, { ...options, parent: { id: parentId, queue: queue.qualifiedName } }),
    );
    await queue.addBulk(jobs);
  }
  await gate.remove();
  return { name, shards, isNew: true };
}

/** What Redis may lose of a run by how it is set, in words. */
export async function describeLosses({ client, name }: RedisLink): Promise<string[]> {
  const settings = await client.info('everything');
  const at = (key: string) => new RegExp(`^${key}:(.*?)\\r?$`, 'm').exec(settings)?.[1];
  const policy = at('maxmemory_policy');
  const evicts = at('maxmemory') !== '0' && policy !== undefined && policy !== 'noeviction';
  const losses: string[] = [];
  if (evicts) losses.push(`${name}: may drop a part of a run (maxmemory-policy ${policy}); set noeviction`);
  if (at('aof_enabled') === '0')
    losses.push(`${name}: forgets runs when it ends suddenly (appendonly no); then submit again`);
  return losses;
}

function shardJob(data: JobData, shard: number, options: JobsOptions) {
  const opts: JobsOptions = {
    ...options,
    jobId: jobIdOf(data.run, shard),
    // The parent remembers that it was done.
    removeOnComplete: true,
    // All others are done first; then the parent says which were not.
    ignoreDependencyOnFailure: true,
    stackTraceLimit: 1,
  };
  return { name: 'shard', data: { ...data, shard }, opts };
}
