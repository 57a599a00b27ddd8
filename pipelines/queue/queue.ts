import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError } from '../../src/errors.js';
import { removeRun, retryRun } from '../../src/queue/mend-run.js';
import { checkName, orderOf } from '../../src/queue/orders.js';
import type {
  QueuedEvaluation,
  QueuedMerge,
  QueuedScore,
  RunStatus,
  SubmittedRun,
} from '../../src/queue/queued-run.js';
import { withRedis } from '../../src/queue/redis-link.js';
import { runNames, statusOf } from '../../src/queue/run-status.js';
import { describeLosses, submitRun } from '../../src/queue/submit-run.js';
import type { Plan } from '../../src/sharding/plan.js';
import { readPlan } from '../../src/sharding/plan-file.js';

/** Where the queue is. */
export interface QueueOptions {
  /** `redis://user:password@host:port/db`, or `rediss://` for TLS. */
  readonly redis: string;
}

/** What is asked of the queue. */
export interface QueueStatusOptions extends QueueOptions {
  /** Which run. Default: all. */
  readonly name?: string | undefined;
}

/** One run in the queue. */
export interface QueueRunOptions extends QueueOptions {
  /** What it was called when it was submitted. */
  readonly name: string;
}

/** What is to be done by all who work on the queue. */
export interface SubmitOptions extends QueueOptions {
  /** The path of the plan; who works on it gets it from Redis. */
  readonly plan: string;
  /** What the run is called. Default: the beginning of the plan's SHA-256. */
  readonly name?: string | undefined;
  /** Default `score`. */
  readonly command?: 'score' | 'evaluate' | undefined;
  /** The folder of the shards, which all reach; or a worker has one of its own. */
  readonly out: string;
  /** How each shard is scored. */
  readonly score?: QueuedScore | undefined;
  /** How each shard is evaluated. */
  readonly evaluate?: QueuedEvaluation | undefined;
  /** How shards become one result. Default: that is left to `merge`. */
  readonly merge?: QueuedMerge | undefined;
  /** How often a shard is tried where its fault may pass. Default 8: about two minutes. */
  readonly tries?: number | undefined;
  /** Is told how Redis is set, where that may lose a run. */
  readonly onNote?: ((note: string) => void) | undefined;
}

const DEFAULT_TRIES = 8;

/**
 * Puts a run into the queue: each shard, and what follows them. Done again, it adds only what is missing.
 *
 * @throws DigitflowError PLAN_FILE and what reading a file throws; USAGE; PEER_MISSING; QUEUE_UNREACHABLE; QUEUE_RUN_OTHER
 *   where another run has the name
 */
export async function submitToQueue(options: SubmitOptions): Promise<SubmittedRun> {
  const { plan, name, command = 'score', out, merge, tries = DEFAULT_TRIES } = options;
  const { sha256, plan: parsed } = readPlan(plan);
  checkPlan(parsed, options);
  const known = orderOf({
    ...{ name: checkName(name ?? sha256.slice(0, 12)), plan: sha256, shards: parsed.shards.length, command },
    out: resolve(out),
    ...(command === 'score' ? { score: options.score ?? {} } : { evaluate: options.evaluate ?? {} }),
    merge: merge === undefined ? null : here(merge),
  });
  return withRedis(options.redis, async (link) => {
    for (const loss of await describeLosses(link)) options.onNote?.(loss);
    return submitRun(link, known, readFileSync(plan), tries);
  });
}

/** Each shard would be refused, one after the other. */
function checkPlan({ inputs, shards }: Plan, { command, score }: SubmitOptions): void {
  const usage = (message: string) => new DigitflowError('USAGE', message);
  if (command === 'evaluate' && inputs.length > 1) {
    const expected = '--command evaluate: expected a plan of one input, as evaluate takes';
    throw usage(`${expected}, found ${inputs.length}; plan each by itself`);
  }
  if (command !== 'evaluate' && score?.format === 'kaggle' && shards.some(({ from }) => from.rows === null)) {
    const expected =
      '--kaggle: expected inputs whose records the plan has counted, as it numbers over all of them';
    throw usage(`${expected}, found others; unpack what is gzip, and plan again`);
  }
}

function here(merge: QueuedMerge): QueuedMerge {
  const at = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  const { out, rejects, summary, report } = merge;
  return { ...merge, out: resolve(out), rejects: at(rejects), summary: at(summary), report: at(report) };
}

/**
 * How far runs are.
 *
 * @throws DigitflowError PEER_MISSING; USAGE; QUEUE_UNREACHABLE; QUEUE_RUN_MISSING
 */
export async function queueStatus(options: QueueStatusOptions): Promise<RunStatus[]> {
  return withRedis(options.redis, async (link) => {
    const names = options.name === undefined ? await runNames(link) : [options.name];
    return Promise.all(names.map((name) => statusOf(link, name)));
  });
}

/**
 * Puts shards that were set aside back into the queue.
 *
 * @returns how many
 * @throws DigitflowError PEER_MISSING; USAGE; QUEUE_UNREACHABLE; QUEUE_RUN_MISSING
 */
export async function retryInQueue(options: QueueRunOptions): Promise<number> {
  return withRedis(options.redis, (link) => retryRun(link, options.name));
}

/**
 * Takes a run out of the queue. Shards that were scored stay where they are.
 *
 * @throws DigitflowError PEER_MISSING; USAGE; QUEUE_UNREACHABLE; QUEUE_RUN_MISSING
 */
export async function removeFromQueue(options: QueueRunOptions): Promise<void> {
  return withRedis(options.redis, (link) => removeRun(link, options.name));
}
