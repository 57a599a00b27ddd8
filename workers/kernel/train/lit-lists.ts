import { BRIGHTNESS } from '../common/constants';
import { MOST_POSITIONS } from '../common/offsets';
import { augment } from './augment';
import { listLit } from './list-lit';
import { Run } from './run';

/**
 * Which pixels of a tile's images are lit. Black pixels add nothing to a sum and have no gradient, so the first layer reads
 * lists, forward and back: the byte offsets of the pixels' rows of weights (u32), and their brightnesses (f32, 0..1), one
 * image after the other, each as long as a multiple of four: black pixels fill it up.
 *
 * Images that are not varied stay the same over all epochs. So the set is listed once: its records, of each image all
 * positions (u16), then all values (u8). They are fewer bytes to fetch than the pixels, and need no search for lit ones.
 */

/** Where the list of image `i` of the tile begins, in bytes, of offsets and brightnesses alike; the one before ends there. */
// @ts-ignore: decorator
@inline export function beginOf(run: Run, tile: usize, i: i32): usize {
  return load<u32>(tile + run.begins + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline function setEnd(run: Run, tile: usize, i: i32, end: usize): void {
  // The first list begins at 0, which is never overwritten.
  store<u32>(tile + run.begins + (<usize>i << 2), <u32>end, 4);
}

function setLabel(run: Run, tile: usize, i: i32, index: u32): void {
  store<i32>(tile + run.tileLabels + (<usize>i << 2), <i32>load<u8>(run.labels + <usize>index));
}

/** Writes the set's records, unless they take more than `room` bytes; returns whether they are there. */
export function writeRecords(run: Run, count: i32, room: usize): bool {
  const inputs = run.inputs;
  const positions = run.positions;
  const values = run.values;
  let entries: usize = 0;
  for (let image = 0; image < count; image++) {
    const pixels = run.pixels + <usize>image * <usize>inputs;
    const lit = <usize>listLit(pixels, inputs, run.positionTable, run.constants, positions, values);
    if ((entries + lit) * 3 > room) return false;
    store<u32>(run.starts + (<usize>image << 2), <u32>entries);
    const record = run.records + entries * 3;
    memory.copy(record, positions, lit << 1);
    memory.copy(record + (lit << 1), values, lit);
    entries += lit;
  }
  store<u32>(run.starts + (<usize>count << 2), <u32>entries);
  return true;
}

/** Lists the images `done` to `done + images - 1` of the epoch's order, with their labels. */
export function listTile(run: Run, tile: usize, done: i32, images: i32): void {
  for (let i = 0; i < images; i++) setLabel(run, tile, i, load<u32>(run.order + (<usize>(done + i) << 2)));
  if (run.hasRecords) {
    takeRecords(run, tile, done, images);
    return;
  }
  fetchImages(run, tile, done, images);
  let end: usize = 0;
  for (let i = 0; i < images; i++) {
    const index = load<u32>(run.order + (<usize>(done + i) << 2));
    let image = run.pixels + <usize>index * <usize>run.inputs;
    if (run.augmented) {
      augment(run, index, image, run.tilePixels);
      image = run.tilePixels;
    }
    end = listImage(run, tile, image, end);
    setEnd(run, tile, i, end);
  }
}

/** Lists the images `first` to `first + images - 1` of the set, as they are, with their labels. */
export function listAsTheyAre(run: Run, tile: usize, first: i32, images: i32): void {
  let end: usize = 0;
  for (let i = 0; i < images; i++) {
    setLabel(run, tile, i, first + i);
    end = listImage(run, tile, run.pixels + <usize>(first + i) * <usize>run.inputs, end);
    setEnd(run, tile, i, end);
  }
}

/** Lists one image from `end` on, of a large one so many pixels at a time as positions can tell apart; returns the new end. */
function listImage(run: Run, tile: usize, image: usize, end: usize): usize {
  for (let first = 0; first < run.inputs; first += MOST_POSITIONS) {
    const count = min(MOST_POSITIONS, run.inputs - first);
    const lit = listLit(image + <usize>first, count, run.positionTable, run.constants, run.positions, run.values);
    end = expand(run, tile, run.positions, run.values, <usize>lit, first, end);
  }
  return end;
}

/** Appends `count` pixels, a multiple of 4, to the lists; reads and writes up to twelve more. Returns the new end. */
function expand(
  run: Run, tile: usize, positions: usize, values: usize, count: usize, first: i32, end: usize
): usize {
  const rowBytes = run.layer(0).paddedOutputs << 2;
  v128.store(run.vectors, i32x4.splat(rowBytes));
  v128.store(run.vectors, i32x4.splat(first * rowBytes), 16);
  const rows = v128.load(run.vectors);
  const base = v128.load(run.vectors, 16);
  const unit = v128.load(run.constants, BRIGHTNESS);
  let offset = tile + run.offsets + end;
  let brightness = tile + run.brightnesses + end;
  for (const last = values + count; values < last; values += 16, positions += 32, offset += 64, brightness += 64) {
    v128.store(offset, i32x4.add(base, i32x4.mul(v128.load16x4_u(positions), rows)));
    v128.store(offset, i32x4.add(base, i32x4.mul(v128.load16x4_u(positions, 8), rows)), 16);
    v128.store(offset, i32x4.add(base, i32x4.mul(v128.load16x4_u(positions, 16), rows)), 32);
    v128.store(offset, i32x4.add(base, i32x4.mul(v128.load16x4_u(positions, 24), rows)), 48);
    const low = v128.load8x8_u(values);
    const high = v128.load8x8_u(values, 8);
    v128.store(brightness, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)), unit));
    v128.store(brightness, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), unit), 16);
    v128.store(brightness, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), unit), 32);
    v128.store(brightness, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), unit), 48);
  }
  return end + (count << 2);
}

/**
 * Takes a tile's lists from the records. First it reads one byte of every cache line of them: they lie all over the set,
 * and asked for one right after the other they arrive together.
 */
function takeRecords(run: Run, tile: usize, done: i32, images: i32): void {
  let bits: u32 = 0;
  for (let i = 0; i < images; i++) {
    const starts = startsOf(run, done + i);
    const end = run.records + <usize>load<u32>(starts, 4) * 3;
    for (let at = run.records + <usize>load<u32>(starts) * 3; at < end; at += 64) bits |= load<u8>(at);
  }
  // Stored where the first list will be, so that no compiler leaves the loads out.
  store<u32>(tile + run.offsets, bits);
  let end: usize = 0;
  for (let i = 0; i < images; i++) {
    const starts = startsOf(run, done + i);
    const start = <usize>load<u32>(starts);
    const count = <usize>load<u32>(starts, 4) - start;
    const record = run.records + start * 3;
    end = expand(run, tile, record, record + (count << 1), count, 0, end);
    setEnd(run, tile, i, end);
  }
}

/** Where it stands at which entry the record of an image begins, the image at a place of the order; there the next one's. */
// @ts-ignore: decorator
@inline function startsOf(run: Run, place: i32): usize {
  return run.starts + (<usize>load<u32>(run.order + (<usize>place << 2)) << 2);
}

/** Reads one byte of every cache line of a tile's images, as `takeRecords` does. */
function fetchImages(run: Run, tile: usize, done: i32, images: i32): void {
  let bits: u32 = 0;
  for (let i = 0; i < images; i++) {
    const image = run.pixels + <usize>load<u32>(run.order + (<usize>(done + i) << 2)) * <usize>run.inputs;
    for (let at: usize = 0; at < <usize>run.inputs; at += 64) bits |= load<u8>(image + at);
  }
  store<u32>(tile + run.offsets, bits);
}
