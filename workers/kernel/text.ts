/**
 * Rows of plain whole numbers, as most CSV of images is: text in, pixels out. Whatever is not plain is left to others.
 */

/**
 * Reads `count` whole numbers from 0 to 255 of one to three digits each, parted by `delimiter`.
 *
 * Digits are mostly black: eight zeros in a row are seen at once. Reads up to 31 bytes past the last number; the caller makes
 * sure that what was taken lies before the end of its text.
 *
 * @param pixels `(count)` u8
 * @returns where the last number ends, or 0 where something else stands there
 */
export function plainPixels(text: usize, delimiter: i32, count: i32, pixels: usize): usize {
  const zeros = i16x8.splat(<i16>(0x30 | (delimiter << 8)));
  const fourZeros = i64x2.extract_lane(zeros, 0);
  let at = text;
  const end = pixels + <usize>count;
  let pixel = pixels;
  while (pixel < end) {
    // The last number has no delimiter behind it: so one more must follow those that are taken together.
    while (pixel + 16 < end && v128.any_true(v128.xor(v128.load(at), zeros)) == false) {
      if (v128.any_true(v128.xor(v128.load(at, 16), zeros))) {
        store<u64>(pixel, 0);
        pixel += 8;
        at += 16;
        break;
      }
      v128.store(pixel, i64x2.splat(0));
      pixel += 16;
      at += 32;
    }
    if (pixel + 4 < end && load<u64>(at) == <u64>fourZeros) {
      store<u32>(pixel, 0);
      pixel += 4;
      at += 8;
    }
    let value = <u32>load<u8>(at) - 48;
    if (value > 9) return 0;
    let digit = <u32>load<u8>(at, 1) - 48;
    at++;
    if (digit <= 9) {
      value = value * 10 + digit;
      digit = <u32>load<u8>(at, 1) - 48;
      at++;
      if (digit <= 9) {
        value = value * 10 + digit;
        at++;
        if (value > 255) return 0;
      }
    }
    store<u8>(pixel, <u8>value);
    pixel++;
    if (pixel < end) {
      if (<i32>load<u8>(at) != delimiter) return 0;
      at++;
    }
  }
  return at;
}
