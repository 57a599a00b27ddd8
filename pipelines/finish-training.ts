import { createHash } from 'node:crypto';
import { wilsonInterval } from '../src/counting/scores.js';
import { DigitflowError } from '../src/errors.js';
import { readNetwork, writeNetwork } from '../src/network/formats/network-file.js';
import { layerSizes, type Network, parameterCount } from '../src/network/network.js';
import type { KeptFile } from '../src/outputs/kept-file.js';
import type { TrainingState } from '../src/training/checkpoint.js';
import type { SharedTraining } from '../src/training/shared-training.js';
import { trainedNetwork } from '../src/training/trained-network.js';
import {
  SETTING_NAMES,
  settingText,
  type Training,
  trainingCommand,
} from '../src/training/training-command.js';
import type { BestEpoch, EpochReport } from '../src/training/training-epochs.js';
import { curveOf, type LearningCurve } from '../src/views/learning-curve.js';
import { testNetwork } from './test-network.js';
import type { TrainingInput } from './training-input.js';

declare const DIGITFLOW_VERSION: string;

/** A training that is over. */
export interface FinishedTraining {
  readonly input: TrainingInput;
  readonly shared: SharedTraining;
  readonly state: TrainingState;
  readonly resumedEpochs: number;
  readonly workers: number;
  readonly seconds: number;
}

/** A trained network, and how it came about. */
export interface TrainResult {
  readonly network: Network;
  /** Its safetensors file, which was written where a path was given. */
  readonly file: Uint8Array;
  readonly training: Training;
  /** Every epoch's report, in the order in which they ended. */
  readonly reports: readonly EpochReport[];
  /** Of the run that was chosen. */
  readonly curve: LearningCurve;
}

/**
 * The best epoch of a training that is over.
 *
 * @throws DigitflowError DIVERGED when every run has; the signal's reason when it was interrupted before there was one
 */
export function bestOf({ shared, state }: FinishedTraining, signal: AbortSignal | undefined): BestEpoch {
  const diverged = state.reports.filter(({ isDiverged }) => isDiverged);
  const { best } = state.progress;
  if (best !== undefined && diverged.length < shared.options.restarts) return best;
  if (diverged.length < shared.options.restarts) throw signal?.reason;
  const where = diverged.map(({ run, epoch }) => `run ${run + 1} in epoch ${epoch}`).join(', ');
  const { learningRate } = shared.options;
  throw new DigitflowError(
    'DIVERGED',
    `the loss is no number any more (${where}); try a smaller --learning-rate than ${learningRate}, ` +
      'a longer --warm-up, or --optimizer adam',
  );
}

/**
 * Makes the network file of the best epoch, writes it, and then, not before, looks at the test set.
 *
 * @throws DigitflowError OUTPUT_WRITE
 */
export async function finishTraining(
  finished: FinishedTraining,
  best: BestEpoch,
  out: KeptFile | undefined,
): Promise<TrainResult> {
  const { input, shared, state } = finished;
  const { options, layout } = shared;
  const isPartial = !isComplete(finished);
  const command = trainingCommand(options, input.dataset, input.files);
  const provenance = provenanceOf(finished, best, isPartial, command);
  const file = writeNetwork(trainedNetwork(best.parameters, layout.shape, options, input.images, provenance));
  out?.write(file);
  // What was written, not what was trained.
  const network = readNetwork(file, out?.path ?? 'the network');
  const { height, width } = input.images.image;
  const { reports } = state;
  const epochsHere = reports.length - finished.resumedEpochs;
  const imagesHere = epochsHere * (input.images.labels.length - options.validation);
  const training: Training = {
    schema: 'digitflow.training/1',
    network: {
      layers: layerSizes(network),
      activations: network.layers.map(({ activation }) => activation),
      parameters: parameterCount(network),
    },
    data: {
      dataset: input.dataset,
      files: input.files.map(({ name, sha256 }) => ({ path: name, sha256 })),
      images: input.images.labels.length,
      height,
      width,
    },
    settings: options,
    chosen: { run: best.report.run + 1, epoch: best.report.epoch, loss: best.report.loss },
    validation: validationOf(best.report),
    test: input.dataset === 'MNIST training set' ? await testNetwork(network) : null,
    diverged: reports.filter((r) => r.isDiverged).map(({ run, epoch }) => ({ run: run + 1, epoch })),
    epochs: reports.length,
    resumedEpochs: finished.resumedEpochs,
    out: {
      path: out?.path ?? null,
      bytes: file.length,
      sha256: createHash('sha256').update(file).digest('hex'),
    },
    command,
    workers: finished.workers,
    seconds: finished.seconds,
    imagesPerSecond: epochsHere > 0 ? imagesHere / finished.seconds : null,
    partial: isPartial,
  };
  return { network, file, training, reports, curve: curveOf(reports, best.report, options.restarts) };
}

function isComplete({ shared }: FinishedTraining): boolean {
  return shared.epochsDone.every(
    (done, run) => done === shared.options.epochs || shared.divergedRuns.has(run),
  );
}

function validationOf(report: EpochReport): Training['validation'] {
  const { validationImages: images, validationCorrect: correct, validationLoss: loss } = report;
  const interval = wilsonInterval(correct, images);
  return interval && { images, correct, accuracy: correct / images, interval, loss };
}

/** No dates, durations or numbers of workers: the same training makes the same file. */
function provenanceOf(
  { shared: { options }, input }: FinishedTraining,
  { report }: BestEpoch,
  isPartial: boolean,
  command: string,
): Record<string, string> {
  const version = typeof DIGITFLOW_VERSION === 'string' ? DIGITFLOW_VERSION : 'source';
  const [images, labels] = input.files;
  return {
    'made by': `digitflow ${version}`,
    command,
    ...Object.fromEntries(SETTING_NAMES.map((name) => [`training ${name}`, settingText(options, name)])),
    'training images': `sha256 ${images.sha256}`,
    'training labels': `sha256 ${labels?.sha256}`,
    ...(input.dataset && { 'training set': input.dataset }),
    'chosen run': `${report.run + 1}`,
    'chosen epoch': `${report.epoch}`,
    ...(report.validationImages > 0 && {
      'validation accuracy': `${report.validationCorrect / report.validationImages}`,
      'validation correct': `${report.validationCorrect} of ${report.validationImages}`,
    }),
    ...(isPartial && { partial: 'the training was interrupted' }),
  };
}
