import { Piscina } from 'piscina';
import { SCORE_WORKER_FILE } from '../assets.js';
import { DigitflowError } from '../errors.js';
import type { Batch } from './batch.js';
import type { Answer, ScoreTask, WorkerSetup } from './messages.js';
import type { Scorer } from './scorer.js';
import type { SharedNetwork } from './shared-network.js';
import { Slots } from './slots.js';
import { acceptAnswer, recordsOf, taskOf } from './task.js';

/** What a pool can be told; all of it has a default. */
export interface PoolOptions {
  /** How many threads score, at least 1. */
  readonly workers: number;
  /** How long the first worker may take to load, in milliseconds. Default 10,000. */
  readonly startTimeoutMs?: number;
  /** The module the threads run. For tests of what threads can do wrong. */
  readonly workerFile?: string;
  /** Limits of each thread's heap, in MB, as node:worker_threads takes them. */
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb: number };
}

/** Something that may go wrong at any time, to race against. */
class Failure {
  raise: (error: Error) => void = () => {};
  readonly promise = new Promise<never>((_, reject) => {
    this.raise = reject;
  });

  constructor() {
    // Nobody may be racing when it happens.
    this.promise.catch(() => {});
  }
}

/** How often a batch is given to a worker before it is given up: once, and twice again. */
const ATTEMPTS = 3;

const PROBE: ScoreTask = { slot: 0, count: 0, hasLabels: false };

/**
 * The threads that score, and the one place that knows Piscina.
 *
 * Tasks are a few numbers; all data lies in shared memory. A task's input bytes are not changed by its worker, so a
 * batch whose worker died is simply scored again.
 */
export class ScoringPool implements Scorer {
  readonly slots: Slots;
  readonly workers: number;
  readonly #shared: SharedNetwork;
  readonly #piscina: Piscina;
  readonly #ready: Promise<void>;
  readonly #underWay = new Set<Promise<unknown>>();
  /** Rejects when no thread is left to answer: Piscina would leave every task pending. */
  readonly #broken = new Failure();
  #closing: Promise<void> | undefined;

  /** Starts the threads; `score` may be called at once and waits for them. */
  constructor(
    shared: SharedNetwork,
    { workers, startTimeoutMs = 10_000, workerFile = SCORE_WORKER_FILE, resourceLimits }: PoolOptions,
  ) {
    this.#shared = shared;
    this.workers = workers;
    this.slots = new Slots(shared.memory.buffer, shared.layout);
    const setup: WorkerSetup = { module: shared.module, memory: shared.memory, layout: shared.layout };
    this.#piscina = new Piscina({
      filename: workerFile,
      workerData: setup,
      minThreads: workers,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      // Every slot may hold a task; the slots are the window, so nothing ever queues for long.
      maxQueue: shared.layout.slots.length + 1,
      stricterFIFO: true,
      recordTiming: false,
      ...(resourceLimits && { resourceLimits }),
    });
    // Without a listener a thread that dies between tasks would take the process with it.
    this.#piscina.on('error', (cause: Error) => this.#checkAlive(cause));
    this.#ready = this.#probe(startTimeoutMs);
    this.#ready.catch(() => {});
  }

  /** @throws DigitflowError POOL_START, POOL_CLOSED, POOL_STOPPED, WORKER_FAILED */
  async score(batch: Batch): Promise<void> {
    if (this.#closing) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
    if (!this.#shared.isPlacedFor(batch.normalization)) {
      if (this.#underWay.size > 0) {
        throw new DigitflowError('POOL_BUSY', 'the normalization changed while batches were under way');
      }
      this.#shared.place(batch.normalization);
    }
    const scored = this.#attempt(batch);
    this.#underWay.add(scored);
    try {
      await scored;
    } finally {
      this.#underWay.delete(scored);
    }
  }

  /** Tells the workers to leave what they have not begun; the pool is of no use after it but to be closed. */
  stop(): void {
    this.#shared.stop();
  }

  close(): Promise<void> {
    // Piscina's own close() kills running tasks, so what is under way is awaited here first.
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#piscina.destroy());
    return this.#closing;
  }

  async #attempt(batch: Batch): Promise<void> {
    await this.#ready;
    const task = taskOf(batch);
    for (let attempt = 1; ; attempt++) {
      try {
        return acceptAnswer(await this.#run(task), batch);
      } catch (error) {
        if (error instanceof DigitflowError) throw error;
        if (attempt < ATTEMPTS) continue;
        const reason = error instanceof Error ? error.message : String(error);
        throw new DigitflowError(
          'WORKER_FAILED',
          `${recordsOf(batch)}: their worker failed ${ATTEMPTS} times, the last time with: ${reason}`,
          { cause: error },
        );
      }
    }
  }

  async #run(task: ScoreTask): Promise<Answer> {
    try {
      return await Promise.race([this.#piscina.run(task) as Promise<Answer>, this.#broken.promise]);
    } catch (error) {
      this.#checkAlive(error);
      throw error;
    }
  }

  #checkAlive(cause: unknown): void {
    if (this.#piscina.threads.length > 0 || this.#closing) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#broken.raise(new DigitflowError('POOL_START', `no worker thread is left: ${reason}`, { cause }));
  }

  /** A worker file that does not load leaves Piscina's tasks pending for ever: so one is tried, against the clock. */
  async #probe(timeoutMs: number): Promise<void> {
    const late = new Failure();
    const timer = setTimeout(() => {
      late.raise(new DigitflowError('POOL_START', `no worker thread was ready within ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      await Promise.race([this.#run(PROBE), late.promise]);
    } catch (cause) {
      if (cause instanceof DigitflowError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DigitflowError('POOL_START', `the worker threads do not start: ${reason}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}
