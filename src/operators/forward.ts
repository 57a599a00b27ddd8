import { defer, type MonoTypeOperatorFunction, mergeMap, Observable } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { Scorer } from '../engine/open-scorer.js';
import { isSameNormalization, type Normalization } from '../network/normalization.js';
import { BatchSequence } from './in-order.js';

/**
 * Scores batches: each comes out as soon as its worker has answered; `inOrder` brings them back to the order they went in.
 *
 * `mergeMap` needs no bound here, since there are no more batches than slots. A batch is kept until its worker has answered and
 * `next` has returned, even when the subscriber has left: a worker may still be writing to its slot.
 *
 * Errors: what the scorer raises (POOL_START, POOL_BUSY, POOL_CLOSED, POOL_STOPPED, WORKER_FAILED).
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
                  // Before the end, so that `inOrder` hears of the last batch, too, when that was filtered out.
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

/** Lets batches of another normalization wait until all before them are done: the network lies in memory for one at a time. */
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
