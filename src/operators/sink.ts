import { concatMap, defer, finalize, type OperatorFunction, tap } from 'rxjs';

/** What can be written: a batch, kept until it is. */
export interface Writable {
  readonly count: number;
  retain(): void;
  release(): void;
}

/**
 * Hands each batch to an asynchronous writer, one at a time, and keeps its slot until the writer is done: so a slow
 * writer holds the source back, and nothing piles up but what the slots hold. Emits how many records were written.
 *
 * Errors: what the writer rejects with.
 */
export function sink<T extends Writable>(write: (batch: T) => Promise<void>): OperatorFunction<T, number> {
  return (source) =>
    defer(() => {
      const waiting = new Set<T>();
      return source.pipe(
        tap((batch) => {
          batch.retain();
          waiting.add(batch);
        }),
        concatMap(async (batch) => {
          waiting.delete(batch);
          try {
            await write(batch);
            return batch.count;
          } finally {
            batch.release();
          }
        }),
        // Those the writer never got to see when somebody left early.
        finalize(() => {
          for (const batch of waiting) batch.release();
        }),
      );
    });
}
