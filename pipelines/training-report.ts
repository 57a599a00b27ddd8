import type { Interval } from '../src/tally/wilson.js';
import type { TrainingOptions } from '../src/training/options.js';

/** How well a network does on images that it has not learned from. */
export interface Judgement {
  readonly images: number;
  readonly correct: number;
  readonly accuracy: number;
  /** 95 %, Wilson. */
  readonly interval: Interval;
}

/** What is told of a training: the JSON of `digitflow train --format json`. */
export interface Training {
  readonly schema: 'digitflow.training/1';
  readonly network: {
    readonly layers: readonly number[];
    readonly activations: readonly string[];
    readonly parameters: number;
  };
  readonly data: {
    readonly dataset: string | null;
    readonly files: readonly { readonly path: string; readonly sha256: string | null }[];
    /** Those that were held out are among them. */
    readonly images: number;
    readonly height: number;
    readonly width: number;
  };
  readonly settings: TrainingOptions;
  /** The run (from 1) and its epoch (from 1) whose weights were kept, and the loss of that epoch. */
  readonly chosen: { readonly run: number; readonly epoch: number; readonly loss: number };
  /** Over the held-out images, which chose the epoch; null when there are none. */
  readonly validation: (Judgement & { readonly loss: number }) | null;
  /** Over the bundled test set, once, after the choice; null when the images were not MNIST's. */
  readonly test: (Judgement & { readonly dataset: string | null }) | null;
  /** The runs, from 1, whose loss was no number any more, and in which epoch. */
  readonly diverged: readonly { readonly run: number; readonly epoch: number }[];
  /** Epochs of all runs together, those before a resumption included. */
  readonly epochs: number;
  /** How many of them were done before this process. */
  readonly resumedEpochs: number;
  /** The network file; its path is null where it was not written. */
  readonly out: { readonly path: string | null; readonly bytes: number; readonly sha256: string };
  /** The command line that makes the same file again. */
  readonly command: string;
  readonly workers: number;
  readonly seconds: number;
  /** Over all runs side by side; null when nothing was left to train. */
  readonly imagesPerSecond: number | null;
  /** True when the training was interrupted: the best so far was kept. */
  readonly partial: boolean;
}
