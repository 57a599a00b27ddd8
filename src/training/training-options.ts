import { DigitflowError } from '../errors.js';
import type { ImageSize } from '../network/network.js';

/** How a network can be trained; every part has a default. */
export interface TrainingOptions {
  /** Neurons of each hidden layer; empty for a network of one layer. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: 'sigmoid' | 'relu' | 'tanh';
  /** Activation of the last layer. */
  readonly output: 'sigmoid' | 'softmax' | 'identity';
  /** What training minimizes: `binary cross-entropy` needs sigmoid outputs, `cross-entropy` softmax ones. */
  readonly loss: TrainingLoss;
  /** How often every image is seen, at least 1. */
  readonly epochs: number;
  /** Images a step, at least 1. */
  readonly batchSize: number;
  /** How a step is made of the gradients. */
  readonly optimizer: 'adam' | 'sgd';
  /** The highest rate of the schedule; above 0. */
  readonly learningRate: number;
  /** `cosine` falls to 0 with the last step. */
  readonly schedule: 'cosine' | 'constant';
  /** Epochs, whole or not, in which the learning rate rises to its height. */
  readonly warmUpEpochs: number;
  /** The share of itself that a weight loses a step, times the learning rate; at least 0. Biases do not decay. */
  readonly weightDecay: number;
  /** How much of the desired outputs is spread over all classes, 0..1. */
  readonly labelSmoothing: number;
  /** The share of themselves that averaged weights keep a step, 0..1; 0 for none: the last weights are the result. */
  readonly averaging: number;
  /** Weights of the first layer stay within ±this, in units of brightness 0..1: int16 holds small ones best. */
  readonly largestFirstWeight: number;
  /** How much the images are varied each time they are seen. */
  readonly augment: 'none' | 'light' | 'strong';
  /** The share of the augmentation that is left in the last epoch, 0..1: it shrinks over the second half of the epochs. */
  readonly augmentEnd: number;
  /** How many networks are trained, each from its own first weights; the best one is kept. */
  readonly restarts: number;
  /** How many images, the last ones, are held out to choose the best epoch and restart. */
  readonly validation: number;
  /** A safe integer, at least 0: with the images and the settings it decides everything. */
  readonly seed: number;
}

/** What training can minimize; the first is the cost of the video, the second that of softmax networks. */
export type TrainingLoss = 'squared error' | 'cross-entropy' | 'binary cross-entropy';

/** The network of the video. */
export const DEFAULT_TRAINING: TrainingOptions = {
  hidden: [16, 16],
  activation: 'sigmoid',
  output: 'sigmoid',
  loss: 'squared error',
  epochs: 60,
  batchSize: 64,
  optimizer: 'adam',
  learningRate: 0.006,
  schedule: 'cosine',
  warmUpEpochs: 1,
  weightDecay: 0,
  labelSmoothing: 0,
  averaging: 0.999,
  largestFirstWeight: 2,
  augment: 'light',
  augmentEnd: 0.3,
  restarts: 1,
  validation: 10_000,
  seed: 1,
};

/** The values of each setting that is a choice. */
export const TRAINING_CHOICES = {
  activation: ['sigmoid', 'relu', 'tanh'],
  output: ['sigmoid', 'softmax', 'identity'],
  optimizer: ['adam', 'sgd'],
  schedule: ['cosine', 'constant'],
  augment: ['none', 'light', 'strong'],
} as const satisfies { readonly [Name in keyof TrainingOptions]?: readonly TrainingOptions[Name][] };

export const SETTING_NAMES = Object.keys(DEFAULT_TRAINING) as (keyof TrainingOptions)[];

/** The flag of a setting: `--batch-size`; that of `warmUpEpochs` is `--warm-up`. */
export function settingFlag(name: keyof TrainingOptions): string {
  const words = name === 'warmUpEpochs' ? 'warmUp' : name;
  return `--${words.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A setting as its flag takes it: `16,16`, `squared-error`; no hidden layer is `none`. */
export function settingText(options: TrainingOptions, name: keyof TrainingOptions): string {
  return String(options[name]).replaceAll(' ', '-') || 'none';
}

const LOSSES_OF: Readonly<Record<TrainingOptions['output'], readonly TrainingLoss[]>> = {
  sigmoid: ['squared error', 'binary cross-entropy'],
  softmax: ['cross-entropy', 'squared error'],
  identity: ['squared error'],
};

/**
 * Completes and checks options, in a fixed order. The default loss is the one that goes with the output.
 *
 * @throws DigitflowError USAGE naming the option, what was expected and what was found
 */
export function completeTrainingOptions(given: Partial<TrainingOptions>): TrainingOptions {
  const loss = given.loss ?? (given.output === 'softmax' ? 'cross-entropy' : 'squared error');
  const options: TrainingOptions = { ...DEFAULT_TRAINING, ...given, loss };
  const check = (name: keyof TrainingOptions, isRight: boolean, expected: string, found = options[name]) => {
    if (!isRight) throw new DigitflowError('USAGE', `${name}: expected ${expected}, found ${found}`);
  };
  const whole = (name: keyof TrainingOptions, least: number, most: number, found = options[name]) => {
    const isRight = Number.isInteger(found) && isWithin(found, most) && Number(found) >= least;
    check(name, isRight, `a whole number from ${least} to ${most}`, found);
  };
  const real = (name: keyof TrainingOptions, most: number) =>
    check(name, isWithin(options[name], most), `a number from 0 to ${most}`);
  const positive = (name: keyof TrainingOptions, most: number) =>
    check(name, isWithin(options[name], most) && options[name] !== 0, `a number above 0, at most ${most}`);
  const oneOf = (name: keyof TrainingOptions, values: readonly unknown[]) =>
    check(name, values.includes(options[name]), values.join(' or '));
  const choice = (name: keyof typeof TRAINING_CHOICES) => oneOf(name, TRAINING_CHOICES[name]);

  check('hidden', options.hidden.length <= 16, 'at most 16 layers', options.hidden.length);
  for (const neurons of options.hidden) whole('hidden', 1, 4096, neurons);
  choice('activation');
  choice('output');
  oneOf('loss', LOSSES_OF[options.output]);
  whole('epochs', 1, 100_000);
  whole('batchSize', 1, 2 ** 20);
  choice('optimizer');
  positive('learningRate', 1000);
  choice('schedule');
  real('warmUpEpochs', options.epochs);
  real('weightDecay', 1000);
  real('labelSmoothing', 1);
  real('averaging', 1);
  check('averaging', options.averaging < 1, 'a number below 1');
  positive('largestFirstWeight', Number.POSITIVE_INFINITY);
  choice('augment');
  real('augmentEnd', 1);
  whole('restarts', 1, 1000);
  whole('validation', 0, 2 ** 31 - 1);
  whole('seed', 0, Number.MAX_SAFE_INTEGER);
  return options;
}

function isWithin(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}

/** Images to learn from, and what they are. */
export interface TrainingImages {
  /** `(count, height * width)` u8, row-major; 0 is black, 255 is a brightness of 1. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, all below the number of `classes`. */
  readonly labels: Uint8Array;
  readonly image: ImageSize;
  /** The name of each class, in order. */
  readonly classes: readonly string[];
}

/** How many images of a set are trained on: all but those held out. */
export function trainingCount(imageCount: number, options: Pick<TrainingOptions, 'validation'>): number {
  return imageCount - options.validation;
}
