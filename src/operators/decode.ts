import { concat, concatMap, defer, EMPTY, type OperatorFunction } from 'rxjs';
import type { Chunk, RecordFormat, Records } from './events.js';
import { RecordCutter } from './record-cutter.js';

/**
 * Finds the records in chunks that are cut anywhere, and reads their labels as class indices.
 *
 * Records are views and hold until `next` returns; one that straddles chunks comes alone, from a buffer of its own.
 * Pixels are neither looked at nor, but for those, copied. State is per subscription.
 *
 * Errors with a DigitflowError: `LABEL_OUT_OF_RANGE`; `IDX_TRUNCATED` when the chunks end before `format.count`
 * records, or a chunk lacks labels; `IDX_TRAILING_BYTES` when they go on after it.
 *
 * @param classCount Labels must be below it; at most 256.
 */
export function decode(format: RecordFormat, classCount: number): OperatorFunction<Chunk, Records> {
  return (chunks) =>
    defer(() => {
      const cutter = new RecordCutter(format, classCount);
      return concat(
        chunks.pipe(concatMap((chunk) => cutter.cut(chunk))),
        defer(() => {
          cutter.checkComplete();
          return EMPTY;
        }),
      );
    });
}
