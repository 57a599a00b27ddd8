import type { LearningCurve } from '../src/render/learning-curve.js';
import type { EpochReport } from '../src/training/training-epochs.js';

/** The learning curve of the run that was chosen. */
export function curveOf(reports: readonly EpochReport[], best: EpochReport, restarts: number): LearningCurve {
  const points = reports
    .filter(({ run, isDiverged }) => run === best.run && !isDiverged)
    .map(({ epoch, loss, validationAccuracy }) => ({
      epoch,
      loss,
      accuracy: Number.isFinite(validationAccuracy) ? validationAccuracy : null,
    }));
  return { points, bestEpoch: best.epoch, title: restarts > 1 ? `run ${best.run + 1} of ${restarts}` : null };
}
