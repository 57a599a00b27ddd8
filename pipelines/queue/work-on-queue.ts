import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted, durationWords, grouped } from '../../src/counting/wording.js';
import { checkCounts } from '../../src/engine/sizes.js';
import { writing } from '../../src/outputs/kept-file.js';
import type { Order } from '../../src/queue/queued-run.js';
import { openPatiently } from '../../src/queue/redis-link.js';
import { type RunWork, WorkLoop } from '../../src/queue/work-loop.js';
import { KeptScorers } from '../../src/sharding/kept-scorers.js';
import type { ShardDone } from '../../src/sharding/make-shard.js';
import { readPlan } from '../../src/sharding/plan-file.js';
import { merge } from '../sharding/merge.js';
import { evaluateShard, scoreShard } from '../sharding/shard.js';
import type { QueueOptions } from './queue.js';

/** Who works, and with what. */
export interface WorkOptions extends QueueOptions {
  /** Where inputs are here. Default: the working folder. */
  readonly root?: string | undefined;
  /** A folder for the shards of this worker. Default: where the run wants them. */
  readonly out?: string | undefined;
  /** Where the network's file is here. Default: where the plan has it. */
  readonly model?: string | undefined;
  /** Threads of a shard. Default: by the cores and the input. */
  readonly workers?: number | undefined;
  /** Shards at a time. Default 1. */
  readonly concurrency?: number | undefined;
  /** How long a worker may be silent until its shard is given to another, in milliseconds. Default 30,000. */
  readonly lockMs?: number | undefined;
  /** How long shards may take once the end was asked for, in milliseconds. Default 8,000. */
  readonly graceMs?: number | undefined;
  /**
   * How long one shard may take, in milliseconds; one that takes longer is stopped, and tried again. A worker whose shard does not
   * even end then ends itself. Default: as long as it takes.
   */
  readonly shardTimeoutMs?: number | undefined;
  /** Is told what happens. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** A worker at work. */
export interface WorkingOnQueue {
  /** Rejects where this worker had better not go on; resolves once it has ended. */
  readonly ended: Promise<void>;
  /** Takes no more shards; those that were begun are finished or given back. May be called again. */
  end(): Promise<void>;
}

/**
 * Works on the queue, whatever runs are in it, until it is told to end. Where Redis is out of reach it waits.
 *
 * @throws DigitflowError PEER_MISSING; USAGE for an address that is none, and for counts that make no sense
 */
export async function workOnQueue(options: WorkOptions): Promise<WorkingOnQueue> {
  const { onNote: tell = () => {}, concurrency = 1, lockMs = 30_000, graceMs = 8_000 } = options;
  const { shardTimeoutMs: shardMs } = options;
  checkCounts(options, { concurrency: 1, shardTimeoutMs: 1 });
  const link = await openPatiently(options.redis, {
    out: (name, reason) => tell(`${name}: out of reach (${reason}); trying again`),
    back: (name) => tell(`${name}: back`),
  });
  const scorers = new KeptScorers();
  const open = async (order: Order, plan: Buffer) => openRun(order, plan, options, scorers);
  const loop = new WorkLoop(link, { open, concurrency, lockMs, graceMs, shardMs, tell });
  const close = () => scorers.close();
  loop.ended.then(close, close);
  return { ended: loop.ended, end: () => loop.end() };
}

function openRun(order: Order, bytes: Buffer, options: WorkOptions, scorers: KeptScorers): RunWork {
  const { root, model, workers, onNote = () => {}, out = order.out } = options;
  const said = new Set<string>();
  const path = keepPlan(out, order, bytes);
  const { plan } = readPlan(path);
  const tell = (note: string) => {
    if (!said.has(note)) onNote(`${order.name}: ${note}`);
    said.add(note);
  };
  return {
    shard: async (shard, signal) => {
      const run = {
        plan,
        planSha256: order.plan,
        shard,
        out,
        root,
        model,
        workers,
        scorers,
        signal,
        onNote: tell,
      };
      const done =
        order.command === 'score'
          ? await scoreShard({ ...run, ...order.score })
          : await evaluateShard({ ...run, ...order.evaluate });
      return shardWords(done);
    },
    finish: async (signal) => {
      if (order.merge === null) return 'all shards are there';
      // Somebody may have tidied up.
      keepPlan(out, order, bytes);
      const ofEvaluation = order.command === 'evaluate' ? { model } : {};
      const done = await merge({
        ...order.merge,
        ...ofEvaluation,
        plan: path,
        folders: [out],
        signal,
        onNote: tell,
      });
      return `${rowsWords(done)}, in ${order.merge.out}`;
    },
  };
}

/** Puts the plan where the shards are: a merge by hand has it there, too. */
function keepPlan(folder: string, { plan }: Order, bytes: Buffer): string {
  const path = join(folder, `plan-${plan.slice(0, 12)}.json`);
  writing(path, () => {
    mkdirSync(folder, { recursive: true });
    // Others may write it just now.
    const aside = `${path}.${randomUUID()}`;
    writeFileSync(aside, bytes);
    renameSync(aside, path);
  });
  return path;
}

/** `10 rows, 1 of them rejected, 0.4 s`. */
function shardWords({ head, isNew }: ShardDone): string {
  return isNew ? `${rowsWords(head)}, ${durationWords(head.seconds)}` : 'was done before';
}

function rowsWords({ records, rejected }: { readonly records: number; readonly rejected: number }): string {
  const bad = rejected > 0 ? `, ${grouped(rejected)} of them rejected` : '';
  return `${counted(records, 'row')}${bad}`;
}
