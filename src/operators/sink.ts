import { concatMap, defer, finalize, type OperatorFunction, tap } from 'rxjs';
import type { DigitflowError } from '../errors.js';

/** What can be written: a batch. */
export interface Writable {
  /** How many records it holds. */
  readonly count: number;
  /** What ended the input after them. */
  readonly fault?: DigitflowError | undefined;
  /** Keeps it beyond `next`; to be answered by one `release`. */
  retain(): void;
  /** Lets go of it. */
  release(): void;
}

/**
 * Hands each batch to a writer, one at a time, and keeps its slot until the writer is done: so a slow writer holds the
 * source back. Emits after each batch how many records were written so far: scored ones, since rejected rows are in no batch's
 * `count`. Where rows were rejected, or several inputs are read, a record's place in its batch is not its row; `rejects` and
 * `place` tell. Ids are in a batch only where the scorer was opened with `withIds`.
 *
 * Errors: what the writer throws or rejects with; and what ended the input, once the records before it were written.
 */
export function sink<T extends Writable>(
  write: (batch: T) => Promise<void> | void,
): OperatorFunction<T, number> {
  return (source) =>
    defer(() => {
      const waiting = new Set<T>();
      let written = 0;
      return source.pipe(
        tap((batch) => {
          batch.retain();
          waiting.add(batch);
        }),
        concatMap(async (batch) => {
          waiting.delete(batch);
          try {
            await write(batch);
            if (batch.fault !== undefined) throw batch.fault;
            written += batch.count;
            return written;
          } finally {
            batch.release();
          }
        }),
        // Those that the writer never saw, since the subscriber left early.
        finalize(() => {
          for (const batch of waiting) batch.release();
        }),
      );
    });
}
