/**
 * Constant vectors, kept in memory. V8 makes a constant anew wherever it is used, three instructions each time and within
 * loops, too, and so it does with a splat; what was loaded before a loop stays in a register.
 */

/** Offsets of the vectors, 16 bytes each; all of them take `CONSTANT_BYTES` of src/training/layout.ts. */
// @ts-ignore: decorator
@inline export const LEAST_EXPONENT: usize = 0;
// @ts-ignore: decorator
@inline export const GREATEST_EXPONENT: usize = 16;
// @ts-ignore: decorator
@inline export const ROUNDING: usize = 32;
/** The polynomial of `exp2` but for its last term, which is 1: five vectors, from the highest power down. */
// @ts-ignore: decorator
@inline export const POLYNOMIAL: usize = 48;
// @ts-ignore: decorator
@inline export const ONE: usize = 128;
// @ts-ignore: decorator
@inline export const TWO: usize = 144;
// @ts-ignore: decorator
@inline export const MINUS_LOG2_E: usize = 160;
// @ts-ignore: decorator
@inline export const LOG2_E: usize = 176;
// @ts-ignore: decorator
@inline export const TWICE_LOG2_E: usize = 192;
/** All bits but the sign's. */
// @ts-ignore: decorator
@inline export const MAGNITUDE: usize = 208;
// @ts-ignore: decorator
@inline export const NEGLIGIBLE: usize = 224;
// @ts-ignore: decorator
@inline export const BRIGHTNESS: usize = 240;
/** Eights of 16 and of 8 bits. */
// @ts-ignore: decorator
@inline export const EIGHT_WORDS: usize = 256;
// @ts-ignore: decorator
@inline export const EIGHT_BYTES: usize = 272;

/** Writes them; to be called before anything else of the kernel. */
export function writeConstants(at: usize): void {
  v128.store(at, f32x4.splat(-126), LEAST_EXPONENT);
  v128.store(at, f32x4.splat(126), GREATEST_EXPONENT);
  // 1.5 * 2^23.
  v128.store(at, f32x4.splat(12582912), ROUNDING);
  v128.store(at, f32x4.splat(1.33390055e-3), POLYNOMIAL);
  v128.store(at, f32x4.splat(9.61804886e-3), POLYNOMIAL + 16);
  v128.store(at, f32x4.splat(5.55036691e-2), POLYNOMIAL + 32);
  v128.store(at, f32x4.splat(2.40226510e-1), POLYNOMIAL + 48);
  v128.store(at, f32x4.splat(6.93147181e-1), POLYNOMIAL + 64);
  v128.store(at, f32x4.splat(1), ONE);
  v128.store(at, f32x4.splat(2), TWO);
  v128.store(at, f32x4.splat(-1.44269504), MINUS_LOG2_E);
  v128.store(at, f32x4.splat(1.44269504), LOG2_E);
  v128.store(at, f32x4.splat(2.88539008), TWICE_LOG2_E);
  v128.store(at, i32x4.splat(0x7fffffff), MAGNITUDE);
  // Left alone a moment would shrink to a subnormal number, which slows a processor down.
  v128.store(at, f32x4.splat(1e-30), NEGLIGIBLE);
  v128.store(at, f32x4.splat(1.0 / 255.0), BRIGHTNESS);
  v128.store(at, i16x8.splat(8), EIGHT_WORDS);
  v128.store(at, i8x16.splat(8), EIGHT_BYTES);
}
