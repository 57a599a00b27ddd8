import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { DigitflowError, describeError } from '../errors.js';
import { type JobData, jobIdOf, type QueueJob, readOrder, readPlanOf } from './orders.js';
import type { Order } from './queued-run.js';
import { CONNECTION_FAULT, PREFIX, QUEUE, type RedisLink } from './redis-link.js';
import { withinTime } from './time-limit.js';

/** A shard whose workers fall silent so often is at fault itself: it may need more memory than there is. */
const MOST_STALLS = 10;
/** A worker that sets aside so many shards in a row may be at fault itself: its disk may not be there. */
const MOST_FAULTS_IN_A_ROW = 5;
/** Runs that a worker keeps open: a plan may be large. */
const MOST_OPEN = 4;
/** Exit codes of what will not pass by itself. */
const FINAL = [2, 65, 66];
/** What Redis may take to hear of the end. */
const FAREWELL_MS = 2_000;
/** BullMQ counts what stalls; how much is too much is said here, and in words of ours. */
const STALLS_OF_BULLMQ = 1e9;

/** A run that a worker has part in. */
export interface RunWork {
  /** Scores a shard; resolves to what was done, in words. Aborted it rejects. */
  shard(shard: number, signal: AbortSignal): Promise<string>;
  /** Makes one result of all shards; otherwise as `shard`. */
  finish(signal: AbortSignal): Promise<string>;
}

/** Who does the work, and how. */
export interface LoopOptions {
  /** Is asked once for each run, with the bytes of plan.json. */
  open(order: Order, plan: Buffer): Promise<RunWork>;
  /** Shards at a time. */
  readonly concurrency: number;
  /** How long a worker may be silent until its shard is given to another. */
  readonly lockMs: number;
  /** How long shards may take once the end was asked for; what is not done then is given back. */
  readonly graceMs: number;
  /** How long one shard may take; undefined for as long as it takes. */
  readonly shardMs?: number | undefined;
  tell(line: string): void;
}

/** A worker that takes shards until it is told to end. */
export class WorkLoop {
  /** Rejects where this worker had better not go on. */
  readonly ended: Promise<void>;
  readonly #link: RedisLink;
  readonly #options: LoopOptions;
  readonly #worker: Worker<JobData, null>;
  readonly #runs = new Map<string, Promise<RunWork>>();
  #isGivingBack = false;
  #active = 0;
  #faultsInARow = 0;
  #lastSaid = '';
  #ending: Promise<void> | undefined;
  #settle: (error?: unknown) => void = () => {};

  constructor(link: RedisLink, options: LoopOptions) {
    this.#link = link;
    this.#options = options;
    const { concurrency, lockMs } = options;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.ended.catch(() => {});
    const worker = new link.bullmq.Worker<JobData, null>(
      QUEUE,
      // BullMQ looks how many parameters this has: the signal is the third.
      (job, token, signal) => this.#work(job, token ?? '', signal ?? new AbortController().signal),
      {
        ...{ connection: link.client, prefix: PREFIX, name: `${hostname()}:${process.pid}`, concurrency },
        ...{ lockDuration: lockMs, stalledInterval: lockMs, maxStalledCount: STALLS_OF_BULLMQ },
      },
    );
    worker.on('error', (error) => this.#hear(error));
    worker.on('stalled', (id) =>
      options.tell(`${describeJob(id)}: given to another, its worker fell silent`),
    );
    // BullMQ only says so: without this a shard would be scored to its end for nothing.
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id);
    });
    this.#worker = worker;
  }

  /** Takes no more; resolves once what was begun is done or given back, or Redis does not answer. May be called again. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(error?: unknown): Promise<void> {
    const { graceMs } = this.#options;
    const closed = this.#worker.close();
    const giveBack = () => {
      this.#isGivingBack = true;
      this.#worker.cancelAllJobs();
    };
    const timer = setTimeout(giveBack, graceMs);
    const patience = (this.#active > 0 ? graceMs : 0) + FAREWELL_MS;
    await Promise.race([closed, sleep(patience, undefined, { ref: false })]);
    clearTimeout(timer);
    giveBack();
    this.#link.client.disconnect();
    this.#settle(error);
  }

  async #work(job: QueueJob, token: string, signal: AbortSignal): Promise<null> {
    const { tell } = this.#options;
    const { WaitingError, WaitingChildrenError } = this.#link.bullmq;
    const { run, shard } = job.data;
    const name = describeJob(jobIdOf(run, shard ?? 'merge'));
    // Shards may have been tried again since it came into the line.
    if (shard === undefined && (await job.moveToWaitingChildren(token))) throw new WaitingChildrenError();
    this.#active++;
    try {
      const work = await this.#workOf(job);
      if (shard === undefined) await this.#checkAllDone(job);
      else checkStalls(job);
      const words = await (shard === undefined ? work.finish(signal) : this.#inTime(work, shard, signal));
      signal.throwIfAborted();
      tell(`${name}: ${words}`);
      this.#faultsInARow = 0;
      return null;
    } catch (error) {
      if (signal.aborted && this.#isGivingBack) {
        await job.moveToWait(token);
        tell(`${name}: given back`);
        throw new WaitingError();
      }
      if (signal.aborted) {
        tell(`${name}: stopped, another worker has it by now`);
        throw error;
      }
      throw this.#faultOf(error, job, name);
    } finally {
      this.#active--;
    }
  }

  /** Where a shard does not even end when it is told to, this worker has fewer threads from then on: so it ends. */
  #inTime(work: RunWork, shard: number, signal: AbortSignal): Promise<string> {
    const { shardMs, graceMs, tell } = this.#options;
    const onStuck = (error: DigitflowError) => {
      tell(`shard ${shard} does not end: this worker may be at fault`);
      this.#ending ??= this.#end(error);
    };
    return withinTime({ ms: shardMs, patienceMs: graceMs, onStuck }, signal, (until) =>
      work.shard(shard, until),
    );
  }

  /** Opened once for all shards of a run. */
  #workOf({ data }: QueueJob): Promise<RunWork> {
    let work = this.#runs.get(data.order);
    if (work === undefined) {
      const [oldest] = this.#runs.keys();
      if (this.#runs.size === MOST_OPEN) this.#runs.delete(oldest);
      work = this.#open(data);
      this.#runs.set(data.order, work);
      work.catch(() => this.#runs.delete(data.order));
    }
    return work;
  }

  async #open({ run, order }: JobData): Promise<RunWork> {
    const known = await readOrder(this.#link, run);
    if (known.sha256 !== order) {
      const message = `${run}: expected the run that this shard is of, found another of its name`;
      throw new DigitflowError('QUEUE_RUN_OTHER', message);
    }
    return this.#options.open(known.order, await readPlanOf(this.#link, known));
  }

  /** @throws DigitflowError SHARDS_FAILED where some were set aside */
  async #checkAllDone(job: QueueJob): Promise<void> {
    const { ignored = 0 } = await job.getDependenciesCount({ ignored: true });
    if (ignored === 0) return;
    const shards = `${ignored} ${ignored === 1 ? 'shard was' : 'shards were'}`;
    const advice = 'digitflow queue status names them; mend what is wrong, then digitflow queue retry';
    throw new DigitflowError('SHARDS_FAILED', `${shards} set aside; ${advice}`);
  }

  /** The error as BullMQ takes it: final, or to be tried again. */
  #faultOf(error: unknown, job: QueueJob, name: string): Error {
    const { tell } = this.#options;
    const { code, message, exitCode } = describeError(error);
    const words = `${exitCode} ${code}: ${message}`;
    const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (!FINAL.includes(exitCode) && !isLast) {
      tell(`${name}: ${message}; tried again soon`);
      return new Error(words, { cause: error });
    }
    tell(`${name}: ${message}; set aside`);
    if (job.data.shard !== undefined && ++this.#faultsInARow === MOST_FAULTS_IN_A_ROW) this.#giveUp(error);
    return new this.#link.bullmq.UnrecoverableError(words);
  }

  #giveUp(error: unknown): void {
    this.#options.tell(`${MOST_FAULTS_IN_A_ROW} shards in a row were set aside: this worker may be at fault`);
    this.#ending ??= this.#end(error);
  }

  /** What BullMQ says of the connection is told by the link. */
  #hear(error: Error): void {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' || CONNECTION_FAULT.test(error.message)) return;
    const id = /job (\S+\.(?:\d+|merge))\b/.exec(error.message)?.[1];
    const line = id === undefined ? error.message : `${describeJob(id)}: not counted, another worker has it`;
    if (line !== this.#lastSaid) this.#options.tell(line);
    this.#lastSaid = line;
  }
}

/** `night: shard 42`. */
function describeJob(id: string): string {
  const [run, what] = id.split('.');
  return `${run}: ${what === 'merge' ? what : `shard ${what}`}`;
}

/** @throws DigitflowError WORKER_FAILED where its workers fell silent too often */
function checkStalls({ data, stalledCounter }: QueueJob): void {
  const stalls = stalledCounter - (data.stalls ?? 0);
  if (stalls < MOST_STALLS) return;
  const message = `its workers fell silent ${stalls} times; look whether they have memory enough`;
  throw new DigitflowError('WORKER_FAILED', message);
}
