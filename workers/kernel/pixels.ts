/**
 * The first layer, from raw bytes. Digits are mostly black, so the pixels are looked at four at a time and a group of
 * four zeros costs nothing: first the lit groups are listed, without a branch that the data could mispredict, then
 * their weights are added up.
 */

/**
 * Lists the groups of four pixels that are not all zero, as u16: an image has at most 65,536 groups.
 *
 * `table` holds, for each of the 256 patterns of eight groups, the positions of the lit ones as eight u16.
 * Writes up to eight entries past the last one: the list needs that slack. Reads up to 31 bytes past the image.
 *
 * @returns how many groups are lit
 */
export function litGroups(image: usize, groupCount: i32, table: usize, list: usize): i32 {
  const zero = i32x4.splat(0);
  let end = list;
  for (let group = 0; group < groupCount; group += 8) {
    const at = image + (<usize>group << 2);
    const low = i32x4.ne(v128.load(at), zero);
    const high = i32x4.ne(v128.load(at, 16), zero);
    let lit = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(low, high), zero));
    // Behind the last group lie the next image's pixels.
    if (group + 8 > groupCount) lit &= (1 << (groupCount - group)) - 1;
    v128.store(end, i16x8.add(v128.load(table + (<usize>lit << 4)), i16x8.splat(<i16>group)));
    end += <usize>i32.popcnt(lit) << 1;
  }
  return <i32>((end - list) >> 1);
}

/**
 * 16 neurons on one image, int16 weights by uint8 pixels.
 *
 * The groups are those of the list, or, where `isDense` (a constant to the compiler), the first `groups` without one:
 * for images that are mostly lit, a list only costs.
 *
 * `weights`: for each group 128 bytes: pixels 0 and 1 interleaved for 16 neurons, then pixels 2 and 3.
 * The sums fit an int32 by the choice of the scales. Writes 16 float32 to `sums`: scale * integer sum + bias.
 */
// @ts-ignore: decorator
@inline
export function quantizedBlock(
  isDense: bool,
  image: usize,
  list: usize,
  groups: i32,
  weights: usize,
  scales: usize,
  biases: usize,
  sums: usize,
): void {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  for (let i: usize = 0; i < <usize>groups; i++) {
    const group = isDense ? i : <usize>load<u16>(list + (i << 1));
    const four = i16x8.extend_low_i8x16_u(v128.load32_zero(image + (group << 2)));
    const first = v128.shuffle<i32>(four, four, 0, 0, 0, 0);
    const second = v128.shuffle<i32>(four, four, 1, 1, 1, 1);
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
@inline
function storeScaled(sum: v128, scale: usize, bias: usize, target: usize): void {
  v128.store(target, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scale)), v128.load(bias)));
}

/**
 * 16 neurons on the lit groups of one image, float32 weights: for networks whose weights int16 cannot hold well enough.
 *
 * `weights`: for each group 256 bytes: 16 float32 for each of its four pixels.
 */
// @ts-ignore: decorator
@inline
export function floatBlock(
  image: usize,
  list: usize,
  groups: i32,
  weights: usize,
  biases: usize,
  sums: usize,
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
