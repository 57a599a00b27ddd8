import { defer, type MonoTypeOperatorFunction, mergeMap, Observable } from 'rxjs';
import type { Scorable, Scorer } from '../engine/scorer.js';
import { Turns } from '../engine/turns.js';

/**
 * Scores batches: each comes out, with its verdicts, as soon as its worker has answered, so not always in the order it
 * went in; `inOrder` brings them back to that.
 *
 * `mergeMap` needs no bound here, since there are no more batches than slots. Where the normalization changes, as it may from
 * one file to the next, all batches before the change are awaited. A batch is kept from the moment it comes
 * until its worker has answered and `next` has returned, even when nobody listens any more: a worker may still be
 * writing to its slot.
 *
 * Errors: what the scorer raises (POOL_START, POOL_CLOSED, WORKER_FAILED).
 */
export function forward<B extends Scorable>(
  scorer: Pick<Scorer<B, unknown>, 'score'>,
): MonoTypeOperatorFunction<B> {
  return (source) =>
    defer(() => {
      let begun = 0;
      const turns = new Turns();
      return source.pipe(
        mergeMap((batch) => {
          batch.retain();
          batch.order = begun++;
          return new Observable<B>((subscriber) => {
            turns
              .take(batch.normalization, () => scorer.score(batch))
              .then(
                () => {
                  subscriber.next(batch);
                  subscriber.complete();
                },
                (error) => subscriber.error(error),
              )
              .finally(() => batch.release());
          });
        }),
      );
    });
}
