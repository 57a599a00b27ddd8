import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { layerSizes, type Network, parameterCount } from '../network/network.js';
import { type Interval, wilsonInterval } from '../statistics/intervals.js';
import type { SharedTraining } from './shared-training.js';
import type { BestEpoch, TrainingProgress } from './training-epochs.js';
import {
  SETTING_NAMES,
  settingFlag,
  settingText,
  type TrainingOptions,
  trainingCount,
} from './training-options.js';

declare const DIGITFLOW_VERSION: string;

/** How well a network does on images that it has not learned from. */
export interface Judgement {
  /** How many there are. */
  readonly images: number;
  /** How many of them are right. */
  readonly correct: number;
  /** 0..1. */
  readonly accuracy: number;
  /** 95 %, Wilson. */
  readonly interval: Interval;
}

/** How well a network did; null where there were no images. */
export function judge(correct: number, images: number): Judgement | null {
  const interval = wilsonInterval(correct, images);
  return interval && { images, correct, accuracy: correct / images, interval };
}

/** The report of a training: the JSON of `digitflow train --format json`. */
export interface Training {
  readonly schema: 'digitflow.training/1';
  readonly network: {
    readonly layers: readonly number[];
    readonly activations: readonly string[];
    readonly parameters: number;
  };
  readonly data: {
    readonly dataset: string | null;
    readonly files: readonly { readonly path: string; readonly sha256: string | null }[];
    /** Those that were held out are among them. */
    readonly images: number;
    readonly height: number;
    readonly width: number;
    /** True where they came sorted by class, and were put in random order. */
    readonly mixed?: boolean;
  };
  readonly settings: TrainingOptions;
  /** The network that it began from, and how well that did on the held-out images; absent for random weights. */
  readonly init?: { readonly name: string; readonly sha256: string; readonly validation: Judgement | null };
  /** The run (from 1) and its epoch (from 1) whose weights were kept, and the loss of that epoch. */
  readonly chosen: { readonly run: number; readonly epoch: number; readonly loss: number };
  /** Over the held-out images, which chose the epoch; null when there are none. */
  readonly validation: (Judgement & { readonly loss: number }) | null;
  /** Over the bundled test set, once, after the choice; null when the images were not MNIST's. */
  readonly test: (Judgement & { readonly dataset: string | null }) | null;
  /** The runs, from 1, whose loss became NaN or infinite, and in which epoch. */
  readonly diverged: readonly { readonly run: number; readonly epoch: number }[];
  /** Epochs of all runs together, those before a resumption included. */
  readonly epochs: number;
  /** How many of them were done before this process. */
  readonly resumedEpochs: number;
  /** The network file; its path is null where it was not written. */
  readonly out: { readonly path: string | null; readonly bytes: number; readonly sha256: string };
  /** The command line that makes the same file again. */
  readonly command: string;
  readonly workers: number;
  readonly seconds: number;
  /** Over all runs side by side; null when nothing was left to train. */
  readonly imagesPerSecond: number | null;
  /** True when the training was interrupted: the best so far was kept. */
  readonly partial: boolean;
}

/** The name of the one data set that a training finds by itself. */
export const MNIST_TRAINING_SET = 'MNIST training set';

/** Where the images of a training came from. */
export interface TrainingSource {
  /** A path, or what its images are called in messages. */
  readonly name: string;
  /** `MNIST training set`, or null where its content is not known. */
  readonly dataset: string | null;
  /** How it is to be read, as words of a command line: those that were given. */
  readonly reading: readonly string[];
  /** Whether its images came sorted, and were put in random order. */
  readonly isMixed: boolean;
  /** Images, then labels where they are a file of their own, with their digests. */
  readonly files: readonly { readonly name: string; readonly sha256: string | null }[];
}

/** A training that is over. */
export interface FinishedTraining {
  readonly source: TrainingSource;
  readonly shared: SharedTraining;
  readonly reports: TrainingProgress['reports'];
  readonly best: BestEpoch;
  readonly resumedEpochs: number;
  readonly workers: number;
  readonly seconds: number;
}

/** What was made of it. */
export interface WrittenNetwork {
  readonly network: Network;
  readonly file: Uint8Array;
  /** Null where it was not written. */
  readonly path: string | null;
  readonly test: Training['test'];
}

export function trainingReport(finished: FinishedTraining, written: WrittenNetwork): Training {
  const { source, shared, reports, best, resumedEpochs, workers, seconds } = finished;
  const { network, file, path, test } = written;
  const { options, images } = shared;
  const { report } = best;
  const validation = judge(report.validationCorrect, report.validationImages);
  const epochs = reports.length;
  const imagesHere = (epochs - resumedEpochs) * trainingCount(images.labels.length, options);
  return {
    schema: 'digitflow.training/1',
    network: {
      layers: layerSizes(network),
      activations: network.layers.map(({ activation }) => activation),
      parameters: parameterCount(network),
    },
    data: {
      dataset: source.dataset,
      files: source.files.map(({ name, sha256 }) => ({ path: name, sha256 })),
      images: images.labels.length,
      height: images.image.height,
      width: images.image.width,
      ...(source.isMixed && { mixed: true }),
    },
    settings: options,
    ...initOf(shared),
    chosen: { run: report.run + 1, epoch: report.epoch, loss: report.loss },
    validation: validation && { ...validation, loss: report.validationLoss },
    test,
    diverged: reports.filter((r) => r.isDiverged).map(({ run, epoch }) => ({ run: run + 1, epoch })),
    epochs,
    resumedEpochs,
    out: { path, bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') },
    command: trainingCommand(shared, source),
    workers,
    seconds,
    imagesPerSecond: epochs > resumedEpochs ? imagesHere / seconds : null,
    partial: isPartial(shared),
  };
}

function initOf(shared: SharedTraining): Pick<Training, 'init'> {
  const judged = shared.evaluateStart();
  if (shared.start === undefined || judged === undefined) return {};
  const { name, sha256 } = shared.start;
  return { init: { name, sha256, validation: judge(judged.correct, shared.options.validation) } };
}

function isPartial({ epochsDone, divergedRuns, options }: SharedTraining): boolean {
  return epochsDone.some((done, run) => done < options.epochs && !divergedRuns.has(run));
}

/** What the network file says of its training. No dates, durations or numbers of workers: equal trainings make equal files. */
export function provenanceOf({ shared, source, best }: FinishedTraining): Record<string, string> {
  const { options } = shared;
  const { report } = best;
  const [images, labels] = source.files;
  const version = typeof DIGITFLOW_VERSION === 'string' ? DIGITFLOW_VERSION : 'source';
  return {
    'made by': `digitflow ${version}`,
    command: trainingCommand(shared, source),
    ...(shared.start && { 'training init': `sha256 ${shared.start.sha256}` }),
    ...Object.fromEntries(SETTING_NAMES.map((name) => [`training ${name}`, settingText(options, name)])),
    'training images': `sha256 ${images.sha256}`,
    ...(labels && { 'training labels': `sha256 ${labels.sha256}` }),
    ...(source.dataset && { 'training set': source.dataset }),
    'chosen run': `${report.run + 1}`,
    'chosen epoch': `${report.epoch}`,
    ...(report.validationImages > 0 && {
      'validation accuracy': `${report.validationCorrect / report.validationImages}`,
      'validation correct': `${report.validationCorrect} of ${report.validationImages}`,
    }),
    ...(isPartial(shared) && { partial: 'the training was interrupted' }),
  };
}

/** The command line that makes the same file again. It names no folder and no result: the file is the same anywhere. */
function trainingCommand(
  { options, start }: SharedTraining,
  { dataset, name, files, reading }: TrainingSource,
): string {
  const init = start ? ['--init', basename(start.name)] : [];
  const settings = SETTING_NAMES.flatMap((name) => [settingFlag(name), settingText(options, name)]);
  // Arrays of one archive are called by its name, and their own after it.
  const labels = files.slice(1).filter((file) => !file.name.startsWith(`${name}: `));
  const paths = ['--images', basename(name), ...labels.flatMap((file) => ['--labels', basename(file.name)])];
  const data = dataset === MNIST_TRAINING_SET ? [] : [...paths, ...reading];
  return ['digitflow', 'train', ...data, ...init, ...settings, '--out', 'FILE'].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w.,:/+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
