/**
 * What the kernel of workers/kernel/train/ offers; every address is that of a run's head, of which each thread of its team has
 * its own.
 */
export interface TrainingKernel {
  /** Writes the tables that other functions need, and that all runs share: to be called once, before them. */
  writeTables(run: number): void;
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
