/**
 * Decimal numbers as tools write them: `0.5`, `255.0`, `1e-05`, `"12"`. What is not certain (a sign, a value that might
 * round either way, anything odd) is left to `parseRow`.
 */

const QUOTE: i32 = 0x22;
const POINT: i32 = 0x2e;
/** Larger ones may not fit 64 bits. */
const MOST_DIGITS: i32 = 19;
/** Powers of ten up to here are exact, and so is what comes of them and whole numbers up to 2^53. */
const MOST_POWER: i32 = 22;
const MOST_EXACT: u64 = 1 << 53;
/** Inexact values are off by less than 1e-15 of their size; nearer than this to a border, they are not taken. */
const MARGIN: f64 = 1e-9;

/** What `readDecimal` has read: a number that is not negative, and whether it is the very double that text stands for. */
export let decimal: f64 = 0;
export let isExact: bool = true;

/**
 * Reads a number, in quotes or not, blanks around it allowed.
 *
 * @returns where the field ends (the caller looks at what stands there), or 0 where it is left to `parseRow`
 */
export function readDecimal(field: usize, delimiter: i32): usize {
  let at = field;
  const isQuoted = <i32>load<u8>(at) == QUOTE;
  if (isQuoted) at++;
  at = skipBlanks(at, delimiter);
  let digits: u64 = 0;
  let significant = 0;
  let power = 0;
  const start = at;
  let digit = <u32>load<u8>(at) - 48;
  for (; digit <= 9; digit = <u32>load<u8>(++at) - 48) {
    if (significant < MOST_DIGITS) {
      digits = digits * 10 + <u64>digit;
      significant += <i32>(digits != 0);
    } else {
      power++;
    }
  }
  let count = at - start;
  if (<i32>load<u8>(at) == POINT) {
    const point = at++;
    digit = <u32>load<u8>(at) - 48;
    for (; digit <= 9; digit = <u32>load<u8>(++at) - 48) {
      if (significant < MOST_DIGITS) {
        digits = digits * 10 + <u64>digit;
        significant += <i32>(digits != 0);
        power--;
      }
    }
    count += at - point - 1;
  }
  if (count == 0) return 0;
  const isCut = significant == MOST_DIGITS && count > <usize>MOST_DIGITS;
  if ((<i32>load<u8>(at) | 0x20) == 0x65) {
    at++;
    const sign = <i32>load<u8>(at);
    if (sign == 0x2b || sign == 0x2d) at++;
    let exponent = 0;
    const first = at;
    digit = <u32>load<u8>(at) - 48;
    for (; digit <= 9; digit = <u32>load<u8>(++at) - 48) exponent = min(exponent * 10 + <i32>digit, 10_000);
    if (at == first) return 0;
    power += sign == 0x2d ? -exponent : exponent;
  }
  at = skipBlanks(at, delimiter);
  if (isQuoted) {
    if (<i32>load<u8>(at) != QUOTE) return 0;
    at++;
  }
  // Zeros at the end, as many tools write them, make nothing inexact.
  while (digits > MOST_EXACT && digits % 10 == 0) {
    digits /= 10;
    power++;
  }
  isExact = !isCut && digits <= MOST_EXACT;
  if (digits == 0) {
    decimal = 0;
    return at;
  }
  if (power == 0) {
    decimal = <f64>digits;
    return at;
  }
  if (power > MOST_POWER || power < -2 * MOST_POWER) return 0;
  if (power > 0) {
    decimal = <f64>digits * tenTo(power);
  } else if (power >= -MOST_POWER) {
    decimal = <f64>digits / tenTo(-power);
  } else {
    isExact = false;
    decimal = <f64>digits / tenTo(MOST_POWER) / tenTo(-power - MOST_POWER);
  }
  return at;
}

/**
 * Reads `count` pixels from 0 (black) to `white`.
 *
 * @param pixels `(count)` u8: each the nearest of 256 levels
 * @returns where the last one ends, or 0 where one of them is wrong or left to `parseRow`
 */
export function decimalPixels(text: usize, delimiter: i32, count: i32, white: f64, pixels: usize): usize {
  let at = text;
  let hasFraction = false;
  let largest: f64 = 0;
  // Fields are often like the one before, black ones above all: its text with its delimiter, if that is not too long.
  let likeLow: v128 = i64x2.splat(0);
  let likeHigh: v128 = i64x2.splat(0);
  let maskLow: v128 = i64x2.splat(0);
  let maskHigh: v128 = i64x2.splat(0);
  let likeLength: usize = 0;
  let level: u8 = 0;
  const end = pixels + <usize>count;
  for (let pixel = pixels; pixel < end; pixel++) {
    if (likeLength != 0) {
      // The last number may have no delimiter after it: then it is not like the others.
      if (likeLength <= 8) {
        const like = i64x2.extract_lane(likeLow, 0);
        const mask = i64x2.extract_lane(maskLow, 0);
        while (pixel < end && ((load<i64>(at) ^ like) & mask) == 0) {
          store<u8>(pixel++, level);
          at += likeLength;
        }
      } else {
        while (pixel < end) {
          const low = v128.and(v128.xor(v128.load(at), likeLow), maskLow);
          const high = v128.and(v128.xor(v128.load(at, 16), likeHigh), maskHigh);
          if (v128.any_true(v128.or(low, high))) break;
          store<u8>(pixel++, level);
          at += likeLength;
        }
      }
      // All of them are followed by delimiters then; the caller sees what comes after the last.
      if (pixel == end) return isScaled(white, hasFraction, largest) ? at - 1 : 0;
    }
    const field = at;
    at = readDecimal(at, delimiter);
    if (at == 0) return 0;
    const value = decimal;
    const isWhole = Math.floor(value) == value;
    if (!isExact) {
      const isNearWhole = Math.abs(value - Math.floor(value + 0.5)) < MARGIN;
      if (isNearWhole || Math.abs(value - white) < MARGIN * white) return 0;
    }
    if (!(value <= white)) return 0;
    const shifted = (value * 255) / white + 0.5;
    if (!isExact && Math.abs(shifted - Math.floor(shifted + 0.5)) < MARGIN) return 0;
    level = <u8>Math.floor(shifted);
    store<u8>(pixel, level);
    hasFraction = hasFraction || !isWhole;
    largest = max(largest, value);
    if (pixel + 1 == end) return isScaled(white, hasFraction, largest) ? at : 0;
    if (<i32>load<u8>(at) != delimiter) return 0;
    at++;
    likeLength = at - field;
    if (likeLength > 32) {
      likeLength = 0;
    } else {
      likeLow = v128.load(field);
      likeHigh = v128.load(field, 16);
      const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      const length = i8x16.splat(<i8>likeLength);
      maskLow = i8x16.lt_u(places, length);
      maskHigh = i8x16.lt_u(i8x16.add(places, i8x16.splat(16)), length);
    }
  }
  return 0;
}

/** False for pixels that are nearly black, or of another scale: `parseRow` tells which. */
// @ts-ignore: decorator
@inline function isScaled(white: f64, hasFraction: bool, largest: f64): bool {
  return !(white > 1 && hasFraction && largest <= 1);
}

// @ts-ignore: decorator
@inline function skipBlanks(at: usize, delimiter: i32): usize {
  let byte = <i32>load<u8>(at);
  while ((byte == 0x20 || byte == 0x09) && byte != delimiter) byte = <i32>load<u8>(++at);
  return at;
}

/** Exact up to `MOST_POWER`. */
function tenTo(power: i32): f64 {
  let result: f64 = 1;
  let base: f64 = 10;
  for (let rest = power; rest > 0; rest >>= 1) {
    if (rest & 1) result *= base;
    base *= base;
  }
  return result;
}
