import { defer, finalize, type MonoTypeOperatorFunction, mergeMap } from 'rxjs';

/** What can be put in order: it knows its place, counted from 0 without a gap, and can be kept. */
export interface Ordered {
  readonly order: number;
  retain(): void;
  release(): void;
}

/**
 * Hands batches on in the order in which they went into `forward`. Those that come early are kept, with their slots: so
 * no more can wait than there are slots, and the one that is waited for is under way already.
 *
 * Nothing may be filtered out between `forward` and here; before and behind, anything.
 */
export function inOrder<T extends Ordered>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      const early = new Map<number, T>();
      let next = 0;

      const follow = function* (batch: T): Generator<T, void> {
        if (batch.order !== next) {
          batch.retain();
          early.set(batch.order, batch);
          return;
        }
        next++;
        yield batch;
        for (let kept = early.get(next); kept !== undefined; kept = early.get(next)) {
          early.delete(next++);
          try {
            yield kept;
          } finally {
            kept.release();
          }
        }
      };
      return source.pipe(
        mergeMap(follow),
        finalize(() => {
          for (const kept of early.values()) kept.release();
        }),
      );
    });
}
