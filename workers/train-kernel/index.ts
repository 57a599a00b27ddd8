import { augment } from './augment';
import { writeConstants as write } from './constants';
import { collectBits } from './ever-lit';
import { writeRecords as writeSetRecords } from './lit-lists';
import { step } from './optimizer';
import { Run, Step } from './run';
import { shuffle } from './shuffle';
import { addBatch, evaluateImages, lossSumOf, trainBatches } from './team';

/** Writes the constants that a run's head names: to be called once, before anything else. */
export function writeConstants(address: usize): void {
  write(changetype<Run>(address).constants);
}

/** Leaves in `tilePixels` the bits of the set's first `count` images together: 0 for a pixel that none of them has lit. */
export function findEverLit(address: usize, count: i32): void {
  const run = changetype<Run>(address);
  collectBits(run.pixels, count, run.inputs, run.tilePixels);
}

/**
 * Lists the lit pixels of the set's first `count` images once for all epochs, in at most `room` bytes.
 *
 * @returns false where they take more: then there are none
 */
export function writeRecords(address: usize, count: i32, room: usize): bool {
  return writeSetRecords(changetype<Run>(address), count, room);
}

/** Fills the run's order with a permutation of 0 to `count - 1`, which the 64 bits of the seed decide. */
export function writeOrder(address: usize, count: i32, low: u32, high: u32): void {
  shuffle(changetype<Run>(address).order, count, low, high);
}

/**
 * Trains on batches `first` to `first + count - 1` of the epoch, in the run's order of images: forward, back, one
 * optimizer step a batch. All threads of the run's team call it at the same time, each with its own head. The first leaves
 * the summed loss of these batches, taken while the weights changed, in `lossSum`.
 *
 * @returns false where the team was stopped, or one of it has died: what was reckoned is of no use
 */
export function train(address: usize, first: i32, count: i32): bool {
  return trainBatches(changetype<Run>(address), first, count);
}

/** One optimizer step down the run's gradients, which were summed over `images`, as the step table says for `batch`. */
export function optimize(address: usize, batch: i32, images: i32): void {
  const run = changetype<Run>(address);
  step(run, changetype<Step>(run.steps + (<usize>batch << 4)), images);
}

/** Adds the gradients of the images `begin` to `end - 1` of the order to the run's; returns their summed loss. */
export function addGradients(address: usize, begin: i32, end: i32): f64 {
  const run = changetype<Run>(address);
  return addBatch(run, begin, end) ? lossSumOf(run, end - begin) : NaN;
}

/**
 * Runs the network of `parameters` over `count` images of the set from `first` on, unaugmented; all threads of the team
 * together. The first leaves how many it gets right in `correct`, and their summed loss, without label smoothing, in
 * `lossSum`.
 *
 * @returns as `train` does
 */
export function evaluate(address: usize, parameters: usize, first: i32, count: i32): bool {
  return evaluateImages(changetype<Run>(address), parameters, first, count);
}

/** Augments one image of the set to `target`: for tests, and for those who want to see it. */
export function augmentImage(address: usize, index: i32, target: usize): void {
  const run = changetype<Run>(address);
  augment(run, <u32>index, run.pixels + <usize>index * <usize>run.inputs, target);
}
