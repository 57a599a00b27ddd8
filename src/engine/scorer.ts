import { DigitflowError } from '../errors.js';
import type { Normalization } from '../network/normalization.js';
import type { Batch } from './batch.js';
import type { Answer, ScoreTask } from './messages.js';
import type { Slots } from './slots.js';

/** Something that scores batches: threads, or the calling thread itself. */
export interface Scorer {
  /** The slots that batches are made in. */
  readonly slots: Slots;
  /** How many threads score; 0 when the calling one does. */
  readonly workers: number;
  /**
   * Puts the verdicts into the batch's slot. The caller holds the batch until the promise settles.
   *
   * @throws DigitflowError POOL_START, POOL_CLOSED, POOL_STOPPED, POOL_BUSY, WORKER_FAILED
   */
  score(batch: Batch): Promise<void>;
  /** Leaves what has not begun: the verdicts are not wanted any more. It is of no use then but to be closed. */
  stop(): void;
  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void>;
}

/** Scores on the calling thread: for inputs that are too small to repay the start of threads. */
export class InlineScorer implements Scorer {
  readonly slots: Slots;
  readonly workers = 0;
  readonly #prepare: (normalization: Normalization) => void;
  readonly #run: (task: ScoreTask) => Answer;
  #isClosed = false;

  /**
   * @param prepare is told how the next batch's pixels become brightness
   * @param run what a worker would do
   */
  constructor(
    slots: Slots,
    prepare: (normalization: Normalization) => void,
    run: (task: ScoreTask) => Answer,
  ) {
    this.slots = slots;
    this.#prepare = prepare;
    this.#run = run;
  }

  async score(batch: Batch): Promise<void> {
    if (this.#isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
    this.#prepare(batch.normalization);
    batch.take(this.#run(batch.task));
  }

  stop(): void {
    this.#isClosed = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

/** Uses a scorer, and closes it however that ends; where it fails, what has not begun is left. */
export async function withScorer<T>(scorer: Scorer, use: (scorer: Scorer) => Promise<T>): Promise<T> {
  try {
    return await use(scorer);
  } catch (error) {
    scorer.stop();
    throw error;
  } finally {
    await scorer.close();
  }
}
