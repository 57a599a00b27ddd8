import type { ImageSize } from '../network/network.js';
import type { TrainingLayout } from './training-layout.js';
import type { TrainingOptions } from './training-options.js';

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
