import * as KERNEL from '../../workers/kernel/common/offsets.js';
import type { TrainingOptions } from './training-options.js';

/** Adam's decay rates, from Kingma and Ba, arXiv:1412.6980; the first is SGD's momentum as well. */
export const BETA_1 = 0.9;
export const BETA_2 = 0.999;

/** The largest change of each kind that augmentation makes to an image, in either direction. */
export interface Amplitudes {
  /** In radians. */
  readonly rotation: number;
  /** Share of width and of height, drawn separately. */
  readonly scale: number;
  /** Pixels to the side for each pixel of height. */
  readonly shear: number;
  /** In pixels, in x and in y. */
  readonly shift: number;
  /** How many pixels the ends of a middle line move against its middle. */
  readonly bend: number;
}

/** The amplitudes of each level, for digits of about 20 x 20 pixels in 28 x 28. */
export const AUGMENTATIONS = {
  none: { rotation: 0, scale: 0, shear: 0, shift: 0, bend: 0 },
  light: { rotation: 0.14, scale: 0.09, shear: 0.12, shift: 1, bend: 0 },
  strong: { rotation: 0.22, scale: 0.14, shear: 0.2, shift: 1.6, bend: 1 },
} as const satisfies Record<TrainingOptions['augment'], Amplitudes>;

/** The share of the augmentation that an epoch, from 0, gets: 1 in the first half, then falling to `augmentEnd`. */
export function augmentationAt(
  epoch: number,
  options: Pick<TrainingOptions, 'epochs' | 'augmentEnd'>,
): number {
  const { epochs, augmentEnd } = options;
  const half = epochs / 2;
  return epoch < half ? 1 : 1 - ((1 - augmentEnd) * (epoch + 1 - half)) / half;
}

type Schedule = Pick<TrainingOptions, 'epochs' | 'learningRate' | 'schedule' | 'warmUpEpochs'>;

/**
 * The learning rate of one step, from 0 over all epochs: a straight rise over the warm-up, then constant, or down a half
 * cosine that would reach 0 one step after the last.
 */
export function learningRateAt(step: number, stepsPerEpoch: number, options: Schedule): number {
  const { epochs, learningRate, schedule, warmUpEpochs } = options;
  const warmUp = Math.round(warmUpEpochs * stepsPerEpoch);
  if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
  if (schedule === 'constant') return learningRate;
  const progress = (step - warmUp) / (epochs * stepsPerEpoch - warmUp);
  return (learningRate * (1 + cosineOfHalfTurns(progress))) / 2;
}

/** cos(πt) for t from 0 to 1, off by less than 1e-15. Math.cos is not rounded alike by all versions of Node. */
export function cosineOfHalfTurns(t: number): number {
  // cos(πt) = sin(π(½ - t)): an odd series on ±π/2, summed from its small end.
  const x = Math.PI * (0.5 - t);
  let sum = 0;
  for (let n = 23; n >= 3; n -= 2) sum = (-x * x * (1 + sum)) / (n * (n - 1));
  return x * (1 + sum);
}

/** Fills the table of an epoch's steps, `(steps, 4)` f32, see `STEP_SIZE`; returns the learning rate of the last one. */
export function writeSteps(table: Float32Array, epoch: number, options: TrainingOptions): number {
  const stepsPerEpoch = table.length / (KERNEL.STEP_BYTES / 4);
  let step = epoch * stepsPerEpoch;
  let power1 = wholePower(BETA_1, step);
  let power2 = wholePower(BETA_2, step);
  let learningRate = 0;
  for (let at = 0; at < table.length; at += KERNEL.STEP_BYTES / 4, step++) {
    learningRate = learningRateAt(step, stepsPerEpoch, options);
    power1 *= BETA_1;
    power2 *= BETA_2;
    table[at + KERNEL.STEP_SIZE / 4] =
      options.optimizer === 'adam' ? learningRate / (1 - power1) : learningRate;
    table[at + KERNEL.STEP_CORRECTION / 4] = 1 / (1 - power2);
    table[at + KERNEL.STEP_KEEP / 4] = 1 - learningRate * options.weightDecay;
    // Early averages forget faster: otherwise the first random weights would stay in them.
    table[at + KERNEL.STEP_AVERAGING / 4] = 1 - Math.min(options.averaging, (1 + step) / (10 + step));
  }
  return learningRate;
}

/** `base` to a whole power by multiplications alone: engines may round `**` differently. */
function wholePower(base: number, exponent: number): number {
  let power = 1;
  for (let bits = exponent, square = base; bits > 0; bits = Math.floor(bits / 2), square *= square) {
    if (bits % 2 === 1) power *= square;
  }
  return power;
}

/** The uses of randomness. Each has keys of its own, so any epoch can be run again by itself. */
const [FIRST_WEIGHTS, ORDER, AUGMENTATION] = [0, 1, 2];

/** The seed of a run's first weights. */
export function initialSeed(seed: number, run: number): number {
  return safeInteger(keysOf(seed, [FIRST_WEIGHTS, run]));
}

/** The seed of the order in which a run's epoch sees the images. */
export function orderSeed(seed: number, run: number, epoch: number): number {
  return safeInteger(keysOf(seed, [ORDER, run, epoch]));
}

/** The two u32 keys of a run's augmentation in one epoch. */
export function augmentationKeys(seed: number, run: number, epoch: number): readonly [number, number] {
  return keysOf(seed, [AUGMENTATION, run, epoch]);
}

/** Two u32 keys for the use that a path of whole numbers below 2^32 names. */
function keysOf(seed: number, path: readonly number[]): readonly [number, number] {
  let low = mix(seed >>> 0);
  let high = mix(Math.floor(seed / 2 ** 32) ^ low);
  for (const part of path) {
    low = mix((low ^ part) + 0x9e3779b9);
    high = mix((high ^ low) + 0x7f4a7c15);
  }
  return [low, high];
}

function safeInteger([low, high]: readonly [number, number]): number {
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** The finalizer of Austin Appleby's MurmurHash3: each bit of the argument changes half of the result's. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
