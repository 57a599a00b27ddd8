import { defer, type MonoTypeOperatorFunction, mergeMap, Observable } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { Scorer } from '../engine/scorer.js';
import { isSameNormalization, type Normalization } from '../network/normalization.js';
import { BatchSequence } from './in-order.js';

/**
 * Scores batches: each comes out, with its verdicts, as soon as its worker has answered, so not always in the order it
 * went in; `inOrder` brings them back to that.
 *
 * `mergeMap` needs no bound here, since there are no more batches than slots. Where the normalization changes, as it may from
 * one file to the next, all batches before the change are awaited. A batch is kept from the moment it comes
 * until its worker has answered and `next` has returned, even when the subscriber has left: a worker may still be
 * writing to its slot.
 *
 * Errors: what the scorer raises (POOL_START, POOL_CLOSED, WORKER_FAILED).
 */
export function forward(scorer: Pick<Scorer, 'score'>): MonoTypeOperatorFunction<Batch> {
  return (source) =>
    defer(() => {
      let begun = 0;
      const sequence = new BatchSequence();
      const changes = new NormalizationChanges();
      return source.pipe(
        mergeMap((batch) => {
          batch.retain();
          batch.order = begun++;
          batch.sequence = sequence;
          return new Observable<Batch>((subscriber) => {
            changes
              .await(batch.normalization, () => scorer.score(batch))
              .then(
                () => {
                  subscriber.next(batch);
                  // First, so that `inOrder` hears of the last batch, too, when that was filtered out.
                  batch.release();
                  subscriber.complete();
                },
                (error) => {
                  subscriber.error(error);
                  batch.release();
                },
              );
          });
        }),
      );
    });
}

/**
 * Lets batches of one normalization be scored side by side, and those of another only when all before them are done: a
 * network lies in shared memory for one of them at a time.
 */
export class NormalizationChanges {
  #normalization: Normalization | undefined;
  readonly #underWay = new Set<Promise<void>>();
  /** Settles when all batches before the last change are done; undefined before the first change. */
  #changed: Promise<unknown> | undefined;

  /** Scores a batch when its turn has come. None overtakes a batch of another normalization. */
  async await(normalization: Normalization, score: () => Promise<void>): Promise<void> {
    if (this.#normalization !== undefined && !isSameNormalization(normalization, this.#normalization)) {
      this.#changed = Promise.allSettled(this.#underWay);
    }
    this.#normalization = normalization;
    const scoring = this.#changed === undefined ? score() : this.#changed.then(score);
    this.#underWay.add(scoring);
    try {
      await scoring;
    } finally {
      this.#underWay.delete(scoring);
    }
  }
}
