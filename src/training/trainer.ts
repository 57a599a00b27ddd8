import { TRAIN_WORKER_FILE } from '../assets.js';
import type { ThreadsOptions } from '../engine/thread-start.js';
import { Threads } from '../engine/threads.js';
import { DigitflowError } from '../errors.js';
import { createEpochRunner, type EpochAnswer, type EpochTask } from './epoch-runner.js';
import type { SharedTraining } from './shared-training.js';
import type { TrainingLayout } from './training-layout.js';
import type { TrainingOptions } from './training-options.js';

/** Runs epochs: in threads, or on the calling thread itself. */
export interface Trainer {
  /** How many epochs, of different runs, it runs at a time. */
  readonly concurrency: number;
  /**
   * Runs one epoch from the run's kept state to its live one, on as many threads as work on a run.
   *
   * @throws DigitflowError POOL_START, POOL_CLOSED, WORKER_FAILED
   */
  runEpoch(run: number, epoch: number): Promise<EpochAnswer>;
  /** Waits for the epochs that are under way, then frees everything. May be called again. */
  close(): Promise<void>;
}

/** How to start a trainer; all but the number of threads is for tests of what threads can do wrong. */
export interface TrainerOptions
  extends Partial<Pick<ThreadsOptions<EpochTask>, 'workerFile' | 'startTimeoutMs'>> {
  /** Threads, from 0 up; 0 trains on the calling thread. `trainerThreads` says how many of them are started. */
  readonly workers: number;
}

/** The part of an epoch's time that is learning, and one thread's, where images are varied: varying them is the rest. */
const LEARNING_SHARE = 0.3;

/**
 * How many of `workers` threads are to work on each run, so that all runs are done soonest. Runs side by side lose nothing.
 * Where images stay as they are, one thread learns as fast alone.
 */
export function chooseThreads(
  workers: number,
  { restarts, augment }: Pick<TrainingOptions, 'restarts' | 'augment'>,
): number {
  let [best, leastTime] = [1, Number.POSITIVE_INFINITY];
  for (let threads = 1; threads <= (augment === 'none' ? 1 : workers); threads++) {
    const rounds = Math.ceil(restarts / Math.floor(workers / threads));
    const time = rounds * Math.max(LEARNING_SHARE, 1 / threads);
    if (time < leastTime) [best, leastTime] = [threads, time];
  }
  return best;
}

/** How many of `workers` threads a trainer starts: no more than all runs can use, at least those of one; 0 of 0. */
export function trainerThreads({ threads, runs }: TrainingLayout, workers: number): number {
  if (workers === 0) return 0;
  return threads * Math.min(Math.max(1, Math.floor(workers / threads)), runs.length);
}

/**
 * Starts a trainer on a shared training; epochs of different runs may be run at once.
 */
export function openTrainer(
  shared: SharedTraining,
  { workers, workerFile = TRAIN_WORKER_FILE, startTimeoutMs }: TrainerOptions,
): Trainer {
  if (workers === 0) return inlineTrainer(shared);
  const threadCount = trainerThreads(shared.layout, workers);
  const threads = new Threads<EpochTask, EpochAnswer | null>({
    workerFile,
    workerData: shared.setup,
    workers: threadCount,
    startTimeoutMs,
    probe: { run: 0, epoch: -1, rank: 0 },
  });
  return {
    concurrency: threadCount / shared.layout.threads,
    async runEpoch(run, epoch) {
      const tasks = Array.from({ length: shared.layout.threads }, (_, rank) => ({ run, epoch, rank }));
      const [answer] = await threads.runTogether(tasks, `epoch ${epoch + 1} of run ${run + 1}`, {
        beforeEach: () => shared.beginEpoch(run),
        haveBegun: () => shared.haveBegun(run),
        onFailure: () => shared.endEpoch(run),
      });
      return answer as EpochAnswer;
    },
    close: () => threads.close(),
  };
}

/** Trains on the calling thread, which is busy meanwhile. */
function inlineTrainer(shared: SharedTraining): Trainer {
  const runEpoch = createEpochRunner(shared.setup);
  let isClosed = false;
  return {
    concurrency: 1,
    async runEpoch(run, epoch) {
      if (isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
      // Lets signals and timers run between two epochs.
      await new Promise((resolve) => setImmediate(resolve));
      shared.beginEpoch(run);
      return runEpoch({ run, epoch, rank: 0 }) as EpochAnswer;
    },
    async close() {
      isClosed = true;
    },
  };
}
