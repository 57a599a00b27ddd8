import { DigitflowError } from '../errors.js';
import type { Batch } from './batch.js';
import { instantiateKernel } from './kernel.js';
import type { Answer, ScoreTask } from './messages.js';
import type { Scorer } from './scorer.js';
import type { SharedNetwork } from './shared-network.js';
import { Slots } from './slots.js';
import { acceptAnswer, taskOf } from './task.js';

/** Scores on the calling thread: for inputs that are too small to repay the start of threads. */
export class InlineScorer implements Scorer {
  readonly slots: Slots;
  readonly workers = 0;
  readonly #shared: SharedNetwork;
  readonly #score: (task: ScoreTask) => Answer;
  #isClosed = false;

  constructor(shared: SharedNetwork) {
    this.#shared = shared;
    this.slots = new Slots(shared.memory.buffer, shared.layout);
    this.#score = instantiateKernel(shared.module, shared.memory, shared.layout);
  }

  async score(batch: Batch): Promise<void> {
    if (this.#isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
    if (!this.#shared.isPlacedFor(batch.normalization)) this.#shared.place(batch.normalization);
    acceptAnswer(this.#score(taskOf(batch)), batch);
  }

  stop(): void {
    this.#isClosed = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
