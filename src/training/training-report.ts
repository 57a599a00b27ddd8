import { basename } from 'node:path';
import type { Interval } from '../counting/scores.js';
import type { SourceFile } from '../inputs/idx-source.js';
import type { TrainingOptions } from './training-options.js';

/** How well a network does on images that it has not learned from. */
export interface Judgement {
  readonly images: number;
  readonly correct: number;
  readonly accuracy: number;
  /** 95 %, Wilson. */
  readonly interval: Interval;
}

/** What is told of a training: the JSON of `digitflow train --format json`. */
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
  };
  readonly settings: TrainingOptions;
  /** The run (from 1) and its epoch (from 1) whose weights were kept, and the loss of that epoch. */
  readonly chosen: { readonly run: number; readonly epoch: number; readonly loss: number };
  /** Over the held-out images, which chose the epoch; null when there are none. */
  readonly validation: (Judgement & { readonly loss: number }) | null;
  /** Over the bundled test set, once, after the choice; null when the images were not MNIST's. */
  readonly test: (Judgement & { readonly dataset: string | null }) | null;
  /** The runs, from 1, whose loss was no number any more, and in which epoch. */
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

/** The flag of each setting, in the order in which they are told. */
export const SETTING_FLAGS = {
  hidden: '--hidden',
  activation: '--activation',
  output: '--output',
  loss: '--loss',
  epochs: '--epochs',
  batchSize: '--batch-size',
  optimizer: '--optimizer',
  learningRate: '--learning-rate',
  schedule: '--schedule',
  warmUpEpochs: '--warm-up',
  weightDecay: '--weight-decay',
  labelSmoothing: '--label-smoothing',
  averaging: '--averaging',
  largestFirstWeight: '--largest-first-weight',
  augment: '--augment',
  augmentEnd: '--augment-end',
  restarts: '--restarts',
  validation: '--validation',
  seed: '--seed',
} as const satisfies Record<keyof TrainingOptions, string>;

/** The settings' names, in that order. */
export const SETTING_NAMES = Object.keys(SETTING_FLAGS) as (keyof TrainingOptions)[];

/** A setting as its flag takes it: `16,16`, `squared-error`; no hidden layer is `none`. */
export function settingText(options: TrainingOptions, name: keyof TrainingOptions): string {
  return String(options[name]).replaceAll(' ', '-') || 'none';
}

/**
 * The command line that makes the same file again. It names no folder and not the result, so that the file is the same
 * wherever it was made.
 */
export function trainingCommand(
  options: TrainingOptions,
  dataset: string | null,
  files: readonly SourceFile[],
): string {
  const settings = SETTING_NAMES.flatMap((name) => [SETTING_FLAGS[name], settingText(options, name)]);
  const [images, labels] = files.map(({ name }) => basename(name));
  const data = dataset === 'MNIST training set' ? [] : ['--images', images, '--labels', labels];
  return ['digitflow', 'train', ...data, ...settings, '--out', 'FILE'].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w.,:/+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
