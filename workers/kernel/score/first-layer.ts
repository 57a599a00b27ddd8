import { LOW_BYTES } from '../common/constants';

/**
 * The first layer, from raw bytes. Digits are mostly black, so the pixels are looked at four at a time and a group of
 * four zeros costs nothing: first the lit groups are listed, without a branch that the data could mispredict, then
 * their weights are added up.
 */

/**
 * Lists the groups of four pixels that are not all zero, as u16: an image has at most 65,536 groups.
 *
 * `table` holds, for each of the 256 patterns of eight groups, the positions of the lit ones as eight u16.
 * Writes up to eight entries past the last one: the list needs that slack. Reads up to 63 bytes past the image.
 *
 * @returns how many groups are lit
 */
export function litGroups(image: usize, groupCount: i32, table: usize, list: usize): i32 {
  const zero = i32x4.splat(0);
  let end = list;
  let first = i16x8.splat(0);
  const eight = i16x8.splat(8);
  for (let group = 0; group < groupCount; group += 16) {
    const at = image + (<usize>group << 2);
    const a = i16x8.narrow_i32x4_s(i32x4.eq(v128.load(at), zero), i32x4.eq(v128.load(at, 16), zero));
    const b = i16x8.narrow_i32x4_s(i32x4.eq(v128.load(at, 32), zero), i32x4.eq(v128.load(at, 48), zero));
    let lit = i8x16.bitmask(i8x16.narrow_i16x8_s(a, b)) ^ 0xffff;
    if (group + 16 > groupCount) lit &= (1 << (groupCount - group)) - 1;
    const low = lit & 255;
    const high = lit >> 8;
    v128.store(end, i16x8.add(v128.load(table + (<usize>low << 4)), first));
    end += <usize>i32.popcnt(low) << 1;
    first = i16x8.add(first, eight);
    v128.store(end, i16x8.add(v128.load(table + (<usize>high << 4)), first));
    end += <usize>i32.popcnt(high) << 1;
    first = i16x8.add(first, eight);
  }
  return <i32>((end - list) >> 1);
}

/**
 * 16 neurons on one image, int16 weights by uint8 pixels.
 *
 * The groups are those of the list, or, where `isDense` (a constant to the compiler), the first `groups` without one:
 * for images that are mostly lit, a list only costs.
 *
 * `weights`: for each group 128 bytes: pixels 0 and 2 interleaved for 16 neurons, then pixels 1 and 3.
 * The sums fit an int32 by the choice of the scales. Writes 16 float32 to `sums`: scale * integer sum + bias.
 */
// @ts-ignore: decorator
@inline export function quantizedBlock(
  isDense: bool, constants: usize, image: usize, list: usize, groups: i32, weights: usize, scales: usize,
  biases: usize, sums: usize
): void {
  const lowBytes = v128.load(constants, LOW_BYTES);
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  for (let i: usize = 0; i < <usize>groups; i++) {
    const group = isDense ? i : <usize>load<u16>(list + (i << 1));
    const four = v128.load32_splat(image + (group << 2));
    const first = v128.and(four, lowBytes);
    const second = i16x8.shr_u(four, 8);
    const w = weights + (group << 7);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(first, v128.load(w)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(first, v128.load(w, 16)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(first, v128.load(w, 32)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(first, v128.load(w, 48)));
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(second, v128.load(w, 64)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(second, v128.load(w, 80)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(second, v128.load(w, 96)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(second, v128.load(w, 112)));
  }
  storeScaled(s0, scales, biases, sums);
  storeScaled(s1, scales + 16, biases + 16, sums + 16);
  storeScaled(s2, scales + 32, biases + 32, sums + 32);
  storeScaled(s3, scales + 48, biases + 48, sums + 48);
}

// @ts-ignore: decorator
@inline function storeScaled(sum: v128, scale: usize, bias: usize, target: usize): void {
  v128.store(target, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scale)), v128.load(bias)));
}

/**
 * 16 neurons on the lit groups of one image, float32 weights: for networks whose weights int16 cannot hold well enough.
 *
 * `weights`: for each group 256 bytes: 16 float32 for each of its four pixels.
 */
// @ts-ignore: decorator
@inline export function floatBlock(
  image: usize, list: usize, groups: i32, weights: usize, biases: usize, sums: usize
): void {
  let s0 = v128.load(biases);
  let s1 = v128.load(biases, 16);
  let s2 = v128.load(biases, 32);
  let s3 = v128.load(biases, 48);
  for (let entry: usize = 0; entry < <usize>groups; entry++) {
    const group = <usize>load<u16>(list + (entry << 1));
    const pixels = image + (group << 2);
    let w = weights + (group << 8);
    for (let i: usize = 0; i < 4; i++, w += 64) {
      const x = f32x4.splat(<f32>load<u8>(pixels + i));
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(w)));
      s1 = f32x4.add(s1, f32x4.mul(x, v128.load(w, 16)));
      s2 = f32x4.add(s2, f32x4.mul(x, v128.load(w, 32)));
      s3 = f32x4.add(s3, f32x4.mul(x, v128.load(w, 48)));
    }
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
}
