import { constants } from 'node:os';
import type { Command } from 'commander';
import { type WorkingOnQueue, workOnQueue } from '../../../pipelines/queue/work-on-queue.js';
import { MOST_WORKERS } from '../../engine/sizes.js';
import { realNumber, wholeNumber } from '../options.js';
import { sayNote } from '../process.js';
import { addRedisOptions, type RedisFlags, redisOf, SETTINGS } from './queue-options.js';

interface WorkFlags extends RedisFlags {
  readonly root?: string;
  readonly out?: string;
  readonly model?: string;
  readonly workers?: number;
  readonly concurrency: number;
  readonly lock: number;
  readonly grace: number;
  readonly shardTimeout?: number;
}

const WORK_EXAMPLES = `
Examples:
  $ digitflow queue work --redis redis://host                     inputs lie where the plan says, from here
  $ digitflow queue work --redis redis://host --root /mnt/data    they lie elsewhere here
  $ digitflow queue work --redis redis://host --out /scratch      a folder of its own: merge by hand then

SIGTERM or Ctrl-C: takes no more shards, finishes those it has within --grace or gives them back, and ends with exit code 0;
a second one leaves at once. While Redis is out of reach it waits. What fails with 65, 66 or 2 is set aside; with 70 or 74 it
is tried again. A worker that sets aside five shards in a row ends with the code of the last: it may be at fault itself. So does
one whose shard does not end when its --shard-timeout is over.
${SETTINGS}

Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output.`;

/** Adds `digitflow queue work`. */
export function addWorkCommand(queue: Command): void {
  const seconds = realNumber((value) => value > 0 && value <= 86_400, 'Give seconds, above 0, up to 86400.');
  const command = queue
    .command('work')
    .description('score shards of whatever runs are in the queue, until it is told to end')
    .option('--root <folder>', 'where the inputs are here (default: .)')
    .option('--out <folder>', 'where shards go here (default: where the run wants them)')
    .option('-m, --model <file>', "where the network's file is here (default: as in the plan)")
    .option(
      '-w, --workers <count>',
      'threads of a shard (default: by cores and input)',
      wholeNumber(0, MOST_WORKERS),
    )
    .option('--concurrency <count>', 'shards at a time', wholeNumber(1, 1024), 1)
    .option(
      '--lock <seconds>',
      'how long a worker may be silent: then its shard is given to another',
      seconds,
      30,
    )
    .option('--grace <seconds>', 'how long shards may take once it is told to end', seconds, 8)
    .option(
      '--shard-timeout <seconds>',
      'how long one shard may take: then it is stopped, and tried again (default: as long as it takes)',
      seconds,
    );
  addRedisOptions(command).addHelpText('after', WORK_EXAMPLES).action(runWork);
}

async function runWork(flags: WorkFlags): Promise<void> {
  const { lock, grace, shardTimeout, root, out, model, workers, concurrency } = flags;
  const working = await workOnQueue({
    ...{ redis: redisOf(flags), root, out, model, workers, concurrency },
    ...{ lockMs: lock * 1000, graceMs: grace * 1000 },
    shardTimeoutMs: shardTimeout && Math.ceil(shardTimeout * 1000),
    onNote: (line) => sayNote(flags, line),
  });
  endBySignals(working, flags);
  await working.ended;
}

function endBySignals(working: WorkingOnQueue, flags: WorkFlags): void {
  let isEnding = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (isEnding) process.exit(128 + constants.signals[name]);
      isEnding = true;
      sayNote(flags, 'ending; finishing what was begun, or giving it back (again to leave at once)');
      void working.end();
    });
  }
  sayNote(flags, 'working; SIGTERM or Ctrl-C ends it');
}
