import { TRAIN_WORKER_FILE } from '../assets.js';
import { DigitflowError } from '../errors.js';
import { Threads } from '../pool/threads.js';
import type { EpochAnswer, EpochTask } from './messages.js';
import { createEpochRunner } from './run-epoch.js';
import type { SharedTraining } from './shared-training.js';

/** Something that runs epochs: threads, or the calling thread itself. */
export interface Trainer {
  /** How many epochs, of different runs, it runs at a time. */
  readonly concurrency: number;
  /**
   * Runs one epoch from the run's kept state to its live one.
   *
   * @throws DigitflowError POOL_START, POOL_CLOSED, WORKER_FAILED
   */
  runEpoch(task: EpochTask): Promise<EpochAnswer>;
  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void>;
}

/** How to start a trainer. */
export interface TrainerOptions {
  /** Threads, from 0 up; 0 trains on the calling thread. More than there are restarts are not started. */
  readonly workers: number;
  /** The module the threads run. For tests of what threads can do wrong. */
  readonly workerFile?: string;
}

/** Starts what trains on a shared training; its epochs may be run at once. */
export function openTrainer(
  shared: SharedTraining,
  { workers, workerFile = TRAIN_WORKER_FILE }: TrainerOptions,
): Trainer {
  if (workers === 0) return new InlineTrainer(shared);
  const concurrency = Math.min(workers, shared.layout.runs.length);
  const threads = new Threads<EpochTask, EpochAnswer>({
    workerFile,
    workerData: shared.setup,
    workers: concurrency,
    probe: { run: 0, epoch: -1 },
  });
  return {
    concurrency,
    runEpoch: (task) => threads.run(task, `epoch ${task.epoch + 1} of run ${task.run + 1}`),
    close: () => threads.close(),
  };
}

/** Trains on the calling thread, which is busy meanwhile. */
class InlineTrainer implements Trainer {
  readonly concurrency = 1;
  readonly #runEpoch: (task: EpochTask) => EpochAnswer;
  #isClosed = false;

  constructor(shared: SharedTraining) {
    this.#runEpoch = createEpochRunner(shared.setup);
  }

  async runEpoch(task: EpochTask): Promise<EpochAnswer> {
    if (this.#isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
    // Between two epochs signals and timers have their turn.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#runEpoch(task);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
