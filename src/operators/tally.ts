import { defer, map, type OperatorFunction } from 'rxjs';
import { EvaluationTally, type EvaluationTallyOptions } from '../counting/evaluation-tally.js';
import type { ScoredRecords } from '../counting/scored-records.js';

/**
 * Counts verdicts against labels. Emits the running tally, the same object each time, after every batch; the last
 * emission is the result, and it is the same whatever order the batches came in.
 *
 * Errors: for a bad record, and for what ended the input, which it would not count; what `EvaluationTally.add` throws.
 */
export function tally(
  options: EvaluationTallyOptions = {},
): OperatorFunction<ScoredRecords, EvaluationTally> {
  return (source) =>
    defer(() => {
      const counted = new EvaluationTally(options);
      return source.pipe(
        map((batch) => {
          batch.check?.();
          counted.add(batch);
          return counted;
        }),
      );
    });
}
