import type { ImageSize } from '../network/network.js';
import type { EpochTask, TrainingKernel } from './epoch-runner.js';
import { RUN, STEP_BYTES } from './run-fields.js';
import { BETA_1, BETA_2, trainingCount } from './run-head.js';
import { STATE_ARRAYS } from './run-layout.js';
import type { TrainingLayout } from './training-layout.js';
import type { TrainingOptions } from './training-options.js';

/**
 * A seed for each use of randomness, told apart by whole numbers below 2^32 (run, epoch, …): so no use depends on how
 * much another one has drawn, and any epoch can be run again by itself.
 *
 * @returns a safe integer, at least 0
 */
export function streamSeed(seed: number, ...path: readonly number[]): number {
  const [low, high] = streamKeys(seed, ...path);
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** Two u32, as `streamSeed`: what the kernel's augmentation is keyed with. */
export function streamKeys(seed: number, ...path: readonly number[]): readonly [number, number] {
  let low = mix(seed >>> 0);
  let high = mix(Math.floor(seed / 2 ** 32) ^ low);
  for (const part of path) {
    low = mix((low ^ part) + 0x9e3779b9);
    high = mix((high ^ low) + 0x7f4a7c15);
  }
  return [low, high];
}

/** The finalizer of MurmurHash3 by Austin Appleby: every bit of the argument changes half of the result's. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The furthest that each part of an image's variation goes, either way. */
export interface Amplitudes {
  /** In radians. */
  readonly rotation: number;
  /** Of width and height, each by itself. */
  readonly scale: number;
  /** Pixels to the side a pixel of height. */
  readonly shear: number;
  /** In pixels, each way. */
  readonly shift: number;
  /** How far the ends of a middle line are moved against its middle, in pixels. */
  readonly bend: number;
}

/** What `light` and `strong` mean, for digits of about 20 x 20 pixels in 28 x 28. */
export const AUGMENTATIONS = {
  none: { rotation: 0, scale: 0, shear: 0, shift: 0, bend: 0 },
  light: { rotation: 0.14, scale: 0.09, shear: 0.12, shift: 1, bend: 0 },
  strong: { rotation: 0.22, scale: 0.14, shear: 0.2, shift: 1.6, bend: 1 },
} as const satisfies Record<string, Amplitudes>;

/** Where a pixel of the varied image is taken from; x, y from the image's middle. */
export interface Warp {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly bendX: number;
  readonly bendY: number;
}

/**
 * The variation of one image, from nothing but the keys of run and epoch and its index: it depends neither on the order
 * of the images nor on the thread. What workers/train-kernel/augment.ts does, in float64 and in plain sight.
 */
export function warpOf(
  keys: readonly [number, number],
  index: number,
  amplitudes: Amplitudes,
  width: number,
): Warp {
  const random = (keys[0] ^ mix(index + keys[1])) >>> 0;
  const image = mix(random);
  const signed = (draw: number) => ((mix(image + Math.imul(draw, 0x9e3779b9)) >>> 8) - 0x800000) / 0x800000;
  const angle = amplitudes.rotation * signed(1);
  const scaleX = 1 + amplitudes.scale * signed(2);
  const scaleY = 1 + amplitudes.scale * signed(3);
  const shear = amplitudes.shear * signed(4);
  const unit = 4 / (width * width);
  return {
    xx: Math.cos(angle) * scaleX,
    xy: Math.cos(angle) * shear - Math.sin(angle) * scaleY,
    yx: Math.sin(angle) * scaleX,
    yy: Math.sin(angle) * shear + Math.cos(angle) * scaleY,
    shiftX: amplitudes.shift * signed(5),
    shiftY: amplitudes.shift * signed(6),
    bendX: amplitudes.bend * unit * signed(7),
    bendY: amplitudes.bend * unit * signed(8),
  };
}

/**
 * The varied image before rounding, sampled bilinearly; all is black beyond the edge.
 *
 * @param pixels `(height, width)` u8
 * @returns `(height, width)` float64, 0..255
 */
export function warpImage(pixels: Uint8Array, { height, width }: ImageSize, warp: Warp): Float64Array {
  const at = (x: number, y: number) =>
    x >= 0 && x < width && y >= 0 && y < height ? pixels[y * width + x] : 0;
  const warped = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const u = column - (width - 1) / 2;
      const v = row - (height - 1) / 2;
      const x = (width - 1) / 2 + warp.shiftX + warp.xx * u + warp.xy * v + warp.bendX * v * v;
      const y = (height - 1) / 2 + warp.shiftY + warp.yx * u + warp.yy * v + warp.bendY * u * u;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, down] = [x - left, y - top];
      const upper = (1 - right) * at(left, top) + right * at(left + 1, top);
      const lower = (1 - right) * at(left, top + 1) + right * at(left + 1, top + 1);
      warped[row * width + column] = (1 - down) * upper + down * lower;
    }
  }
  return warped;
}

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
 * Fills the table of an epoch's steps, `(steps, 4)` f32: step size, Adam's correction, what a weight keeps, how far the
 * averages move.
 *
 * @param epoch from 0
 * @returns the learning rate of the last step
 */
export function writeSteps(table: Float32Array, epoch: number, options: TrainingOptions): number {
  const stepsPerEpoch = table.length / 4;
  let step = epoch * stepsPerEpoch;
  let power1 = wholePower(BETA_1, step);
  let power2 = wholePower(BETA_2, step);
  let learningRate = 0;
  for (let at = 0; at < table.length; at += 4, step++) {
    learningRate = learningRateAt(step, stepsPerEpoch, options);
    power1 *= BETA_1;
    power2 *= BETA_2;
    table[at] = options.optimizer === 'adam' ? learningRate / (1 - power1) : learningRate;
    table[at + 1] = 1 / (1 - power2);
    table[at + 2] = 1 - learningRate * options.weightDecay;
    // Early on the averages forget faster, or the first random weights would linger in them.
    table[at + 3] = 1 - Math.min(options.averaging, (1 + step) / (10 + step));
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

/**
 * Writes what an epoch begins with, each thread of the run's team its part of it: in its own head how the images are varied;
 * for all, the first thread the kept state as live one and the step table, the last one the order of the images. The team
 * meets before any of it is read.
 *
 * @returns the learning rate of the last step; 0 from all threads but the first
 */
export function placeEpoch(
  kernel: TrainingKernel,
  buffer: SharedArrayBuffer,
  layout: TrainingLayout,
  options: TrainingOptions,
  { run: index, epoch, rank }: EpochTask,
): number {
  const run = layout.runs[index];
  const { head } = run.ranks[rank];
  const view = new DataView(buffer, head, RUN.bytes);
  const [key0, key1] = augmentationKeys(options.seed, index, epoch);
  view.setUint32(RUN.key0, key0, true);
  view.setUint32(RUN.key1, key1, true);
  const amplitudes = AUGMENTATIONS[options.augment];
  const factor = augmentationAt(epoch, options);
  for (const name of ['rotation', 'scale', 'shear', 'shift', 'bend'] as const) {
    view.setFloat32(RUN[name], amplitudes[name] * factor, true);
  }

  const count = trainingCount(layout.imageCount, options);
  if (rank === layout.teamSize - 1) {
    const seed = orderSeed(options.seed, index, epoch);
    kernel.writeOrder(head, count, seed >>> 0, Math.floor(seed / 2 ** 32));
  }
  if (rank > 0) return 0;
  const bytes = new Uint8Array(buffer);
  bytes.copyWithin(run.live, run.kept, run.kept + layout.shape.bytes * STATE_ARRAYS.length);
  // A worker that died may have left half a batch's gradients.
  bytes.fill(0, run.gradients, run.gradients + layout.shape.bytes);
  const stepCount = Math.ceil(count / options.batchSize);
  return writeSteps(new Float32Array(buffer, run.steps, (stepCount * STEP_BYTES) / 4), epoch, options);
}
