import { isSameNormalization, type Normalization } from '../network/normalization.js';

/**
 * Lets batches of one normalization be scored side by side, and those of another only when all before them are done: a
 * network lies in shared memory for one of them at a time.
 */
export class Turns {
  #normalization: Normalization | undefined;
  readonly #underWay = new Set<Promise<void>>();
  /** Settles when the turn of the last normalization has come; undefined for the first one: its turn is at once. */
  #turn: Promise<unknown> | undefined;

  /** Does what is to be done with a batch when its turn has come. Nobody overtakes a batch of another normalization. */
  async take(normalization: Normalization, score: () => Promise<void>): Promise<void> {
    if (this.#normalization !== undefined && !isSameNormalization(normalization, this.#normalization)) {
      this.#turn = Promise.allSettled(this.#underWay);
    }
    this.#normalization = normalization;
    const scoring = this.#turn === undefined ? score() : this.#turn.then(score);
    this.#underWay.add(scoring);
    try {
      await scoring;
    } finally {
      this.#underWay.delete(scoring);
    }
  }
}
