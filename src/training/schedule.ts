import type { TrainingOptions } from './options.js';

type ScheduleOptions = Pick<TrainingOptions, 'epochs' | 'learningRate' | 'schedule' | 'warmUpEpochs'>;

/**
 * The learning rate of one step: a straight rise to its height over the warm-up, then constant, or down a half cosine
 * that would reach 0 with the step after the last.
 *
 * @param step from 0, over all epochs
 */
export function learningRateAt(step: number, stepsPerEpoch: number, options: ScheduleOptions): number {
  const { epochs, learningRate, schedule, warmUpEpochs } = options;
  const warmUp = Math.round(warmUpEpochs * stepsPerEpoch);
  if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
  if (schedule === 'constant') return learningRate;
  const progress = (step - warmUp) / (epochs * stepsPerEpoch - warmUp);
  return (learningRate * (1 + cosineOfHalfTurns(progress))) / 2;
}

/**
 * How much of the augmentation there is in an epoch, 0..1: all of it over the first half of the epochs, then less and
 * less, down to `augmentEnd` with the last one.
 *
 * @param epoch from 0
 */
export function augmentationAt(
  epoch: number,
  { epochs, augmentEnd }: Pick<TrainingOptions, 'epochs' | 'augmentEnd'>,
): number {
  const half = epochs / 2;
  return epoch < half ? 1 : 1 - ((1 - augmentEnd) * (epoch + 1 - half)) / half;
}

/**
 * cos(πt) for t from 0 to 1. Not Math.cos: engines are free to round it differently, and the same seed must give the
 * same weights, bit for bit, on every version of Node. Off by less than 1e-15.
 */
export function cosineOfHalfTurns(t: number): number {
  // cos(πt) = sin(π(½ - t)): an odd series on ±π/2, summed from its small end.
  const x = Math.PI * (0.5 - t);
  let sum = 0;
  for (let n = 23; n >= 3; n -= 2) sum = (-x * x * (1 + sum)) / (n * (n - 1));
  return x * (1 + sum);
}
