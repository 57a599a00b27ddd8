import { beginOf } from './lit-lists';
import { Run } from './run';

/**
 * Which thread sums what: each thread of a team has a stretch of the inputs of each layer, and sums the gradients of their
 * weights over all images. So each sum is one thread's, in the order of the images, however many threads there are.
 */

/** Where a thread's share begins in the list of image `i` of the tile, in bytes; the share before it ends there. */
// @ts-ignore: decorator
@inline export function cutOf(run: Run, tile: usize, i: i32, rank: i32): usize {
  return load<u32>(cutAt(run, tile, i, rank));
}

// @ts-ignore: decorator
@inline function cutAt(run: Run, tile: usize, i: i32, rank: i32): usize {
  return tile + run.cuts + (<usize>(i * (run.teamSize + 1) + rank) << 2);
}

/** Cuts the lists of a tile's images into the threads' shares; the black pixels that fill a list up are in no share. */
export function cutLists(run: Run, tile: usize, images: i32): void {
  const offsets = tile + run.offsets;
  const brightnesses = tile + run.brightnesses;
  for (let i = 0; i < images; i++) {
    const begin = beginOf(run, tile, i);
    const filled = beginOf(run, tile, i + 1);
    let end = filled;
    while (end > begin && load<f32>(brightnesses + end - 4) == 0) end -= 4;
    store<u32>(cutAt(run, tile, i, 0), <u32>begin);
    for (let rank = 1; rank < run.teamSize; rank++) {
      const below = countBelow(offsets + begin, offsets + filled, load<u32>(run.shares + (<usize>rank << 2)));
      // What fills up lies at 0, below every border.
      store<u32>(cutAt(run, tile, i, rank), <u32>(begin + (<usize>below << 2) - (filled - end)));
    }
    store<u32>(cutAt(run, tile, i, run.teamSize), <u32>end);
  }
}

/** How many of the offsets from `at` to `end` are below `border`, which is not 0. */
// @ts-ignore: decorator
@inline function countBelow(at: usize, end: usize, border: u32): i32 {
  const borders = i32x4.splat(border);
  let count = 0;
  for (; at < end; at += 16) count += i32.popcnt(i32x4.bitmask(i32x4.lt_u(v128.load(at), borders)));
  return count;
}
