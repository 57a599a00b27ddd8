import { existsSync } from 'node:fs';
import { fromEvent, lastValueFrom, tap } from 'rxjs';
import { chooseWorkers } from '../src/engine/sizes.js';
import { checkMisplaced } from '../src/formats/reading.js';
import { readWhole } from '../src/inputs/bytes/read-whole.js';
import { CHECKPOINT, type Model, modelOf } from '../src/inputs/models/open-model.js';
import { filesOf } from '../src/inputs/open-inputs.js';
import type { NetworkFlags } from '../src/insight/settle-network.js';
import { type Film, writeFilm } from '../src/network/formats/film.js';
import { readOwnNetwork, writeOwnNetwork } from '../src/network/formats/safetensors/network-file.js';
import type { Network } from '../src/network/network.js';
import { TrainingOutputs, type TrainingPaths } from '../src/outputs/training-outputs.js';
import { restoreTraining, saveTraining } from '../src/training/checkpoint.js';
import { beginFilm } from '../src/training/filmed-weights.js';
import { mixedImages } from '../src/training/mixed-images.js';
import { trainedNetwork } from '../src/training/network-parameters.js';
import { SharedTraining } from '../src/training/shared-training.js';
import { chooseThreads, openTrainer, trainerThreads } from '../src/training/trainer.js';
import {
  bestOf,
  type EpochReport,
  type TrainingProgress,
  trainingEpochs,
} from '../src/training/training-epochs.js';
import { filmOf } from '../src/training/training-film.js';
import {
  completeTrainingOptions,
  type TrainingOptions,
  trainingCount,
} from '../src/training/training-options.js';
import {
  judge,
  MNIST_TRAINING_SET,
  provenanceOf,
  type Training,
  trainingReport,
} from '../src/training/training-report.js';
import { beginFrom } from '../src/training/training-start.js';
import { curveOf, type LearningCurve, learningCurveSvg } from '../src/views/learning-curve.js';
import { evaluateModel } from './evaluate.js';
import { readTrainingSet, type TrainingImagesSpec } from './read-training-set.js';

/** Of a smaller set a sixth is held out, as of MNIST. */
const LEAST_SHARES = 6;

/** What to train on, how, and where to write to. All has a default: the network of the video, on MNIST. */
export interface TrainOptions extends Partial<TrainingOptions>, TrainingImagesSpec, TrainingPaths {
  /**
   * A network to begin from, as `loadModel` takes it: sizes, activations, image and classes are its own. Default: random weights.
   * The result takes pixels as 0..1; what the network did to them is folded into its first layer.
   */
  readonly init?: string | Model | undefined;
  /** What that network's file does not say. Default: found by trying it. */
  readonly initFlags?: NetworkFlags | undefined;
  /** Is told of that network once it is open. */
  readonly onInit?: ((model: Model) => void) | undefined;
  /** A checkpoint to go on from; the options and images must be those it was made with. */
  readonly resume?: string | undefined;
  /**
   * Threads; 0 does without. They share the restarts; where there are fewer restarts than threads, several threads share
   * each one. Default: the cores that the process may use, or fewer where that many do not pay off.
   */
  readonly workers?: number | undefined;
  /**
   * Aborting it ends the training and keeps the best so far; the result is marked partial. Where not even one epoch
   * has ended there is no result: `train` rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Is called as each epoch ends, with its report and how far all runs are. */
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

/** A trained network, and how it came about. */
export interface TrainResult {
  /** That of the best epoch. */
  readonly network: Network;
  /** Its safetensors file, which was written where a path was given. */
  readonly file: Uint8Array;
  /** What `--format json` prints. */
  readonly training: Training;
  /** Every epoch's report, in the order in which they ended. */
  readonly reports: readonly EpochReport[];
  /** Of the run that was chosen. */
  readonly curve: LearningCurve;
  /** Of the run that was chosen; only where one was asked for. */
  readonly film?: Film;
}

/**
 * Trains a network. The same images, settings and seed give the same file, byte for byte, for any number of workers.
 *
 * @throws DigitflowError for all that can be wrong with input, settings and machine; DIVERGED when no run has a result
 */
export async function train(given: TrainOptions = {}): Promise<TrainResult> {
  checkMisplaced(given);
  const { images, labels, out, log, curve, film, resume, checkpoint = resume, ...rest } = given;
  const {
    workers: wanted,
    signal,
    onEpoch,
    reading,
    onOpened,
    onPictures,
    image,
    classes,
    init,
    initFlags,
    onInit,
    ...settings
  } = rest;
  const opening = { model: init, modelFlags: initFlags, onModel: onInit };
  const model = init === undefined ? null : await modelOf(opening, signal);
  const begun = model && beginFrom(model, { settings, image, classes });
  const asked = completeTrainingOptions(begun?.settings ?? settings);
  const inputs = [images, labels, init, resume === checkpoint ? undefined : resume];
  // Throws: else its folder would be missed, as that of an output.
  if (resume !== undefined && !existsSync(resume)) await readWhole(resume, CHECKPOINT, signal);
  const outputs = new TrainingOutputs(
    { out, checkpoint, log, curve, film },
    inputs.filter((path) => typeof path === 'string'),
  );
  try {
    // Before the images: they may take long.
    const kept = resume && (await readWhole(resume, CHECKPOINT, signal));
    const told = { onOpened, onPictures };
    const spec = { images, labels, reading, image, classes, ...told };
    const read = await readTrainingSet(spec, model?.network ?? null, signal);
    // A small set has no 10,000 to hold out.
    const most = Math.floor(read.images.labels.length / LEAST_SHARES);
    const validation = settings.validation ?? Math.min(asked.validation, most);
    const options = { ...asked, validation };
    const mixed = mixedImages(read.images, options);
    const source = { ...read, images: mixed, isMixed: mixed !== read.images };
    outputs.begin([...(await filesOf([source.name])), ...source.files.map(({ name }) => name)]);
    const imageCount = source.images.labels.length;
    const workers = wanted ?? chooseWorkers(options.restarts * options.epochs * imageCount);
    const threadsARun = chooseThreads(workers, options);
    const shared = new SharedTraining(source.images, options, threadsARun, begun?.start);
    const progress: TrainingProgress =
      resume && kept
        ? restoreTraining(shared, kept, source.digest, resume)
        : { best: undefined, reports: [] };
    if (film !== undefined) progress.film ??= beginFilm(shared, resume);
    const { reports } = progress;
    for (const report of reports) outputs.log(report);

    const startMs = performance.now();
    const resumedEpochs = reports.length;
    const toDo = options.restarts * options.epochs - resumedEpochs;
    const save = () => saveTraining(shared, progress, source.digest);
    await runEpochs(shared, progress, workers, signal, (report) => {
      // In this order a line in the log means that there is a checkpoint to resume from.
      outputs.checkpoint(save);
      outputs.log(report);
      const done = reports.length - resumedEpochs;
      onEpoch?.(report, { done, toDo, images: trainingCount(imageCount, options) });
    });
    outputs.checkpoint(save, { isLast: true });
    const seconds = (performance.now() - startMs) / 1000;

    const best = bestOf(shared, progress);
    if (best === undefined) throw signal?.reason;
    const bestCurve = curveOf(reports, best.report, options.restarts);
    await outputs.curve?.deliver(learningCurveSvg(bestCurve));
    const threads = trainerThreads(shared.layout, workers);
    const finished = { source, shared, reports, best, resumedEpochs, workers: threads, seconds };
    const provenance = provenanceOf(finished);
    const file = writeOwnNetwork(
      trainedNetwork(best.parameters, shared.layout.shape, options, source.images, provenance),
    );
    await outputs.out?.deliver(file);
    const recorded = film && filmOf({ shared, progress, best, file, provenance });
    if (recorded) await outputs.film?.deliver(writeFilm(recorded));
    await outputs.logged();
    // The report and the test judge what was written. The test set is not looked at before.
    const network = readOwnNetwork(file, out ?? 'the network');
    const test = source.dataset === MNIST_TRAINING_SET ? await testNetwork(network) : null;
    const training = trainingReport(finished, { network, file, path: out ?? null, test });
    return { network, file, training, reports, curve: bestCurve, ...(recorded && { film: recorded }) };
  } finally {
    outputs.close();
  }
}

/** Trains to the end, or to where the signal stops it; reports each epoch after its state was kept. */
async function runEpochs(
  shared: SharedTraining,
  progress: TrainingProgress,
  workers: number,
  signal: AbortSignal | undefined,
  onEpoch: (report: EpochReport) => void,
): Promise<void> {
  const trainer = openTrainer(shared, { workers });
  const stopping = signal && fromEvent(signal, 'abort').subscribe(() => shared.stop());
  if (signal?.aborted) shared.stop();
  try {
    const epochs = trainingEpochs(shared, trainer, progress).pipe(tap(onEpoch));
    await lastValueFrom(epochs, { defaultValue: undefined });
  } finally {
    stopping?.unsubscribe();
    // An error in one run ends the others: their results are not waited for.
    shared.stop();
    await trainer.close();
  }
}

/** Evaluates a network on the bundled test set, on the calling thread. */
async function testNetwork(network: Network): Promise<Training['test']> {
  const model = { network, name: 'trained', sha256: '' };
  const { evaluation } = await evaluateModel(model, { workers: 0, mistakes: 0 });
  const judgement = judge(evaluation.correct, evaluation.images);
  return judgement && { dataset: evaluation.data.dataset, ...judgement };
}
