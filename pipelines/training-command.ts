import { basename } from 'node:path';
import type { SourceFile } from '../src/sources/idx-source.js';
import type { TrainingOptions } from '../src/training/options.js';

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
