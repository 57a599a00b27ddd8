import type { Command } from 'commander';
import { removeFromQueue, retryInQueue } from '../../../pipelines/queue/queue.js';
import { counted } from '../../counting/wording.js';
import { sayNote } from '../process.js';
import {
  addNameOption,
  addRedisOptions,
  onlyRun,
  type RedisFlags,
  redisOf,
  SETTINGS,
} from './queue-options.js';
import { addStatusCommand } from './queue-status.js';
import { addSubmitCommand } from './queue-submit.js';
import { addWorkCommand } from './queue-work.js';

const EXAMPLES = `
Examples:
  $ digitflow plan night.csv --shards 200 -o plan.json
  $ digitflow queue submit plan.json --redis redis://host --out /nfs/a --merge-out /nfs/a.csv
  $ digitflow queue work --redis redis://host --root /data        on each machine, as many as you like
  $ digitflow queue status --redis redis://host --watch
  $ digitflow queue retry --redis redis://host                    after what was wrong is mended
${SETTINGS}`;

/** Gives `digitflow queue` its commands. */
export function defineQueue(queue: Command): void {
  // BullMQ says there, once a connection, what submit says in a line of ours.
  console.warn = () => {};
  queue.addHelpText('after', EXAMPLES);
  addSubmitCommand(queue);
  addWorkCommand(queue);
  addStatusCommand(queue);
  const retry = queue
    .command('retry')
    .description('put shards that were set aside back into the queue, and the merge after them');
  addNameOption(addRedisOptions(retry)).action(runRetry);
  const remove = queue
    .command('remove')
    .description('take a run out of Redis; shards that were scored stay where they are');
  addNameOption(addRedisOptions(remove)).action(runRemove);
}

async function runRetry(flags: RedisFlags): Promise<void> {
  const redis = redisOf(flags);
  const name = flags.name ?? (await onlyRun(redis));
  const count = await retryInQueue({ redis, name });
  sayNote(
    flags,
    `${name}: ${count === 0 ? 'nothing was set aside' : `${counted(count, 'shard')} tried again`}`,
  );
}

async function runRemove(flags: RedisFlags): Promise<void> {
  const redis = redisOf(flags);
  const name = flags.name ?? (await onlyRun(redis));
  await removeFromQueue({ redis, name });
  sayNote(flags, `${name}: removed`);
}
