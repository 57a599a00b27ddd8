import { EIGHT_BYTES, EIGHT_WORDS } from '../common/constants';

/**
 * Lists the lit pixels of an image or of a part of one, without a branch that the data could mispredict: where they lie
 * (u16) and what they are (u8). Black ones, at 0, follow up to a multiple of four at least.
 *
 * `table`: for each of the 256 patterns of eight pixels the positions of the lit ones, as eight u16. Reads up to 15 bytes
 * past the pixels, writes up to 8 entries past the last one.
 *
 * @param count     how many pixels, at most `MOST_POSITIONS`
 * @param constants see constants.ts
 * @returns how many were listed, a multiple of 4
 */
export function listLit(
  pixels: usize, count: i32, table: usize, constants: usize, positions: usize, values: usize
): i32 {
  const zero = i32x4.splat(0);
  const eight = v128.load(constants, EIGHT_WORDS);
  const upper = v128.load(constants, EIGHT_BYTES);
  let first = zero;
  let end = values;
  for (let at = 0; at < count; at += 16) {
    const bytes = v128.load(pixels + <usize>at);
    let lit = i8x16.bitmask(i8x16.eq(bytes, zero)) ^ 0xffff;
    if (at + 16 > count) lit &= (1 << (count - at)) - 1;
    const low = v128.load(table + (<usize>(lit & 255) << 4));
    const high = v128.load(table + (<usize>(lit >> 8) << 4));
    v128.store(positions + ((end - values) << 1), i16x8.add(low, first));
    v128.store64_lane(end, i8x16.swizzle(bytes, i8x16.narrow_i16x8_u(low, low)), 0);
    end += <usize>i32.popcnt(lit & 255);
    first = i16x8.add(first, eight);
    v128.store(positions + ((end - values) << 1), i16x8.add(high, first));
    v128.store64_lane(end, i8x16.swizzle(bytes, i8x16.add(i8x16.narrow_i16x8_u(high, high), upper)), 0);
    end += <usize>i32.popcnt(lit >> 8);
    first = i16x8.add(first, eight);
  }
  v128.store(positions + ((end - values) << 1), zero);
  v128.store64_lane(end, zero, 0);
  return (<i32>(end - values) + 3) & ~3;
}
