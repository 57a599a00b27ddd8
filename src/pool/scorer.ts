import type { Batch } from './batch.js';
import type { Slots } from './slots.js';

/** Something that scores batches: threads, or the calling thread itself. */
export interface Scorer {
  /** The slots that batches are made in. */
  readonly slots: Slots;
  /** How many threads score; 0 when the calling one does. */
  readonly workers: number;
  /** Puts the verdicts into the batch's slot. The caller holds the batch until the promise settles. */
  score(batch: Batch): Promise<void>;
  /** Leaves what has not begun: for when nobody wants the verdicts any more. It is of no use then but to be closed. */
  stop(): void;
  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void>;
}
