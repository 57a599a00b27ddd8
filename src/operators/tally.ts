import { defer, map, type OperatorFunction } from 'rxjs';
import { EvaluationTally, type EvaluationTallyOptions } from '../counting/evaluation-tally.js';
import type { ScoredRecords } from '../counting/scored-records.js';

/**
 * Counts verdicts against labels. Emits the running tally, the same object each time, after every batch, in whatever order
 * they come.
 *
 * Errors: what ended the input, and the first bad row of text; LABELS_MISSING without labels; INPUT_SIZE for another number
 * of classes; USAGE for another kind of outputs, and for text that has not passed `accept`.
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
