import { concatMap, from, map, mergeMap, type Observable, range, takeWhile, tap } from 'rxjs';
import { DigitflowError } from '../errors.js';
import type { EpochAnswer, EpochFigures } from './epoch-runner.js';
import type { FilmedWeights } from './filmed-weights.js';
import type { SharedTraining } from './shared-training.js';
import type { Trainer } from './trainer.js';
import { trainingCount } from './training-options.js';

/** How one epoch of one run went. */
export interface EpochReport extends EpochFigures {
  /** From 0. */
  readonly run: number;
  /** From 1: how many epochs the run has seen. */
  readonly epoch: number;
  readonly validationImages: number;
  /** 0..1; NaN when no images are held out. */
  readonly validationAccuracy: number;
  readonly imagesPerSecond: number;
  /** True when the loss became NaN or infinite: the run ends with this epoch, its state is that before it. */
  readonly isDiverged: boolean;
}

/** The epoch that did best, and the weights that judged it. */
export interface BestEpoch {
  readonly report: EpochReport;
  /** All weights and biases, f32, as `ParameterLayout` places them. */
  readonly parameters: Float32Array;
}

/** What came of a training so far. `trainingEpochs` writes it before it emits a report. */
export interface TrainingProgress {
  best: BestEpoch | undefined;
  /** In the order in which the epochs ended. */
  readonly reports: EpochReport[];
  /** What a film is made of, where one is wanted. */
  film?: FilmedWeights | undefined;
}

/**
 * Whether one epoch is better than another: more held-out images right, then a smaller loss on them, then the earlier
 * run, then the later epoch. Without held-out images it is the later epoch, then the smaller training loss. A total order,
 * so the best one does not depend on the order in which runs report.
 */
export function isBetter(a: EpochReport, b: EpochReport): boolean {
  if (a.isDiverged !== b.isDiverged) return b.isDiverged;
  if (a.validationImages === 0 && a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.validationCorrect !== b.validationCorrect) return a.validationCorrect > b.validationCorrect;
  const loss = a.validationImages > 0 ? 'validationLoss' : 'loss';
  if (a[loss] !== b[loss]) return a[loss] < b[loss];
  if (a.run !== b.run) return a.run < b.run;
  return a.epoch > b.epoch;
}

/**
 * The best epoch of a training that is over; undefined when none has ended.
 *
 * @throws DigitflowError DIVERGED when every run has
 */
export function bestOf({ options }: SharedTraining, progress: TrainingProgress): BestEpoch | undefined {
  const diverged = progress.reports.filter(({ isDiverged }) => isDiverged);
  if (diverged.length < options.restarts) return progress.best;
  const where = diverged.map(({ run, epoch }) => `run ${run + 1} in epoch ${epoch}`).join(', ');
  throw new DigitflowError(
    'DIVERGED',
    `the loss is no number any more (${where}); try a smaller --learning-rate than ${options.learningRate}, ` +
      'a longer --warm-up, or --optimizer adam',
  );
}

/**
 * Runs what is left of every run's epochs, as many runs side by side as the trainer can, and emits each epoch's report
 * as it ends. The reports, but for their times and for how those of different runs mix, do not depend on the threads.
 *
 * When a report is emitted, kept state and `progress` are those after the epoch: a checkpoint written in `next` holds it.
 * Unsubscribing stops no epoch that is under way; call `shared.stop()` for that.
 *
 * @throws DigitflowError POOL_START, POOL_CLOSED, WORKER_FAILED
 */
export function trainingEpochs(
  shared: SharedTraining,
  trainer: Trainer,
  progress: TrainingProgress,
): Observable<EpochReport> {
  const { epochs } = shared.options;
  const keep = (report: EpochReport): void => {
    progress.reports.push(report);
    const { run, isDiverged } = report;
    if (isDiverged) {
      shared.divergedRuns.add(run);
    } else {
      shared.keep(run);
      if (progress.best === undefined || isBetter(report, progress.best.report)) {
        progress.best = { report, parameters: shared.result(run) };
      }
    }
    progress.film?.keep(shared, report, progress.best?.report);
  };
  const runEpochs = (run: number): Observable<EpochReport> => {
    const first = shared.divergedRuns.has(run) ? epochs : shared.epochsDone[run];
    return range(first, epochs - first).pipe(
      concatMap(async (epoch) => ({ epoch, answer: await trainer.runEpoch(run, epoch) })),
      takeWhile(({ answer }) => !answer.isStopped),
      map(({ epoch, answer }) => reportOf(shared, run, epoch, answer)),
      tap(keep),
      takeWhile((report) => !report.isDiverged, true),
    );
  };
  return from(shared.layout.runs.keys()).pipe(mergeMap(runEpochs, trainer.concurrency));
}

function reportOf(shared: SharedTraining, run: number, epoch: number, answer: EpochAnswer): EpochReport {
  const { loss, validationLoss, validationCorrect, seconds, learningRate } = answer;
  const { layout, options } = shared;
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
