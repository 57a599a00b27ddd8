import { connect, filter, Observable, type OperatorFunction } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { Acceptor } from './accept.js';
import type { Ordered } from './in-order.js';

/**
 * Takes what comes through several branches at once: the first of each together, then the second, … What comes early is kept
 * until the others have come, and let go after `next`. The branches are subscribed to in order, and the source once.
 *
 * Errors: those of the source and of any branch. TypeError where one of the branches has more than another.
 */
export function together<T, B extends Pick<Ordered, 'retain' | 'release'>>(
  ...branches: readonly OperatorFunction<T, B>[]
): OperatorFunction<T, readonly B[]> {
  return connect((shared) => inStep(branches.map((branch) => shared.pipe(branch))));
}

function inStep<B extends Pick<Ordered, 'retain' | 'release'>>(
  sources: readonly Observable<B>[],
): Observable<readonly B[]> {
  return new Observable((subscriber) => {
    const waiting = sources.map((): B[] => []);
    let ended = 0;
    const follow = (own: B[], batch: B) => {
      batch.retain();
      own.push(batch);
      while (!subscriber.closed && waiting.every(({ length }) => length > 0)) {
        const step = waiting.map((queue) => queue.shift() as B);
        try {
          subscriber.next(step);
        } finally {
          for (const each of step) each.release();
        }
      }
    };
    const complete = () => {
      if (++ended < sources.length) return;
      if (waiting.every(({ length }) => length === 0)) subscriber.complete();
      else subscriber.error(new TypeError('expected as many batches in each branch'));
    };
    subscriber.add(() => {
      for (const queue of waiting) for (const batch of queue.splice(0)) batch.release();
    });
    for (const [index, source] of sources.entries()) {
      const next = (batch: B) => follow(waiting[index], batch);
      subscriber.add(source.subscribe({ next, error: (error) => subscriber.error(error), complete }));
    }
  });
}

/** `accept` for batches of the same records: all of them are told where these lie. */
export function acceptTogether(inputs: Acceptor): OperatorFunction<readonly Batch[], readonly Batch[]> {
  return filter((batches) => {
    const place = inputs.accept(batches[0]);
    for (const batch of batches) batch.place = place ?? undefined;
    return place !== null;
  });
}
