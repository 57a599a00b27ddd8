import { writeConstants } from '../common/constants';
import { writePositionTable } from '../common/position-table';
import { augment } from './augment';
import { writeRecords as writeSetRecords } from './lit-lists';
import { step } from './optimizer';
import { Run } from './run';
import { addBatch, evaluateImages, lossSumOf, trainBatches } from './team';

/** Writes the tables that a run's head names, and that all runs share: to be called once, before anything else. */
export function writeTables(address: usize): void {
  const run = changetype<Run>(address);
  writeConstants(run.constants);
  writePositionTable(run.positionTable);
}

/** Leaves in `tilePixels` the bits of the set's first `count` images together: 0 for a pixel that none of them has lit. */
export function findEverLit(address: usize, count: i32): void {
  const run = changetype<Run>(address);
  const inputs = <usize>run.inputs;
  const target = run.tilePixels;
  const whole = inputs & ~15;
  memory.fill(target, 0, inputs);
  let image = run.pixels;
  for (const end = image + <usize>count * inputs; image < end; image += inputs) {
    let p: usize = 0;
    for (; p < whole; p += 16) v128.store(target + p, v128.or(v128.load(target + p), v128.load(image + p)));
    for (; p < inputs; p++) store<u8>(target + p, load<u8>(target + p) | load<u8>(image + p));
  }
}

/**
 * Lists the lit pixels of the set's first `count` images once for all epochs, in at most `room` bytes.
 *
 * @returns false where they take more: then there are none
 */
export function writeRecords(address: usize, count: i32, room: usize): bool {
  return writeSetRecords(changetype<Run>(address), count, room);
}

/**
 * Fills the run's order with 0 to `count - 1` as Fisher and Yates shuffle them, by the generator sfc32. What `shuffle` and
 * `createRandom` of src/network/random.ts do, number for number, but four times as fast.
 *
 * @param low  the seed's low 32 bits; `high` those above
 */
export function writeOrder(address: usize, count: i32, low: u32, high: u32): void {
  const order = changetype<Run>(address).order;
  for (let i = 0; i < count; i++) store<u32>(order + (<usize>i << 2), <u32>i);
  let a: u32 = 0;
  let b = low;
  let c = high;
  let counter: u32 = 1;
  let i = count;
  // Twelve numbers to warm up, then two for each image but the first: the upper and the lower part of a fraction.
  for (let draw = -12, upper: u32 = 0; i > 1; draw++) {
    const next = a + b + counter++;
    a = b ^ (b >> 9);
    b = c + (c << 3);
    c = rotl(c, 21) + next;
    if (draw < 0) continue;
    if (!(draw & 1)) {
      upper = next >> 5;
      continue;
    }
    const fraction = (<f64>upper * 67108864.0 + <f64>(next >> 6)) / 9007199254740992.0;
    const from = order + <usize>(<u32>(fraction * <f64>i) << 2);
    i--;
    const to = order + (<usize>i << 2);
    const index = load<u32>(to);
    store<u32>(to, load<u32>(from));
    store<u32>(from, index);
  }
}

/**
 * Trains on batches `first` to `first + count - 1` of the epoch, in the run's order of images: forward, back, one
 * optimizer step a batch. All threads of the run's team call it at the same time, each with its own head. The first leaves
 * the summed loss of these batches, taken while the weights changed, in `lossSum`.
 *
 * @returns false where the team was stopped, or one of it has died: the result is of no use
 */
export function train(address: usize, first: i32, count: i32): bool {
  return trainBatches(changetype<Run>(address), first, count);
}

/** One optimizer step down the run's gradients, which were summed over `images`, as the step table says for `batch`. */
export function optimize(address: usize, batch: i32, images: i32): void {
  step(changetype<Run>(address), batch, images);
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
