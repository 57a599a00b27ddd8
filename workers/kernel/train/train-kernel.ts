import { writeConstants } from '../common/constants';
import { writePositionTable } from '../common/position-table';
import { augment } from './augment';
import { Run } from './run';
export { addGradients, evaluate, train } from './learn';
export { writeRecords } from './lit-lists';
export { step as optimize } from './optimizer';
export { listAhead } from './tile-ring';

/** Writes the tables that a run's head names, and that all runs share: to be called once, before anything else. */
export function writeTables(run: Run): void {
  writeConstants(run.constants);
  writePositionTable(run.positionTable);
}

/** Leaves in `tilePixels` the bits of the set's first `count` images together: 0 for a pixel that none of them has lit. */
export function findEverLit(run: Run, count: i32): void {
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
 * Fills the run's order with 0 to `count - 1` as Fisher and Yates shuffle them, by the generator sfc32. What `shuffle` and
 * `createRandom` of src/network/random.ts do, number for number, but four times as fast.
 *
 * @param low  the seed's low 32 bits; `high` those above
 */
export function writeOrder(run: Run, count: i32, low: u32, high: u32): void {
  const order = run.order;
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

/** Augments one image of the set to `target`: for tests. */
export function augmentImage(run: Run, index: i32, target: usize): void {
  augment(run, <u32>index, run.pixels + <usize>index * <usize>run.inputs, target);
}
