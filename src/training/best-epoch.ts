import type { EpochReport } from './training-epochs.js';

/** The epoch that did best on the held-out images, and the weights it was judged by. */
export interface BestEpoch {
  readonly report: EpochReport;
  /** All weights and biases as `ParameterLayout` places them, f32. */
  readonly parameters: Float32Array;
}

/**
 * Whether one epoch is better than another: more held-out images right, then a smaller loss on them, then the earlier
 * run, then the later epoch. A total order, so the best one does not depend on the order in which runs report. Without
 * held-out images a run's last epoch is its best, and the smaller training loss decides between runs at equal epochs.
 */
export function isBetter(a: EpochReport, b: EpochReport): boolean {
  if (a.isDiverged !== b.isDiverged) return b.isDiverged;
  if (a.validationImages === 0 && a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.validationCorrect !== b.validationCorrect) return a.validationCorrect > b.validationCorrect;
  const lossOf = (report: EpochReport) => (a.validationImages > 0 ? report.validationLoss : report.loss);
  if (lossOf(a) !== lossOf(b)) return lossOf(a) < lossOf(b);
  if (a.run !== b.run) return a.run < b.run;
  return a.epoch > b.epoch;
}
