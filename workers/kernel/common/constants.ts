/**
 * Constant vectors, kept in memory. V8 makes a constant anew wherever it is used, three instructions each time and within
 * loops, too, and so it does with a splat; what was loaded before a loop stays in a register.
 */

// Offsets of the vectors, 16 bytes each; all of them take `CONSTANT_BYTES`.
export const LEAST_EXPONENT: usize = 0;
export const GREATEST_EXPONENT: usize = 16;
export const ROUNDING: usize = 32;
export const ONE: usize = 48;
export const TWO: usize = 64;
export const MINUS_LOG2_E: usize = 80;
export const LOG2_E: usize = 96;
export const TWICE_LOG2_E: usize = 112;
/** The polynomials of `exp2`: five vectors each, from the highest power down. */
export const COARSE_POLYNOMIAL: usize = 128;
export const FINE_POLYNOMIAL: usize = 208;
/** The low byte of each 16 bits. */
export const LOW_BYTES: usize = 288;
/** All bits but the sign's. */
export const MAGNITUDE: usize = 304;
export const NEGLIGIBLE: usize = 320;
export const BRIGHTNESS: usize = 336;
/** Eights of 16 and of 8 bits. */
export const EIGHT_WORDS: usize = 352;
export const EIGHT_BYTES: usize = 368;

/** Writes them; to be called before anything that uses them. */
export function writeConstants(at: usize): void {
  v128.store(at, f32x4.splat(-126), LEAST_EXPONENT);
  v128.store(at, f32x4.splat(126), GREATEST_EXPONENT);
  // 1.5 * 2^23.
  v128.store(at, f32x4.splat(12582912), ROUNDING);
  v128.store(at, f32x4.splat(1), ONE);
  v128.store(at, f32x4.splat(2), TWO);
  v128.store(at, f32x4.splat(-1.44269504), MINUS_LOG2_E);
  v128.store(at, f32x4.splat(1.44269504), LOG2_E);
  v128.store(at, f32x4.splat(2.88539008), TWICE_LOG2_E);
  // The minimax polynomial of degree 4 for the relative error of 2^x on [-0.5, 0.5], which is 3e-6.
  v128.store(at, f32x4.splat(9.5701019e-3), COARSE_POLYNOMIAL);
  v128.store(at, f32x4.splat(5.59178603e-2), COARSE_POLYNOMIAL + 16);
  v128.store(at, f32x4.splat(2.40247448e-1), COARSE_POLYNOMIAL + 32);
  v128.store(at, f32x4.splat(6.93121815e-1), COARSE_POLYNOMIAL + 48);
  v128.store(at, f32x4.splat(9.99999261e-1), COARSE_POLYNOMIAL + 64);
  // Of degree 5, but for its last term, which is 1: 3e-7.
  v128.store(at, f32x4.splat(1.33390055e-3), FINE_POLYNOMIAL);
  v128.store(at, f32x4.splat(9.61804886e-3), FINE_POLYNOMIAL + 16);
  v128.store(at, f32x4.splat(5.55036691e-2), FINE_POLYNOMIAL + 32);
  v128.store(at, f32x4.splat(2.40226510e-1), FINE_POLYNOMIAL + 48);
  v128.store(at, f32x4.splat(6.93147181e-1), FINE_POLYNOMIAL + 64);
  v128.store(at, i16x8.splat(255), LOW_BYTES);
  v128.store(at, i32x4.splat(0x7fffffff), MAGNITUDE);
  // Left alone a moment would shrink to a subnormal number, which slows a processor down.
  v128.store(at, f32x4.splat(1e-30), NEGLIGIBLE);
  v128.store(at, f32x4.splat(1.0 / 255.0), BRIGHTNESS);
  v128.store(at, i16x8.splat(8), EIGHT_WORDS);
  v128.store(at, i8x16.splat(8), EIGHT_BYTES);
}
