/**
 * Whole numbers, text in, pixels out: 64 bytes at a time, without a branch that the text could mispredict.
 *
 * For each byte the kernel works out the number that would end there, from the three bytes before it, and moves together
 * those that end at a delimiter. It gathers all that is odd, and looks at it once. Each block begins after a delimiter: so a
 * number never depends on the block before.
 */

const LINE_FEED: i8 = 0x0a;
const CARRIAGE_RETURN: i8 = 0x0d;
/** A block of numbers of one digit each. */
const ONE_DIGIT_EACH: u64 = 0xaaaaaaaaaaaaaaaa;

/**
 * Reads `count` whole numbers from 0 to 255 of one to three digits each, parted by `delimiter`.
 *
 * Stops within 64 bytes of anything that is no such text: so it reads up to 127 bytes after it. Writes up to 16 bytes
 * after the pixels.
 *
 * @param table  see src/engine/text/compression-table.ts
 * @param pixels `(count)` u8
 * @returns where a delimiter or line end follows the last number, or 0 where something else stands there
 */
export function plainPixels(text: usize, delimiter: i32, count: i32, pixels: usize, table: usize): usize {
  const end = pixels + <usize>count;
  const parting = i8x16.splat(<i8>delimiter);
  const zero = i8x16.splat(0x30);
  const black = i8x16.splat(0);
  let at = text;
  let pixel = pixels;
  let largest = black;
  let largestThird = black;
  let tooLarge = black;
  for (;;) {
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    const b2 = v128.load(at, 32);
    const b3 = v128.load(at, 48);
    let p0 = i8x16.eq(b0, parting);
    let p1 = i8x16.eq(b1, parting);
    let p2 = i8x16.eq(b2, parting);
    let p3 = i8x16.eq(b3, parting);
    let d0 = v128.andnot(i8x16.sub(b0, zero), p0);
    let d1 = v128.andnot(i8x16.sub(b1, zero), p1);
    let d2 = v128.andnot(i8x16.sub(b2, zero), p2);
    let d3 = v128.andnot(i8x16.sub(b3, zero), p3);
    let mask = maskOf(p0, p1, p2, p3);
    // A quarter of a digit's text, above and below it: two branches that are mispredicted, for seven blocks of work.
    if (mask == ONE_DIGIT_EACH) {
      // Stored before the conditions, so that no compiler makes one condition of them, to be worked out in every block.
      v128.store(pixel, black);
      if (!v128.any_true(v128.or(v128.or(d0, d1), v128.or(d2, d3)))) {
        if (pixel + 32 < end) {
          v128.store(pixel, black, 16);
          pixel += 32;
          at += 64;
          continue;
        }
      }
    }
    let last: u64 = 0;
    if (pixel + <usize>i64.popcnt(mask) + 1 >= end) {
      // Here the last number may end, at a delimiter or a line end: if so, what follows it does not count.
      const e0 = lineEnds(b0);
      const e1 = lineEnds(b1);
      const e2 = lineEnds(b2);
      const e3 = lineEnds(b3);
      const ends = maskOf(e0, e1, e2, e3);
      const rest = <i32>(end - pixel);
      if (<i32>i64.popcnt(mask | ends) >= rest) {
        const place = placeOfBit(mask | ends, rest - 1);
        last = <u64>1 << place;
        if (ends & (last - 1)) return 0;
        const k0 = upTo(place);
        const k1 = upTo(place - 16);
        const k2 = upTo(place - 32);
        const k3 = upTo(place - 48);
        p0 = v128.and(v128.or(p0, e0), k0);
        p1 = v128.and(v128.or(p1, e1), k1);
        p2 = v128.and(v128.or(p2, e2), k2);
        p3 = v128.and(v128.or(p3, e3), k3);
        d0 = v128.and(v128.andnot(d0, e0), k0);
        d1 = v128.and(v128.andnot(d1, e1), k1);
        d2 = v128.and(v128.andnot(d2, e2), k2);
        d3 = v128.and(v128.andnot(d3, e3), k3);
        mask = (mask | ends) & (last | (last - 1));
      }
    }
    // Before a number there is no digit more than three, and at least one.
    const one = (mask << 1) | 1;
    const two = (mask << 2) | 3;
    const three = (mask << 3) | 7;
    // After the last delimiter a number begins that the next block has as a whole.
    const after = i64.clz(mask);
    if (((mask & one) | ~(mask | one | two | three)) << after) return 0;
    if (mask == 0) return 0;

    const t0 = thirds(black, d0, i8x16.splat(-1), p0);
    const t1 = thirds(d0, d1, p0, p1);
    const t2 = thirds(d1, d2, p1, p2);
    const t3 = thirds(d2, d3, p2, p3);
    const h0 = i16x8.mul(t0, i16x8.splat(100));
    const h1 = i16x8.mul(t1, i16x8.splat(100));
    const h2 = i16x8.mul(t2, i16x8.splat(100));
    const h3 = i16x8.mul(t3, i16x8.splat(100));
    const n0 = numbers(black, d0, h0);
    const n1 = numbers(d0, d1, h1);
    const n2 = numbers(d1, d2, h2);
    const n3 = numbers(d2, d3, h3);
    largest = i8x16.max_u(largest, i8x16.max_u(i8x16.max_u(d0, d1), i8x16.max_u(d2, d3)));
    largestThird = i8x16.max_u(largestThird, i8x16.max_u(i8x16.max_u(t0, t1), i8x16.max_u(t2, t3)));
    // A sum beyond 255 has lost 256.
    tooLarge = v128.or(tooLarge, v128.or(i8x16.sub_sat_u(h0, n0), i8x16.sub_sat_u(h1, n1)));
    tooLarge = v128.or(tooLarge, v128.or(i8x16.sub_sat_u(h2, n2), i8x16.sub_sat_u(h3, n3)));

    pixel = compress(n0, <i32>(mask & 0xffff), table, pixel);
    pixel = compress(n1, <i32>((mask >> 16) & 0xffff), table, pixel);
    pixel = compress(n2, <i32>((mask >> 32) & 0xffff), table, pixel);
    pixel = compress(n3, <i32>(mask >> 48), table, pixel);
    if (last) {
      at += <usize>i64.ctz(last);
      break;
    }
    at += <usize>(64 - after);
  }
  const isDigits = i8x16.all_true(i8x16.lt_u(largest, i8x16.splat(10)));
  const isByte = i8x16.all_true(i8x16.lt_u(largestThird, i8x16.splat(3))) && !v128.any_true(tooLarge);
  return isDigits && isByte ? at : 0;
}

/** A bit for each of 64 bytes. */
// @ts-ignore: decorator
@inline export function maskOf(p0: v128, p1: v128, p2: v128, p3: v128): u64 {
  return (
    <u64>i8x16.bitmask(p0) |
    (<u64>i8x16.bitmask(p1) << 16) |
    (<u64>i8x16.bitmask(p2) << 32) |
    (<u64>i8x16.bitmask(p3) << 48)
  );
}

// @ts-ignore: decorator
@inline function lineEnds(bytes: v128): v128 {
  return v128.or(i8x16.eq(bytes, i8x16.splat(LINE_FEED)), i8x16.eq(bytes, i8x16.splat(CARRIAGE_RETURN)));
}

/** All ones in the bytes up to a place, which may lie before them or after. */
// @ts-ignore: decorator
@inline function upTo(place: i32): v128 {
  return i8x16.le_s(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>place));
}

/** Where the bit stands that has `before` set ones before it. */
function placeOfBit(mask: u64, before: i32): i32 {
  let place = 0;
  for (let width = 32; width >= 8; width >>= 1) {
    const found = <i32>i64.popcnt(mask & ((<u64>1 << width) - 1));
    if (before >= found) {
      before -= found;
      mask >>= width;
      place += width;
    }
  }
  for (; before > 0; before--) mask &= mask - 1;
  return place + <i32>i64.ctz(mask);
}

/** For each delimiter the third digit before it, or 0 where its number has fewer; 0 in all other places. */
// @ts-ignore: decorator
@inline function thirds(before: v128, digits: v128, partsBefore: v128, parts: v128): v128 {
  const third = v128.shuffle<i8>(before, digits, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const isShort = v128.shuffle<i8>(partsBefore, parts, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  return v128.and(v128.andnot(third, isShort), parts);
}

/** For each delimiter the number before it. As 16-bit lanes can be multiplied only: what is below 256 stays in its byte. */
// @ts-ignore: decorator
@inline function numbers(before: v128, digits: v128, hundreds: v128): v128 {
  const first = v128.shuffle<i8>(before, digits, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const second = v128.shuffle<i8>(before, digits, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  return i8x16.add(i8x16.add(first, i16x8.mul(second, i16x8.splat(10))), hundreds);
}

/** Writes those bytes one after the other whose bits are set, at most eight, and returns where they end. */
// @ts-ignore: decorator
@inline function compress(bytes: v128, mask: i32, table: usize, target: usize): usize {
  v128.store(target, i8x16.swizzle(bytes, v128.load64_zero(table + (<usize>mask << 3))));
  return target + <usize>i32.popcnt(mask);
}
