import { jobIdOf, planKey, type QueueJob, RUNS_KEY, readOrder, shardOf } from './orders.js';
import type { Order } from './queued-run.js';
import { GATES, PREFIX, type RedisLink } from './redis-link.js';

const A_TIME = 1_000;
const AFRESH = { resetAttemptsMade: true, resetAttemptsStarted: true };

/**
 * Puts all shards that were set aside back into the line, and after them what follows.
 *
 * @returns how many these were
 * @throws DigitflowError QUEUE_RUN_MISSING, QUEUE_RUN_OTHER
 */
export async function retryRun(link: RedisLink, name: string): Promise<number> {
  const { queue } = link;
  await readOrder(link, name);
  const parent: QueueJob | undefined = await queue.getJob(jobIdOf(name, 'merge'));
  let count = 0;
  for (let keys = ['']; keys.length > 0; ) {
    keys = Object.keys((await parent?.getDependencies({ ignored: { count: A_TIME } }))?.ignored ?? {});
    for (const key of keys) {
      const job: QueueJob | undefined = await queue.getJob(jobIdOf(name, shardOf(key) ?? 0));
      // How often it stalled is forgiven: BullMQ itself counts on.
      await job?.updateData({ ...job.data, stalls: job.stalledCounter });
      await job?.retry('failed', AFRESH);
      if (job !== undefined) count++;
    }
  }
  if (await parent?.isFailed()) await parent?.retry('failed', AFRESH);
  return count;
}

/**
 * Takes a run out of Redis; what was scored stays where it is, and what is being scored is still written.
 *
 * @throws DigitflowError QUEUE_RUN_MISSING, QUEUE_RUN_OTHER
 */
export async function removeRun(link: RedisLink, name: string): Promise<void> {
  const { client, queue, bullmq } = link;
  const { order } = await readOrder(link, name);
  // Its jobs find no order from now on.
  await client.hdel(RUNS_KEY, name);
  const remove = (id: string) => queue.remove(id, { removeChildren: false });
  // From the last on: each stands first in a list that Redis looks through.
  for (let end = order.shards; end > 0; end -= A_TIME) {
    const count = Math.min(A_TIME, end);
    await Promise.all(Array.from({ length: count }, (_, index) => remove(jobIdOf(name, end - 1 - index))));
  }
  await remove(jobIdOf(name, 'merge'));
  const gates = new bullmq.Queue(GATES, { connection: client, prefix: PREFIX });
  gates.on('error', () => {});
  await gates.remove(jobIdOf(name, 'gate'));
  const others = Object.values(await client.hgetall(RUNS_KEY)).map((text) => JSON.parse(text) as Order);
  if (!others.some(({ plan }) => plan === order.plan)) await client.del(planKey(order.plan));
}
