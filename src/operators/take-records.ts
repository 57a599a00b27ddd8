import { defer, EMPTY, type MonoTypeOperatorFunction, map, takeWhile } from 'rxjs';
import type { Records } from './events.js';

/** Lets the first `limit` records pass, then completes and leaves the source; `limit` may be Infinity. */
export function takeRecords(limit: number): MonoTypeOperatorFunction<Records> {
  if (limit <= 0) return () => EMPTY;
  if (limit === Number.POSITIVE_INFINITY) return (source) => source;
  return (source) =>
    defer(() => {
      let left = limit;
      return source.pipe(
        map((records) => {
          const taken = firstOf(records, Math.min(left, records.count));
          left -= taken.count;
          return taken;
        }),
        takeWhile(() => left > 0, true),
      );
    });
}

function firstOf(records: Records, count: number): Records {
  if (count === records.count) return records;
  const recordBytes = records.pixels.length / records.count;
  return {
    ...records,
    count,
    pixels: records.pixels.subarray(0, count * recordBytes),
    labels: records.labels?.subarray(0, count) ?? null,
  };
}
