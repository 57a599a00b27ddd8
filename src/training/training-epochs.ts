import { concatMap, from, map, mergeMap, type Observable, range, takeWhile } from 'rxjs';
import type { EpochAnswer } from './epoch-runner.js';
import { trainingCount } from './run-head.js';
import type { SharedTraining } from './shared-training.js';
import type { Trainer } from './trainer.js';
import type { TrainingLoss } from './training-options.js';

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

/** How one epoch of one run went. */
export interface EpochReport {
  /** From 0. */
  readonly run: number;
  /** From 1: how many epochs the run has seen. */
  readonly epoch: number;
  /** Mean over the training images, as they were varied, taken while the weights changed. */
  readonly loss: number;
  /** Mean over the held-out images; NaN when there are none. */
  readonly validationLoss: number;
  readonly validationCorrect: number;
  readonly validationImages: number;
  /** 0..1; NaN when no images are held out. */
  readonly validationAccuracy: number;
  /** Of training, validation not counted. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Of the last step. */
  readonly learningRate: number;
  /** True when the loss is no number any more: the run ends with this epoch, its state is that before it. */
  readonly isDiverged: boolean;
}

/** What came of a training so far. Written by `trainingEpochs` before it emits a report. */
export interface TrainingProgress {
  best: BestEpoch | undefined;
}

/**
 * Runs what is left of every run's epochs, as many runs side by side as the trainer can, and emits each epoch's report
 * as it ends. A run's epochs come in order; those of different runs mix as they end. Which reports there are, and what
 * they say but for the time, does not depend on the number of threads.
 *
 * Before a report is emitted, the run's kept state is that behind the epoch and `progress.best` has been chosen: a
 * checkpoint written in `next` holds it. Unsubscribing ends nothing that is under way; call `shared.stop()` for that.
 *
 * @throws DigitflowError POOL_START, POOL_CLOSED, WORKER_FAILED
 */
export function trainingEpochs(
  shared: SharedTraining,
  trainer: Trainer,
  progress: TrainingProgress,
): Observable<EpochReport> {
  return from(shared.layout.runs.keys()).pipe(
    mergeMap((run) => runEpochs(shared, trainer, progress, run), trainer.concurrency),
  );
}

function runEpochs(
  shared: SharedTraining,
  trainer: Trainer,
  progress: TrainingProgress,
  run: number,
): Observable<EpochReport> {
  const done = shared.epochsDone[run];
  const first = shared.divergedRuns.has(run) ? shared.options.epochs : done;
  return range(first, shared.options.epochs - first).pipe(
    concatMap(async (epoch) => ({ epoch, answer: await trainer.runEpoch(run, epoch) })),
    takeWhile(({ answer }) => !answer.isStopped),
    map(({ epoch, answer }) => {
      const report = reportOf(shared, run, epoch, answer);
      if (report.isDiverged) shared.divergedRuns.add(run);
      else {
        shared.keep(run);
        if (progress.best === undefined || isBetter(report, progress.best.report)) {
          progress.best = { report, parameters: shared.result(run) };
        }
      }
      return report;
    }),
    takeWhile((report) => !report.isDiverged, true),
  );
}

function reportOf(shared: SharedTraining, run: number, epoch: number, answer: EpochAnswer): EpochReport {
  const { options, layout } = shared;
  const { loss, validationLoss, validationCorrect, seconds, learningRate } = answer;
  const validationImages = options.validation;
  return {
    run,
    epoch: epoch + 1,
    loss,
    validationLoss,
    validationCorrect,
    validationImages,
    validationAccuracy: validationCorrect / validationImages,
    seconds,
    imagesPerSecond: trainingCount(layout.imageCount, options) / seconds,
    learningRate,
    isDiverged: !Number.isFinite(loss) || (validationImages > 0 && !Number.isFinite(validationLoss)),
  };
}

/**
 * What training makes small, for one image, in float64 and in plain sight: the kernel's oracle. Without smoothing the
 * first two are those of src/network/cost.ts.
 *
 * @param outputs `(classes)` activations of the last layer
 * @param smoothing how much of the desired outputs is spread over all classes, 0..1
 */
export function trainingLoss(
  outputs: Float64Array,
  label: number,
  loss: TrainingLoss,
  smoothing: number,
): number {
  const others = smoothing / outputs.length;
  let sum = 0;
  for (const [k, a] of outputs.entries()) {
    const y = k === label ? 1 - smoothing + others : others;
    if (loss === 'squared error') sum += (a - y) ** 2;
    else if (loss === 'cross-entropy') sum -= y * Math.log(a);
    else sum -= y * Math.log(a) + (1 - y) * Math.log(1 - a);
  }
  return sum;
}
