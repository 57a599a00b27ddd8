import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { BatchMaker, Fillable } from '../engine/batch-maker.js';

/** When a batch goes. */
export interface BatchOptions {
  /** How long a batch's first record may wait for it to fill, in milliseconds. Default: as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** What tells the time; for tests. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Copies whole records, or whole rows of text, into free slots of shared memory; those that were read straight to where
 * they belong stay there.
 *
 * A batch goes when its slot is full, when the input ends, or when its first record has waited long enough. It is held while
 * `next` runs and let go after it: whoever keeps it (as `forward` does) retains it.
 *
 * Errors: POOL_BUSY when records come that the slots had no room for, INPUT_SIZE when they are of another size.
 */
export function batch<Piece, B extends Fillable<Piece>>(
  slots: BatchMaker<Piece, B>,
  options: BatchOptions = {},
): OperatorFunction<Piece, B> {
  const { maxWaitMs = Number.POSITIVE_INFINITY, scheduler = asyncScheduler } = options;
  return (source) =>
    new Observable((subscriber) => {
      let open: B | undefined;
      let timer: Subscription | undefined;

      const begin = (piece: Piece): B => {
        if (maxWaitMs < Number.POSITIVE_INFINITY) timer = scheduler.schedule(flush, maxWaitMs);
        open = slots.begin(piece);
        slots.filling = open;
        return open;
      };
      const end = (): B | undefined => {
        timer?.unsubscribe();
        const ended = open;
        open = undefined;
        slots.filling = undefined;
        return ended;
      };
      const flush = () => {
        const full = end();
        if (full === undefined) return;
        subscriber.next(full);
        full.release();
      };
      const fill = (piece: Piece) => {
        if (open !== undefined && !open.isContinuedBy(piece)) flush();
        let rest: Piece | undefined = piece;
        while (rest !== undefined && !subscriber.closed) {
          const filling: B = open ?? begin(rest);
          rest = filling.append(rest);
          if (filling.isFull) flush();
        }
      };

      subscriber.add(() => end()?.release());
      subscriber.add(
        source.subscribe({
          next: (piece) => {
            try {
              fill(piece);
            } catch (error) {
              subscriber.error(error);
            }
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            flush();
            subscriber.complete();
          },
        }),
      );
    });
}
