import { filter, type MonoTypeOperatorFunction } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { RecordsPlace } from '../engine/records.js';

/** What says whether scored batches count: the inputs that they were read from. */
export interface Acceptor {
  /** Looks at a batch, in order: returns where its records lie, or null where it does not count, since they are read again. */
  accept(batch: Batch): RecordsPlace | null;
}

/** Lets pass what counts, and says where it lies. To follow `inOrder`, before anything that tells rows by their numbers. */
export function accept(inputs: Acceptor): MonoTypeOperatorFunction<Batch> {
  return filter((batch) => {
    const place = inputs.accept(batch);
    batch.place = place ?? undefined;
    return place !== null;
  });
}
