import { RING_BEGUN, RING_BYTES, RING_IS_OPEN, STEP_BYTES } from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { instantiateWasm, type WasmMemory, type WasmModule } from '../assets.js';
import { AUGMENTATIONS, augmentationAt, augmentationKeys, orderSeed, writeSteps } from './epoch-plan.js';
import { STATE_ARRAYS, type TrainingLayout } from './training-layout.js';
import { type TrainingOptions, trainingCount } from './training-options.js';

/** What a training thread is given when it starts. The module and the memory are shared, not copied. */
export interface TrainingSetup {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly layout: TrainingLayout;
  readonly options: TrainingOptions;
}

/** What crosses to a worker for an epoch. */
export interface EpochTask {
  readonly run: number;
  /** From 0; -1 is the probe that finds out whether the worker is well. */
  readonly epoch: number;
  /** Which of the run's threads this is for: 0 learns, the others list tiles ahead of it. */
  readonly rank: number;
}

/** How an epoch went. */
export interface EpochFigures {
  /** Mean over the training images, as they were varied, taken while the weights changed. */
  readonly loss: number;
  /** Mean over the held-out images, without label smoothing; NaN when there are none. */
  readonly validationLoss: number;
  readonly validationCorrect: number;
  /** Of training, validation not counted. */
  readonly seconds: number;
  /** Of the last step. */
  readonly learningRate: number;
}

/** What the thread that learns answers. The weights stay in the run's live state. */
export interface EpochAnswer extends EpochFigures {
  /** True when the stop flag was up: the live state is of no use, the kept one is unchanged. */
  readonly isStopped: boolean;
}

/** The exports of the training kernel. `run` is the address of the thread's own head. */
export interface TrainingKernel {
  /** Writes the tables that all runs share: to be called once, before the others. */
  writeTables(run: number): void;
  /** Leaves in the run's `tilePixels` 0 for each pixel that none of the set's first `count` images has lit. */
  findEverLit(run: number, count: number): void;
  /** Lists the lit pixels of the set's first `count` images in at most `room` bytes; 0 where they take more. */
  writeRecords(run: number, count: number, room: number): number;
  /** Fills the order with a permutation of 0 to `count - 1`, decided by the low and high 32 bits of the seed. */
  writeOrder(run: number, count: number, low: number, high: number): void;
  /**
   * Trains on `count` batches of the epoch from batch `first` on, with tiles that other threads may have listed. Leaves the
   * loss in the head. Returns 0 where it was stopped, or one of these threads has died.
   */
  train(run: number, first: number, count: number): number;
  /** Lists tiles ahead of the thread that learns, until the epoch ends. */
  listAhead(run: number): void;
  /** Adds the gradients of the images `begin` to `end - 1` of the order; returns their summed loss. */
  addGradients(run: number, begin: number, end: number): number;
  /** One optimizer step down the gradients, summed over `images`, as the step table says for `batch`. */
  optimize(run: number, batch: number, images: number): void;
  /** Runs the network of `parameters` over images of the set; leaves loss and number of correct ones. */
  evaluate(run: number, parameters: number, first: number, count: number): void;
  /** Writes the augmented image `index` of the set to `target`. */
  augmentImage(run: number, index: number, target: number): void;
}

/** Batches between two looks at the stop flag: some milliseconds. */
const BATCHES_A_CALL = 64;

/**
 * Makes the function that runs one thread's part of one epoch; the thread that learns gives the answer. They leave the kept
 * state as it is, so an epoch that never ends may be run again.
 */
export function createEpochRunner(setup: TrainingSetup): (task: EpochTask) => EpochAnswer | null {
  const { module, memory, layout, options } = setup;
  const kernel = instantiateWasm<TrainingKernel>(module, memory);
  const { buffer } = memory;
  const view = new DataView(buffer);
  const count = trainingCount(layout.imageCount, options);
  const { stepCount } = layout;
  const resultAt = options.averaging > 0 ? STATE_ARRAYS.indexOf('averages') * layout.shape.bytes : 0;

  return (task) => {
    const run = layout.runs[task.run];
    const { head } = run.ranks[task.rank];
    // Tells main that this thread has begun.
    Atomics.add(new Int32Array(buffer, run.ring, RING_BYTES / 4), RING_BEGUN / 4, 1);
    const start = performance.now();
    const learningRate = placeEpoch(kernel, setup, task);
    if (task.rank > 0) {
      kernel.listAhead(head);
      return null;
    }

    let lossSum = 0;
    for (let first = 0; first < stepCount; first += BATCHES_A_CALL) {
      const isDone = kernel.train(head, first, Math.min(BATCHES_A_CALL, stepCount - first));
      if (!isDone) return STOPPED;
      lossSum += view.getFloat64(head + RUN.lossSum, true);
    }
    const seconds = (performance.now() - start) / 1000;
    // The kernel's activations turn NaN into a number, so the loss alone does not tell.
    const parameters = new Float32Array(buffer, run.live, layout.shape.bytes / 4);
    if (!parameters.every(Number.isFinite)) return { ...DIVERGED, seconds, learningRate };
    kernel.evaluate(head, run.live + resultAt, count, options.validation);
    return {
      isStopped: false,
      loss: lossSum / count,
      validationLoss: view.getFloat64(head + RUN.lossSum, true) / options.validation,
      validationCorrect: view.getInt32(head + RUN.correct, true),
      seconds,
      learningRate,
    };
  };
}

const DIVERGED: EpochAnswer = {
  isStopped: false,
  loss: Number.NaN,
  validationLoss: Number.NaN,
  validationCorrect: 0,
  seconds: 0,
  learningRate: 0,
};
const STOPPED: EpochAnswer = { ...DIVERGED, isStopped: true };

/**
 * Writes what an epoch begins with: each thread its own head's augmentation, the one that learns also the order of the images,
 * the live state and the step table.
 *
 * @returns the learning rate of the last step; 0 from the threads that list ahead
 */
export function placeEpoch(
  kernel: TrainingKernel,
  { memory: { buffer }, layout, options }: TrainingSetup,
  { run: index, epoch, rank }: EpochTask,
): number {
  const run = layout.runs[index];
  const { head } = run.ranks[rank];
  const view = new DataView(buffer, head, RUN.bytes);
  const [key0, key1] = augmentationKeys(options.seed, index, epoch);
  view.setUint32(RUN.key0, key0, true);
  view.setUint32(RUN.key1, key1, true);
  const factor = augmentationAt(epoch, options);
  const { rotation, scale, shear, shift, bend } = AUGMENTATIONS[options.augment];
  view.setFloat32(RUN.rotation, rotation * factor, true);
  view.setFloat32(RUN.scale, scale * factor, true);
  view.setFloat32(RUN.shear, shear * factor, true);
  view.setFloat32(RUN.shift, shift * factor, true);
  view.setFloat32(RUN.bend, bend * factor, true);
  if (rank > 0) return 0;
  const seed = orderSeed(options.seed, index, epoch);
  const count = trainingCount(layout.imageCount, options);
  kernel.writeOrder(head, count, seed >>> 0, Math.floor(seed / 2 ** 32));
  // The others need nothing else of what follows.
  const ring = new Int32Array(buffer, run.ring, RING_BYTES / 4);
  Atomics.store(ring, RING_IS_OPEN / 4, 1);
  Atomics.notify(ring, RING_IS_OPEN / 4);
  const bytes = new Uint8Array(buffer);
  bytes.copyWithin(run.live, run.kept, run.kept + layout.shape.bytes * STATE_ARRAYS.length);
  // A worker that died may have left half a batch's gradients.
  bytes.fill(0, run.gradients, run.gradients + layout.shape.bytes);
  return writeSteps(new Float32Array(buffer, run.steps, (layout.stepCount * STEP_BYTES) / 4), epoch, options);
}
