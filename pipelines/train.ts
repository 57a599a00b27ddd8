import { fromEvent, lastValueFrom, tap } from 'rxjs';
import { chooseWorkers } from '../src/engine/sizes.js';
import type { LabelledInput } from '../src/inputs/open-images.js';
import { TrainingOutputs, type TrainingPaths } from '../src/outputs/training-outputs.js';
import { checkpointBytes, resumeTraining, type TrainingState } from '../src/training/checkpoint.js';
import { trainingCount } from '../src/training/place-run.js';
import { SharedTraining } from '../src/training/shared-training.js';
import { openTrainer, trainerThreads } from '../src/training/trainer.js';
import { type EpochReport, trainingEpochs } from '../src/training/training-epochs.js';
import {
  chooseTeamSize,
  completeTrainingOptions,
  type TrainingOptions,
} from '../src/training/training-options.js';
import { curveOf, learningCurveSvg } from '../src/views/learning-curve.js';
import { bestOf, type FinishedTraining, finishTraining, type TrainResult } from './finish-training.js';
import { readTrainingInput } from './training-input.js';

export type { EpochReport } from '../src/training/training-epochs.js';
export type { TrainResult } from './finish-training.js';

/** What to train on, how, and where to write to. All has a default: the network of the video, on MNIST. */
export interface TrainOptions extends Partial<TrainingOptions>, Omit<LabelledInput, 'digest'>, TrainingPaths {
  /** A checkpoint to go on from; the options and images must be those it was made with. */
  readonly resume?: string | undefined;
  /**
   * Threads; 0 does without. They share the restarts, and where there are fewer of these, several share each one. Default: the
   * cores that the process may use, or fewer where that many do not pay off.
   */
  readonly workers?: number | undefined;
  /**
   * Aborting it ends the training and keeps the best so far; the result is marked partial. Where not even one epoch
   * has ended there is no result: `train` rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Is told every epoch as it ends, and how many there will be in all runs. */
  readonly onEpoch?: ((report: EpochReport, total: EpochTotals) => void) | undefined;
}

/** How far a training is. */
export interface EpochTotals {
  /** Epochs of all runs that this process has done, this one included. */
  readonly done: number;
  /** Epochs of all runs that this process has to do; those of diverged runs are never done. */
  readonly toDo: number;
  /** Images of one epoch. */
  readonly images: number;
}

/**
 * Trains a network. The same images, settings and seed give the same file, byte for byte, for any number of workers.
 *
 * @throws DigitflowError for all that can be wrong with input, settings and machine; DIVERGED when no run has a result
 */
export async function train(given: TrainOptions = {}): Promise<TrainResult> {
  const { images, labels, out, log, curve, resume, checkpoint = resume, ...rest } = given;
  const { workers: wanted, signal, onEpoch, ...settings } = rest;
  const options = completeTrainingOptions(settings);
  const inputs = [images, labels].filter((path) => typeof path === 'string');
  const outputs = new TrainingOutputs({ out, checkpoint, log, curve }, inputs);
  try {
    const input = await readTrainingInput({ images, labels }, signal);
    const workers = wanted ?? chooseWorkers(options.restarts * options.epochs * input.images.labels.length);
    const shared = new SharedTraining(input.images, options, chooseTeamSize(workers, options));
    const state: TrainingState =
      resume === undefined
        ? { progress: { best: undefined }, reports: [] }
        : resumeTraining(shared, resume, input.digest);
    for (const report of state.reports) outputs.log(report);

    const startMs = performance.now();
    const resumedEpochs = state.reports.length;
    const toDo = options.restarts * options.epochs - resumedEpochs;
    const save = () => checkpointBytes(shared, state, input.digest);
    await runEpochs(shared, state, workers, signal, (report) => {
      state.reports.push(report);
      // In this order a line in the log means that there is a checkpoint to resume from.
      outputs.checkpoint(save);
      outputs.log(report);
      const done = state.reports.length - resumedEpochs;
      onEpoch?.(report, { done, toDo, images: trainingCount(input.images.labels.length, options) });
    });
    outputs.checkpoint(save, { isLast: true });

    const seconds = (performance.now() - startMs) / 1000;
    const threads = trainerThreads(shared.layout, workers);
    const finished: FinishedTraining = { input, shared, state, resumedEpochs, workers: threads, seconds };
    const best = bestOf(finished, signal);
    outputs.curve?.write(learningCurveSvg(curveOf(state.reports, best.report, options.restarts)));
    return await finishTraining(finished, best, outputs.out);
  } finally {
    outputs.close();
  }
}

/** Shared training to its end, or to where the signal stops it; each epoch is told once its state is kept. */
async function runEpochs(
  shared: SharedTraining,
  { progress }: TrainingState,
  workers: number,
  signal: AbortSignal | undefined,
  onEpoch: (report: EpochReport) => void,
): Promise<void> {
  const trainer = openTrainer(shared, { workers });
  const stopping = signal && fromEvent(signal, 'abort').subscribe(() => shared.stop());
  if (signal?.aborted) shared.stop();
  try {
    await lastValueFrom(trainingEpochs(shared, trainer, progress).pipe(tap(onEpoch)), {
      defaultValue: undefined,
    });
  } finally {
    stopping?.unsubscribe();
    // What goes wrong in one run ends the others: nobody waits for them any more.
    shared.stop();
    await trainer.close();
  }
}
