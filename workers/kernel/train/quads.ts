import { FRAME_SLACK, QUAD_MARGIN, QUAD_MULTIPLE } from '../common/run-offsets';

/** The smallest rectangle around an image's lit pixels, all four inclusive. */
@unmanaged
export class Box {
  left: i32;
  right: i32;
  top: i32;
  bottom: i32;
}

/** Bytes of a row of the framed copy: a black pixel to the left, at least one to the right, and what a load may overrun. */
// @ts-ignore: decorator
@inline function framedRow(width: i32): usize {
  return <usize>(quadRow(width) + FRAME_SLACK);
}

/** u32 of a row of quads: one for every place between two pixels, and up to the next 16. */
// @ts-ignore: decorator
@inline export function quadRow(width: i32): i32 {
  return (width + QUAD_MARGIN + QUAD_MULTIPLE - 1) & -QUAD_MULTIPLE;
}

/**
 * Copies an image into a frame of black pixels, and finds the box of its lit ones.
 *
 * @param framed `(height + 4)` rows of `framedRow` bytes, the first and the last columns and rows 0: nothing is ever
 *   written there. The last row is scratch.
 * @returns false when nothing is lit
 */
export function frame(image: usize, height: i32, width: i32, framed: usize, box: Box): bool {
  const row = framedRow(width);
  const columns = framed + <usize>(height + 3) * row;
  memory.fill(columns, 0, row);
  let top = -1;
  let bottom = -1;
  for (let y = 0; y < height; y++, image += <usize>width) {
    const target = framed + <usize>(y + 1) * row + 1;
    if (!copyRow(image, target, columns, width)) continue;
    if (top < 0) top = y;
    bottom = y;
  }
  if (top < 0) return false;
  let left = 0;
  let right = width - 1;
  while (!load<u8>(columns + <usize>left)) left++;
  while (!load<u8>(columns + <usize>right)) right--;
  box.left = left;
  box.right = right;
  box.top = top;
  box.bottom = bottom;
  return true;
}

/** Copies one row, and adds its bits to those of all rows; true when any pixel is lit. */
// @ts-ignore: decorator
@inline function copyRow(image: usize, target: usize, columns: usize, width: i32): bool {
  if (width < 16) {
    let any: u32 = 0;
    for (let x: usize = 0; x < <usize>width; x++) {
      const pixel = load<u8>(image + x);
      store<u8>(target + x, pixel);
      store<u8>(columns + x, load<u8>(columns + x) | pixel);
      any |= pixel;
    }
    return any != 0;
  }
  let any = i32x4.splat(0);
  const last = <usize>(width - 16);
  for (let begin: usize = 0; begin < <usize>width; begin += 16) {
    // The last 16 overlap the ones before, so that nothing beyond the row is touched.
    const x = min(begin, last);
    const pixels = v128.load(image + x);
    v128.store(target + x, pixels);
    v128.store(columns + x, v128.or(v128.load(columns + x), pixels));
    any = v128.or(any, pixels);
  }
  return v128.any_true(any);
}

/**
 * For every place between pixels the four around it in one u32, one load in place of four: at row y + 1, column x + 1
 * those at (x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1). Written from one place before the box to one after it.
 *
 * @param quads `(height + 2, quadRow)` u32
 */
export function writeQuads(framed: usize, width: i32, quads: usize, box: Box): void {
  const row = framedRow(width);
  const quadBytes = <usize>quadRow(width) << 2;
  const first = <usize>(box.left & ~15);
  const end = <usize>(box.right + 3);
  for (let y = box.top; y <= box.bottom + 2; y++) {
    const upper = framed + <usize>y * row;
    const lower = y < box.bottom + 2 ? upper + row : upper;
    const target = quads + <usize>y * quadBytes;
    for (let x = first; x < end; x += 16) {
      const a = v128.load(upper + x);
      const b = v128.load(upper + x, 1);
      const c = v128.load(lower + x);
      const d = v128.load(lower + x, 1);
      const ab = interleaveLow(a, b);
      const cd = interleaveLow(c, d);
      const at = target + (x << 2);
      v128.store(at, v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(at, v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      const ba = interleaveHigh(a, b);
      const dc = interleaveHigh(c, d);
      v128.store(at, v128.shuffle<i16>(ba, dc, 0, 8, 1, 9, 2, 10, 3, 11), 32);
      v128.store(at, v128.shuffle<i16>(ba, dc, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    }
  }
}

// @ts-ignore: decorator
@inline function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
