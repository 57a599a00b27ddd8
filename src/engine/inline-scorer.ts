import { DigitflowError } from '../errors.js';
import type { Batch } from './batch.js';
import type { Answer, AnswerToText, ScoreTask, ScoreTextTask } from './messages.js';
import type { Scorable, Scorer } from './scorer.js';
import type { SharedNetwork } from './shared-network.js';
import type { Slots } from './slots.js';

/** Scores on the calling thread: for inputs that are too small to repay the start of threads. */
export class InlineScorer<B extends Scorable = Batch, S = Slots> implements Scorer<B, S> {
  readonly slots: S;
  readonly workers = 0;
  readonly #shared: SharedNetwork;
  readonly #run: (task: ScoreTask | ScoreTextTask) => Answer | AnswerToText;
  #isClosed = false;

  /** @param run what a worker would do */
  constructor(
    shared: SharedNetwork,
    slots: S,
    run: (task: ScoreTask | ScoreTextTask) => Answer | AnswerToText,
  ) {
    this.#shared = shared;
    this.slots = slots;
    this.#run = run;
  }

  async score(batch: B): Promise<void> {
    if (this.#isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
    if (!this.#shared.isPlacedFor(batch.normalization)) this.#shared.place(batch.normalization);
    batch.accept(this.#run(batch.task));
  }

  stop(): void {
    this.#isClosed = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
