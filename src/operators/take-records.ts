import { defer, EMPTY, type MonoTypeOperatorFunction, map, type OperatorFunction, takeWhile } from 'rxjs';
import type { ScoredRecords } from '../counting/scored-records.js';
import type { Batch } from '../engine/batch.js';
import { sliceRecords } from '../engine/pixel-content.js';
import type { Records } from '../engine/records.js';

/** Lets the first `limit` records pass, then completes; rows of text are counted once they are scored, by `takeScored`. */
export function takeRecords(limit: number): MonoTypeOperatorFunction<Records> {
  if (limit <= 0) return () => EMPTY;
  if (limit === Number.POSITIVE_INFINITY) return (source) => source;
  return (source) =>
    defer(() => {
      let left = limit;
      return source.pipe(
        map((records) => {
          if ('text' in records) return records;
          const taken = Math.min(left, records.count);
          left -= taken;
          return taken === records.count ? records : sliceRecords(records, 0, taken);
        }),
        takeWhile(() => left > 0, true),
      );
    });
}

/**
 * Hands on the first `limit` records of scored batches in order, to be counted; completes when the first one after them is seen.
 *
 * Errors: CSV_ROW and LABEL_OUT_OF_RANGE for a bad row among them, and what its source raised.
 */
export function takeScored(limit = Number.POSITIVE_INFINITY): OperatorFunction<Batch, ScoredRecords> {
  return (source) =>
    source.pipe(
      takeWhile((batch) => isWanted(batch, limit)),
      map((batch) => firstScored(batch, limit)),
    );
}

/** `takeScored` for batches of the same records. */
export function takeScoredTogether(
  limit = Number.POSITIVE_INFINITY,
): OperatorFunction<readonly Batch[], readonly ScoredRecords[]> {
  return (source) =>
    source.pipe(
      takeWhile(([first]) => isWanted(first, limit)),
      map((batches) => batches.map((batch) => firstScored(batch, limit))),
    );
}

function isWanted(batch: Batch, limit: number): boolean {
  return batch.first < limit || isEmpty(batch);
}

function isEmpty({ scored, fault }: Batch): boolean {
  return scored.records + scored.rejects === 0 && fault === undefined;
}

function firstScored(batch: Batch, limit: number): ScoredRecords {
  const wanted = Math.max(0, limit - batch.first);
  batch.check(wanted);
  const { count, scored, fault } = batch;
  if (count + scored.rejects <= wanted && fault === undefined) return batch;
  // Without `check`: what is wrong after the last one that is wanted does not matter.
  const { first, labels, classCount, outputsAreProbabilities, predictions, confidences, losses } = batch;
  return {
    ...{ first, labels, classCount, outputsAreProbabilities, predictions, confidences, losses },
    count: Math.min(count, wanted),
    counts: count <= wanted ? batch.counts : undefined,
    ...{ ids: batch.ids, idEnds: batch.idEnds },
    pixelsOf: (place) => batch.pixelsOf(place),
  };
}
