import type { ImageSize } from '../network/network.js';
import { placeEpoch } from './epoch-plan.js';
import { BARRIER, RUN } from './run-fields.js';
import { trainingCount } from './run-head.js';
import { STATE_ARRAYS } from './run-layout.js';
import type { TrainingLayout } from './training-layout.js';
import type { TrainingOptions } from './training-options.js';

/**
 * What the kernel of workers/train-kernel/ offers; every address is that of a run's head, of which each thread of its team has
 * its own.
 */
export interface TrainingKernel {
  /** Writes the constants that other functions need: to be called once. */
  writeConstants(run: number): void;
  /** Leaves in the run's `tilePixels` 0 for each pixel that none of the set's first `count` images has lit. */
  findEverLit(run: number, count: number): void;
  /** Lists the lit pixels of the set's first `count` images in at most `room` bytes; 0 where they take more. */
  writeRecords(run: number, count: number, room: number): number;
  /** Fills the order with a permutation of 0 to `count - 1`, which the seed's low and high 32 bits decide. */
  writeOrder(run: number, count: number, low: number, high: number): void;
  /**
   * Trains on `count` batches of the epoch from batch `first` on, together with the rest of the team, each with its own head;
   * the loss is in the first one's. 0 where the team was stopped, or broke up since one of it has died.
   */
  train(run: number, first: number, count: number): number;
  /** Adds the gradients of the images `begin` to `end - 1` of the order; returns their summed loss. */
  addGradients(run: number, begin: number, end: number): number;
  /** One optimizer step down the gradients, summed over `images`, as the step table says for `batch`. */
  optimize(run: number, batch: number, images: number): void;
  /**
   * Runs the network of `parameters` over images of the set, together with the rest of the team; loss and count of correct
   * ones are in the first one's head. 0 as of `train`.
   */
  evaluate(run: number, parameters: number, first: number, count: number): number;
  /** Writes the augmented image `index` of the set to `target`. */
  augmentImage(run: number, index: number, target: number): void;
}

/** Makes the training kernel over a shared memory. */
export function instantiateTrainingKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): TrainingKernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as TrainingKernel;
}

/** Batches between two looks at the stop flag: some milliseconds. */
const BATCHES_A_CALL = 64;

/**
 * Makes a function that runs one thread's part of one epoch of one run: the whole of what a training thread does. It ends when
 * all threads of the run's team have been given theirs; the answer of the first one counts.
 *
 * The team begins from the run's kept state and leaves its result in the live one; so it may be run again if it never ends.
 */
export function createEpochRunner(setup: TrainingSetup): (task: EpochTask) => EpochAnswer | null {
  const { module, memory, layout, options } = setup;
  const kernel = instantiateTrainingKernel(module, memory);
  const { buffer } = memory;
  const view = new DataView(buffer);
  const count = trainingCount(layout.imageCount, options);
  const stepCount = Math.ceil(count / options.batchSize);
  const resultAt = options.averaging > 0 ? STATE_ARRAYS.indexOf('averages') * layout.shape.bytes : 0;

  return (task) => {
    const run = layout.runs[task.run];
    const { head } = run.ranks[task.rank];
    Atomics.add(new Int32Array(buffer, run.barrier, BARRIER.length), BARRIER.begun, 1);
    const start = performance.now();
    const learningRate = placeEpoch(kernel, buffer, layout, options, task);

    let lossSum = 0;
    for (let first = 0; first < stepCount; first += BATCHES_A_CALL) {
      const isDone = kernel.train(head, first, Math.min(BATCHES_A_CALL, stepCount - first));
      if (!isDone) return STOPPED;
      lossSum += view.getFloat64(head + RUN.lossSum, true);
    }
    const seconds = (performance.now() - start) / 1000;
    // The kernel's activations turn what is no number into one, so the loss alone does not tell. All threads find the same here.
    const parameters = new Float32Array(buffer, run.live, layout.shape.bytes / 4);
    if (!parameters.every(Number.isFinite)) return { ...NOTHING, seconds, learningRate };
    if (!kernel.evaluate(head, run.live + resultAt, count, options.validation)) return STOPPED;
    if (task.rank > 0) return null;
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

/** Of an epoch that diverged. */
const NOTHING: EpochAnswer = {
  isStopped: false,
  loss: Number.NaN,
  validationLoss: Number.NaN,
  validationCorrect: 0,
  seconds: 0,
  learningRate: 0,
};

const STOPPED: EpochAnswer = { ...NOTHING, isStopped: true };

/** What a training thread is given when it starts. The module and the memory are shared, not copied. */
export interface TrainingSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: TrainingLayout;
  readonly options: TrainingOptions;
  readonly image: ImageSize;
}

/** What crosses to a worker: everything else lies in shared memory. */
export interface EpochTask {
  readonly run: number;
  /** From 0; -1 is the probe that finds out whether the worker is well. */
  readonly epoch: number;
  /** Which of the run's team this is for, from 0: all of them run at the same time. */
  readonly rank: number;
}

/** What the first worker of a team answers: a few numbers. The run's live state is the epoch's result. */
export interface EpochAnswer {
  /** True when the stop flag was up: the live state is of no use, the kept one is as it was. */
  readonly isStopped: boolean;
  /** Mean over the training images, taken while the weights changed; NaN or infinite when training diverged. */
  readonly loss: number;
  /** Mean over the held-out images, without label smoothing; NaN when there are none. */
  readonly validationLoss: number;
  readonly validationCorrect: number;
  /** Time of the training part alone. */
  readonly seconds: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
}
