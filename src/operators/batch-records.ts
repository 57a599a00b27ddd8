import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { Batch } from '../engine/batch.js';
import type { Normalized, Records } from '../engine/records.js';
import type { Slots } from '../engine/slots.js';

/** When a batch goes. */
export interface BatchOptions {
  /** How long a batch's first record may wait for it to fill, in milliseconds. Default: as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** What tells the time; for tests. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Copies whole records, or whole rows of text, into free slots of shared memory.
 *
 * A batch goes when its slot is full, when the input ends, or when its first record has waited long enough. It is let go after
 * `next`: an operator that keeps it (as `forward` does) retains it.
 *
 * Errors: POOL_BUSY when records come that the slots had no room for, INPUT_SIZE when they are of another size.
 */
export function batch(
  slots: Slots,
  options: BatchOptions = {},
): OperatorFunction<Normalized<Records>, Batch> {
  const { maxWaitMs = Number.POSITIVE_INFINITY, scheduler = asyncScheduler } = options;
  return (source) =>
    new Observable((subscriber) => {
      let open: Batch | undefined;
      let timer: Subscription | undefined;

      const begin = (records: Normalized<Records>): Batch => {
        if (maxWaitMs < Number.POSITIVE_INFINITY) timer = scheduler.schedule(flush, maxWaitMs);
        open = new Batch(slots, records);
        slots.filling = open;
        return open;
      };
      const end = (): Batch | undefined => {
        timer?.unsubscribe();
        const ended = open;
        open = undefined;
        slots.filling = undefined;
        return ended;
      };
      const flush = () => {
        const ended = end();
        if (ended === undefined) return;
        subscriber.next(ended);
        ended.release();
      };
      const fill = (records: Normalized<Records>) => {
        if (open !== undefined && !open.isContinuedBy(records)) flush();
        let rest: Normalized<Records> | undefined = records;
        while (rest !== undefined && !subscriber.closed) {
          const filling: Batch = open ?? begin(rest);
          rest = filling.append(rest);
          if (filling.isFull) flush();
        }
      };

      subscriber.add(() => end()?.release());
      subscriber.add(
        source.subscribe({
          next: (records) => {
            try {
              fill(records);
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
