import {
  STEP_AVERAGING,
  STEP_BYTES,
  STEP_CORRECTION,
  STEP_KEEP,
  STEP_SIZE,
} from '../../workers/kernel/common/offsets.js';
import type { TrainingOptions } from './options.js';
import { BETA_1, BETA_2 } from './place-run.js';
import { learningRateAt } from './schedule.js';
import { streamKeys, streamSeed } from './streams.js';

/** What randomness is used for: the first parts of a stream's path. */
const FIRST_WEIGHTS = 0;
const ORDER = 1;
const AUGMENTATION = 2;

/** The seed of a run's first weights. */
export function initialSeed(seed: number, run: number): number {
  return streamSeed(seed, FIRST_WEIGHTS, run);
}

/** The keys of a run's augmentation in one epoch. */
export function augmentationKeys(seed: number, run: number, epoch: number): readonly [number, number] {
  return streamKeys(seed, AUGMENTATION, run, epoch);
}

/** The seed of the order in which a run's epoch sees the images. */
export function orderSeed(seed: number, run: number, epoch: number): number {
  return streamSeed(seed, ORDER, run, epoch);
}

/**
 * Fills the table of an epoch's steps, `(steps, 4)` f32: see `STEP_SIZE`.
 *
 * @param epoch from 0
 * @returns the learning rate of the last step
 */
export function writeSteps(table: Float32Array, epoch: number, options: TrainingOptions): number {
  const stepsPerEpoch = table.length / (STEP_BYTES / 4);
  let step = epoch * stepsPerEpoch;
  let power1 = wholePower(BETA_1, step);
  let power2 = wholePower(BETA_2, step);
  let learningRate = 0;
  for (let at = 0; at < table.length; at += STEP_BYTES / 4, step++) {
    learningRate = learningRateAt(step, stepsPerEpoch, options);
    power1 *= BETA_1;
    power2 *= BETA_2;
    table[at + STEP_SIZE / 4] = options.optimizer === 'adam' ? learningRate / (1 - power1) : learningRate;
    table[at + STEP_CORRECTION / 4] = 1 / (1 - power2);
    table[at + STEP_KEEP / 4] = 1 - learningRate * options.weightDecay;
    // Early on the averages forget faster, or the first random weights would linger in them.
    table[at + STEP_AVERAGING / 4] = 1 - Math.min(options.averaging, (1 + step) / (10 + step));
  }
  return learningRate;
}

/** `base` to a whole power, from multiplications alone: `**` may round differently from one engine to the next. */
function wholePower(base: number, exponent: number): number {
  let power = 1;
  for (let bits = exponent, square = base; bits > 0; bits = Math.floor(bits / 2), square *= square) {
    if (bits % 2 === 1) power *= square;
  }
  return power;
}
