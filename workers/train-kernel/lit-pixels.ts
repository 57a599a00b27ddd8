import { litGroups } from '../kernel/pixels';

/**
 * The first layer, forward and back. Black pixels add nothing to a sum and have no gradient, so each image is turned
 * into a list of its lit pixels once, and both ways read that list.
 */

// @ts-ignore: decorator
@inline const BRIGHTNESS: f32 = 1.0 / 255.0;

/**
 * Lists the lit pixels of an image: the byte offsets of their rows of weights (u32), and their brightness 0..1 (f32).
 * Then a black one follows, so that they may be taken two at a time.
 *
 * `tables`: that of `litGroups`, and behind it for each of the 16 patterns of four pixels the bytes of a shuffle that
 * moves the lit ones to the front. `groups` is room for the list of `litGroups`. Reads up to 31 bytes past the image,
 * writes up to four entries past the last one.
 *
 * @returns how many are lit
 */
export function listLitPixels(
  image: usize,
  inputs: i32,
  tables: usize,
  groups: usize,
  rowBytes: i32,
  offsets: usize,
  values: usize,
): i32 {
  const count = <usize>litGroups(image, (inputs + 3) >> 2, tables, groups);
  const shuffles = tables + 4096;
  const brightness = f32x4.splat(BRIGHTNESS);
  const zero = i32x4.splat(0);
  const rows = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(rowBytes));
  let end: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const first = <i32>load<u16>(groups + (i << 1)) << 2;
    const four = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(image + <usize>first)));
    const lit = i32x4.bitmask(i32x4.ne(four, zero));
    const shuffle = v128.load(shuffles + (<usize>lit << 4));
    const offset = i32x4.add(i32x4.splat(first * rowBytes), rows);
    const value = f32x4.mul(f32x4.convert_i32x4_s(four), brightness);
    v128.store(offsets + end, i8x16.swizzle(offset, shuffle));
    v128.store(values + end, i8x16.swizzle(value, shuffle));
    end += <usize>i32.popcnt(lit) << 2;
  }
  // In a last group that the image does not fill lie the next image's pixels.
  const limit = <u32>(inputs * rowBytes);
  while (end > 0 && load<u32>(offsets + end - 4) >= limit) end -= 4;
  store<u32>(offsets + end, 0);
  store<f32>(values + end, 0);
  return <i32>(end >> 2);
}

/** Wx + b of one image: `sums` get `paddedOutputs` f32. */
export function sparseAffine(
  offsets: usize,
  values: usize,
  count: i32,
  weights: usize,
  biases: usize,
  sums: usize,
  paddedOutputs: i32,
): void {
  const bytes = <usize>paddedOutputs << 2;
  let column: usize = 0;
  for (; column + 64 <= bytes; column += 64) affineBlock(4, offsets, values, count, weights + column, biases + column, sums + column);
  const rest = bytes - column;
  if (rest == 48) affineBlock(3, offsets, values, count, weights + column, biases + column, sums + column);
  if (rest == 32) affineBlock(2, offsets, values, count, weights + column, biases + column, sums + column);
  if (rest == 16) affineBlock(1, offsets, values, count, weights + column, biases + column, sums + column);
}

/** `vectors` times four neurons, two pixels a step; `vectors` is a constant to the compiler. */
// @ts-ignore: decorator
@inline
function affineBlock(vectors: i32, offsets: usize, values: usize, count: i32, weights: usize, biases: usize, sums: usize): void {
  const zero = f32x4.splat(0);
  let a0 = v128.load(biases);
  let a1 = vectors > 1 ? v128.load(biases, 16) : zero;
  let a2 = vectors > 2 ? v128.load(biases, 32) : zero;
  let a3 = vectors > 3 ? v128.load(biases, 48) : zero;
  let b0 = zero;
  let b1 = zero;
  let b2 = zero;
  let b3 = zero;
  const end = offsets + (<usize>count << 2);
  for (; offsets < end; offsets += 8, values += 8) {
    const v = weights + <usize>load<u32>(offsets);
    const w = weights + <usize>load<u32>(offsets, 4);
    const x = v128.load32_splat(values);
    const y = v128.load32_splat(values, 4);
    a0 = f32x4.add(a0, f32x4.mul(x, v128.load(v)));
    b0 = f32x4.add(b0, f32x4.mul(y, v128.load(w)));
    if (vectors > 1) {
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(v, 16)));
      b1 = f32x4.add(b1, f32x4.mul(y, v128.load(w, 16)));
    }
    if (vectors > 2) {
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(v, 32)));
      b2 = f32x4.add(b2, f32x4.mul(y, v128.load(w, 32)));
    }
    if (vectors > 3) {
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(v, 48)));
      b3 = f32x4.add(b3, f32x4.mul(y, v128.load(w, 48)));
    }
  }
  v128.store(sums, f32x4.add(a0, b0));
  if (vectors > 1) v128.store(sums, f32x4.add(a1, b1), 16);
  if (vectors > 2) v128.store(sums, f32x4.add(a2, b2), 32);
  if (vectors > 3) v128.store(sums, f32x4.add(a3, b3), 48);
}

/** Adds δxᵀ of one image to the gradients of the rows of its lit pixels. */
export function addSparseGradients(
  offsets: usize,
  values: usize,
  count: i32,
  gradients: usize,
  deltas: usize,
  paddedOutputs: i32,
): void {
  const bytes = <usize>paddedOutputs << 2;
  let column: usize = 0;
  for (; column + 64 <= bytes; column += 64) gradientBlock(4, offsets, values, count, gradients + column, deltas + column);
  const rest = bytes - column;
  if (rest == 48) gradientBlock(3, offsets, values, count, gradients + column, deltas + column);
  if (rest == 32) gradientBlock(2, offsets, values, count, gradients + column, deltas + column);
  if (rest == 16) gradientBlock(1, offsets, values, count, gradients + column, deltas + column);
}

// @ts-ignore: decorator
@inline
function gradientBlock(vectors: i32, offsets: usize, values: usize, count: i32, gradients: usize, deltas: usize): void {
  const d0 = v128.load(deltas);
  const d1 = vectors > 1 ? v128.load(deltas, 16) : d0;
  const d2 = vectors > 2 ? v128.load(deltas, 32) : d0;
  const d3 = vectors > 3 ? v128.load(deltas, 48) : d0;
  const end = offsets + (<usize>count << 2);
  for (; offsets < end; offsets += 4, values += 4) {
    const g = gradients + <usize>load<u32>(offsets);
    const x = v128.load32_splat(values);
    v128.store(g, f32x4.add(v128.load(g), f32x4.mul(x, d0)));
    if (vectors > 1) v128.store(g, f32x4.add(v128.load(g, 16), f32x4.mul(x, d1)), 16);
    if (vectors > 2) v128.store(g, f32x4.add(v128.load(g, 32), f32x4.mul(x, d2)), 32);
    if (vectors > 3) v128.store(g, f32x4.add(v128.load(g, 48), f32x4.mul(x, d3)), 48);
  }
}
