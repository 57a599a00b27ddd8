import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { DigitflowError } from '../errors.js';
import { Batch } from '../pool/batch.js';
import type { Slots } from '../pool/slots.js';
import type { NormalizedRecords } from './normalize.js';

/** When a batch goes. */
export interface BatchOptions {
  /** How long a batch's first record may wait for it to fill, in milliseconds. Default: as long as it takes. */
  readonly maxWaitMs?: number;
  /** What tells the time; for tests. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Copies whole records into free slots of shared memory; those that were read straight to where they belong stay there.
 *
 * A batch goes when its slot is full, when the input ends, or when its first record has waited long enough. It is held while
 * `next` runs and let go after it: whoever keeps it (as `forward` does) retains it.
 *
 * Errors: POOL_BUSY when records come that the slots had no room for, INPUT_SIZE when they are of another size.
 */
export function batch(slots: Slots, options: BatchOptions = {}): OperatorFunction<NormalizedRecords, Batch> {
  const { maxWaitMs = Number.POSITIVE_INFINITY, scheduler = asyncScheduler } = options;
  return (source) =>
    new Observable((subscriber) => {
      let open: Batch | undefined;
      let timer: Subscription | undefined;

      const begin = (first: number, { labels, normalization }: NormalizedRecords): Batch => {
        if (maxWaitMs < Number.POSITIVE_INFINITY) timer = scheduler.schedule(flush, maxWaitMs);
        open = new Batch(slots, first, labels !== null, normalization);
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
        const full = end();
        if (full === undefined) return;
        subscriber.next(full);
        full.release();
      };
      const fill = (records: NormalizedRecords) => {
        if (records.pixels.length !== records.count * slots.recordBytes) throw wrongSize(records, slots);
        if (open !== undefined && !open.isContinuedBy(records.extent)) flush();
        let done = 0;
        while (done < records.count && !subscriber.closed) {
          const filling = open ?? begin(records.first + done, records);
          const taken = Math.min(slots.recordsPerSlot - filling.count, records.count - done);
          const [from, to] = [done * slots.recordBytes, (done + taken) * slots.recordBytes];
          filling.append(
            records.pixels.subarray(from, to),
            records.labels?.subarray(done, done + taken) ?? null,
            records.extent,
          );
          done += taken;
          if (filling.count === slots.recordsPerSlot) flush();
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

function wrongSize({ count, pixels }: NormalizedRecords, { recordBytes }: Slots): DigitflowError {
  const found = `${pixels.length / count}`;
  return new DigitflowError(
    'INPUT_SIZE',
    `images: expected ${recordBytes} pixels each, as many as the network has inputs, found ${found}`,
  );
}
