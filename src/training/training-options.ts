import { DigitflowError } from '../errors.js';
import type { ImageSize } from '../network/network.js';
import { TILE_IMAGES } from './run-layout.js';

/** How a network can be trained; every part has a default. */
export interface TrainingOptions {
  /** Neurons of each hidden layer; none for a network of one layer. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: 'sigmoid' | 'relu' | 'tanh';
  /** Activation of the last layer. */
  readonly output: 'sigmoid' | 'softmax' | 'identity';
  /** What is made small: `binary cross-entropy` needs sigmoid outputs, `cross-entropy` softmax ones. */
  readonly loss: TrainingLoss;
  /** How often every image is seen, at least 1. */
  readonly epochs: number;
  /** Images a step, at least 1. */
  readonly batchSize: number;
  readonly optimizer: 'adam' | 'sgd';
  /** At the schedule's height; above 0. */
  readonly learningRate: number;
  /** `cosine` falls to 0 with the last step. */
  readonly schedule: 'cosine' | 'constant';
  /** Epochs, also parts of one, in which the learning rate rises to its height. */
  readonly warmUpEpochs: number;
  /** What a weight loses of itself a step, times the learning rate; at least 0. Biases do not decay. */
  readonly weightDecay: number;
  /** How much of the desired outputs is spread over all classes, 0..1. */
  readonly labelSmoothing: number;
  /** How much of themselves the averaged weights keep a step, 0..1; 0 for none: the last weights are the result. */
  readonly averaging: number;
  /** No weight of the first layer leaves ±this, in units of brightness 0..1: int16 holds small ones best. */
  readonly largestFirstWeight: number;
  /** How much the images are varied each time they are seen. */
  readonly augment: 'none' | 'light' | 'strong';
  /**
   * What is left of that with the last epoch, 0..1; it shrinks over the second half of them, so that the network ends
   * on images that are nearly those it will see. 1 for no shrinking.
   */
  readonly augmentEnd: number;
  /** How many networks are trained, each from its own first weights; the best one is kept. */
  readonly restarts: number;
  /** How many images, the last ones, are held out to choose the best epoch and restart. */
  readonly validation: number;
  /** A safe integer, at least 0: with the images and the settings it decides everything. */
  readonly seed: number;
}

/** What training can make small; the last two also name the cost of softmax networks and the video's. */
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

/** The most neurons of a layer: their numbers fit what the threads can share many times over. */
const MOST_NEURONS = 4096;

/**
 * Options made whole and checked, in a fixed order. Where no output is named it is sigmoid, and where no loss is named
 * it is the one that goes with the output.
 *
 * @throws DigitflowError USAGE naming the option, what was expected and what was found
 */
export function completeTrainingOptions(given: Partial<TrainingOptions>): TrainingOptions {
  const loss = given.loss ?? (given.output === 'softmax' ? 'cross-entropy' : 'squared error');
  const options: TrainingOptions = { ...DEFAULT_TRAINING, ...given, loss };

  if (options.hidden.length > 16) refuse('hidden', 'at most 16 layers', options.hidden.length);
  for (const neurons of options.hidden) whole('hidden', neurons, 1, MOST_NEURONS);
  oneOf('activation', options.activation, ['sigmoid', 'relu', 'tanh']);
  oneOf('output', options.output, ['sigmoid', 'softmax', 'identity']);
  oneOf('loss', options.loss, LOSSES_OF[options.output]);
  whole('epochs', options.epochs, 1, 100_000);
  whole('batchSize', options.batchSize, 1, 2 ** 20);
  oneOf('optimizer', options.optimizer, ['adam', 'sgd']);
  real('learningRate', options.learningRate, 0, 1000, 'above 0');
  oneOf('schedule', options.schedule, ['cosine', 'constant']);
  real('warmUpEpochs', options.warmUpEpochs, 0, options.epochs);
  real('weightDecay', options.weightDecay, 0, 1000);
  real('labelSmoothing', options.labelSmoothing, 0, 1);
  real('averaging', options.averaging, 0, 1);
  if (options.averaging === 1) refuse('averaging', 'a number below 1', 1);
  real('largestFirstWeight', options.largestFirstWeight, 0, Number.POSITIVE_INFINITY, 'above 0');
  oneOf('augment', options.augment, ['none', 'light', 'strong']);
  real('augmentEnd', options.augmentEnd, 0, 1);
  whole('restarts', options.restarts, 1, 1000);
  whole('validation', options.validation, 0, 2 ** 31 - 1);
  whole('seed', options.seed, 0, Number.MAX_SAFE_INTEGER);
  return options;
}

const LOSSES_OF: Readonly<Record<TrainingOptions['output'], readonly TrainingLoss[]>> = {
  sigmoid: ['squared error', 'binary cross-entropy'],
  softmax: ['cross-entropy', 'squared error'],
  identity: ['squared error'],
};

function refuse(name: keyof TrainingOptions, expected: string, found: unknown): never {
  throw new DigitflowError('USAGE', `${name}: expected ${expected}, found ${found}`);
}

function whole(name: keyof TrainingOptions, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  refuse(name, `a whole number from ${least} to ${most}`, value);
}

function real(
  name: keyof TrainingOptions,
  value: number,
  least: number,
  most: number,
  above?: 'above 0',
): void {
  if (value >= least && value <= most && !(above && value === 0)) return;
  refuse(name, above ? `a number above 0, at most ${most}` : `a number from ${least} to ${most}`, value);
}

function oneOf<T extends string>(name: keyof TrainingOptions, value: T, values: readonly T[]): void {
  if (!values.includes(value)) refuse(name, values.join(' or '), value);
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

/** What a thread is worth that joins a team: the team waits for its slowest, and each reads what the others wrote. */
const WORTH_OF_A_MEMBER = 0.85;

/**
 * How many threads are to share each run, so that all runs are done soonest. Runs side by side lose nothing, so with as many
 * restarts as threads each run has one; a single run has them all, or as many as a batch has tiles for.
 *
 * @param workers threads there are, from 0 up
 */
export function chooseTeamSize(
  workers: number,
  { restarts, batchSize }: { readonly restarts: number; readonly batchSize: number },
): number {
  const most = Math.min(workers, Math.ceil(batchSize / TILE_IMAGES));
  let [best, leastTime] = [1, Number.POSITIVE_INFINITY];
  for (let teamSize = 1; teamSize <= most; teamSize++) {
    const turns = Math.ceil(restarts / Math.floor(workers / teamSize));
    const time = turns / (1 + (teamSize - 1) * WORTH_OF_A_MEMBER);
    if (time < leastTime) [best, leastTime] = [teamSize, time];
  }
  return best;
}
