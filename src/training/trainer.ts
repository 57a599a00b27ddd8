import { TRAIN_WORKER_FILE } from '../assets.js';
import { Threads } from '../engine/threads.js';
import { DigitflowError } from '../errors.js';
import { createEpochRunner, type EpochAnswer, type EpochTask } from './epoch-runner.js';
import type { SharedTraining } from './shared-training.js';
import type { TrainingLayout } from './training-layout.js';

/** Something that runs epochs: threads, or the calling thread itself. */
export interface Trainer {
  /** How many epochs, of different runs, it runs at a time. */
  readonly concurrency: number;
  /**
   * Runs one epoch from the run's kept state to its live one, on as many threads as share a run.
   *
   * @throws DigitflowError POOL_START, POOL_CLOSED, WORKER_FAILED
   */
  runEpoch(run: number, epoch: number): Promise<EpochAnswer>;
  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void>;
}

/** How to start a trainer. */
export interface TrainerOptions {
  /**
   * Threads, from 0 up; 0 trains on the calling thread. More than all runs can use are not started, and never fewer than share
   * one run.
   */
  readonly workers: number;
  /** The module the threads run. For tests of what threads can do wrong. */
  readonly workerFile?: string;
  /** How long a thread may take to load, in milliseconds. Default 10,000. */
  readonly startTimeoutMs?: number;
}

/** How many threads a trainer starts, of `workers` that it may: as many as have something to do; 0 of 0. */
export function trainerThreads({ teamSize, runs }: TrainingLayout, workers: number): number {
  if (workers === 0) return 0;
  return teamSize * Math.min(Math.max(1, Math.floor(workers / teamSize)), runs.length);
}

/**
 * Starts what trains on a shared training; its epochs may be run at once.
 *
 * @throws RangeError no workers, where several are to share a run
 */
export function openTrainer(
  shared: SharedTraining,
  { workers, workerFile = TRAIN_WORKER_FILE, startTimeoutMs }: TrainerOptions,
): Trainer {
  const { teamSize } = shared.layout;
  if (workers === 0) {
    // The first thread of a team would wait for the others for ever.
    if (teamSize > 1) throw new RangeError(`expected workers for a team of ${teamSize}, found none`);
    return new InlineTrainer(shared);
  }
  const threadCount = trainerThreads(shared.layout, workers);
  const threads = new Threads<EpochTask, EpochAnswer | null>({
    workerFile,
    workerData: shared.setup,
    workers: threadCount,
    startTimeoutMs,
    probe: { run: 0, epoch: -1, rank: 0 },
  });
  return {
    concurrency: threadCount / teamSize,
    async runEpoch(run, epoch) {
      const tasks = Array.from({ length: teamSize }, (_, rank) => ({ run, epoch, rank }));
      const name = `epoch ${epoch + 1} of run ${run + 1}`;
      const [answer] = await threads.runTogether(tasks, name, {
        beforeEach: () => shared.mend(run),
        haveBegun: () => shared.haveBegun(run),
        onFailure: () => shared.disband(run),
      });
      return answer as EpochAnswer;
    },
    close: () => threads.close(),
  };
}

/** Trains on the calling thread, which is busy meanwhile. */
class InlineTrainer implements Trainer {
  readonly concurrency = 1;
  readonly #runEpoch: (task: EpochTask) => EpochAnswer | null;
  #isClosed = false;

  constructor(shared: SharedTraining) {
    this.#runEpoch = createEpochRunner(shared.setup);
  }

  async runEpoch(run: number, epoch: number): Promise<EpochAnswer> {
    if (this.#isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
    // Between two epochs signals and timers have their turn.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#runEpoch({ run, epoch, rank: 0 }) as EpochAnswer;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
