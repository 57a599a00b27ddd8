import { TILE_IMAGES } from '../../workers/kernel/common/offsets.js';
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
   * Runs one epoch from the run's kept state to its live one, on as many threads as share a run.
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

/** What a thread that joins a team is worth: the team waits for its slowest, and each reads what the others wrote. */
const WORTH_OF_A_MEMBER = 0.85;

/**
 * How many of `workers` threads are to share each run, so that all runs are done soonest. Runs side by side lose nothing;
 * a single run has all threads, or one for each tile of a batch.
 */
export function chooseTeamSize(
  workers: number,
  { restarts, batchSize }: Pick<TrainingOptions, 'restarts' | 'batchSize'>,
): number {
  const most = Math.min(workers, Math.ceil(batchSize / TILE_IMAGES));
  let [best, leastTime] = [1, Number.POSITIVE_INFINITY];
  for (let teamSize = 1; teamSize <= most; teamSize++) {
    const rounds = Math.ceil(restarts / Math.floor(workers / teamSize));
    const time = rounds / (1 + (teamSize - 1) * WORTH_OF_A_MEMBER);
    if (time < leastTime) [best, leastTime] = [teamSize, time];
  }
  return best;
}

/** How many of `workers` threads a trainer starts: no more than all runs can use, at least one team; 0 of 0. */
export function trainerThreads({ teamSize, runs }: TrainingLayout, workers: number): number {
  if (workers === 0) return 0;
  return teamSize * Math.min(Math.max(1, Math.floor(workers / teamSize)), runs.length);
}

/**
 * Starts a trainer on a shared training; epochs of different runs may be run at once.
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
    return inlineTrainer(shared);
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
      const [answer] = await threads.runTogether(tasks, `epoch ${epoch + 1} of run ${run + 1}`, {
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
function inlineTrainer(shared: SharedTraining): Trainer {
  const runEpoch = createEpochRunner(shared.setup);
  let isClosed = false;
  return {
    concurrency: 1,
    async runEpoch(run, epoch) {
      if (isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
      // Lets signals and timers run between two epochs.
      await new Promise((resolve) => setImmediate(resolve));
      return runEpoch({ run, epoch, rank: 0 }) as EpochAnswer;
    },
    async close() {
      isClosed = true;
    },
  };
}
