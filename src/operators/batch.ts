import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { Batch } from '../pool/batch.js';
import type { Slots } from '../pool/slots.js';
import type { NormalizedRecords } from './normalize.js';

/** When a batch goes. */
export interface BatchOptions {
  /** Records in a full batch, 1 to `slots.recordsPerSlot`, which is the default. */
  readonly size?: number;
  /** How long a batch's first record may wait for it to fill, in milliseconds. Default: as long as it takes. */
  readonly maxWaitMs?: number;
  /** What tells the time; for tests. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Copies whole records into free slots of shared memory.
 *
 * A batch goes when it is full, when the input ends, or when its first record has waited long enough. It is held while
 * `next` runs and let go after it: whoever keeps it (as `forward` does) retains it.
 *
 * Errors: POOL_BUSY when records come that the slots had no room for.
 */
export function batch(slots: Slots, options: BatchOptions = {}): OperatorFunction<NormalizedRecords, Batch> {
  const {
    size = slots.recordsPerSlot,
    maxWaitMs = Number.POSITIVE_INFINITY,
    scheduler = asyncScheduler,
  } = options;
  return (source) =>
    new Observable((subscriber) => {
      let open: Batch | undefined;
      let timer: Subscription | undefined;

      const flush = () => {
        timer?.unsubscribe();
        const full = open;
        open = undefined;
        if (full === undefined) return;
        subscriber.next(full);
        full.release();
      };
      const begin = (first: number, records: NormalizedRecords) => {
        if (maxWaitMs < Number.POSITIVE_INFINITY) timer = scheduler.schedule(flush, maxWaitMs);
        return new Batch(slots, first, records.labels !== null, records.normalization);
      };
      const fill = (records: NormalizedRecords) => {
        let done = 0;
        while (done < records.count && !subscriber.closed) {
          open ??= begin(records.first + done, records);
          const taken = Math.min(size - open.count, records.count - done);
          const pixels = records.pixels.subarray(
            done * slots.recordBytes,
            (done + taken) * slots.recordBytes,
          );
          open.append(pixels, records.labels?.subarray(done, done + taken) ?? null);
          done += taken;
          if (open.count === size) flush();
        }
      };

      subscriber.add(() => {
        timer?.unsubscribe();
        open?.release();
        open = undefined;
      });
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
