import { SCORE_WORKER_FILE } from '../assets.js';
import { DigitflowError } from '../errors.js';
import type { Batch } from './batch.js';
import type { Answer, ScoreTask, WorkerSetup } from './messages.js';
import type { SharedNetwork } from './shared-network.js';
import type { Slots } from './slots.js';
import type { ThreadsOptions } from './thread-start.js';
import { Threads } from './threads.js';

/** What a pool can be told. */
export interface PoolOptions extends Pick<ThreadsOptions<ScoreTask>, 'startTimeoutMs' | 'resourceLimits'> {
  /** How many threads score, at least 1. */
  readonly workers: number;
  /** The module the threads run. For tests of what threads can do wrong. */
  readonly workerFile?: string;
}

/** Threads that score. No task changes what it is made from, so a batch whose worker died is simply scored again. */
export class ScoringPool {
  readonly slots: Slots;
  readonly workers: number;
  readonly #shared: SharedNetwork;
  readonly #threads: Threads<ScoreTask, Answer>;

  /** Starts the threads; `score` may be called at once and waits for them. */
  constructor(
    shared: SharedNetwork,
    slots: Slots,
    { workerFile = SCORE_WORKER_FILE, ...options }: PoolOptions,
  ) {
    this.#shared = shared;
    this.slots = slots;
    this.workers = options.workers;
    const { module, memory, layout } = shared;
    const workerData: WorkerSetup = { module, memory, layout };
    const probe: ScoreTask = { slot: 0, count: 0, hasLabels: false };
    this.#threads = new Threads({ ...options, workerFile, workerData, probe });
  }

  async score(batch: Batch): Promise<void> {
    this.#threads.checkOpen();
    if (!this.#shared.isPlacedFor(batch.normalization)) {
      if (this.#threads.busyCount > 0) {
        throw new DigitflowError('POOL_BUSY', 'the normalization changed while batches were under way');
      }
      this.#shared.placeFor(batch.normalization);
    }
    batch.take(await this.#threads.run(batch.task, batch.title));
  }

  stop(): void {
    this.#shared.stop();
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
