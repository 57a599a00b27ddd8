import { defer, map, type OperatorFunction } from 'rxjs';
import {
  EvaluationTally,
  type EvaluationTallyOptions,
  type ScoredRecords,
} from '../counting/evaluation-tally.js';

/**
 * Counts verdicts against labels. Emits the running tally, the same object each time, after every batch; the last
 * emission is the result, and it is the same whatever order the batches came in.
 */
export function tally(options: EvaluationTallyOptions): OperatorFunction<ScoredRecords, EvaluationTally> {
  return (source) =>
    defer(() => {
      const counted = new EvaluationTally(options);
      return source.pipe(
        map((batch) => {
          counted.addBatch(batch);
          return counted;
        }),
      );
    });
}
