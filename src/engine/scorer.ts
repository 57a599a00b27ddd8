import type { Batch } from './batch.js';
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
