/**
 * Constant vectors, kept in memory. V8 makes a constant anew wherever it is used, three instructions each time and within
 * loops, too; what was loaded before a loop stays in a register.
 */

/** How many bytes of the scratch they take; mirrored by `CONSTANT_BYTES` in src/pool/layout.ts. */
// @ts-ignore: decorator
@inline export const CONSTANT_BYTES: usize = 256;

/** Offsets of the vectors, 16 bytes each. */
// @ts-ignore: decorator
@inline export const LOW_BYTES: usize = 0;
// @ts-ignore: decorator
@inline export const LEAST_EXPONENT: usize = 16;
// @ts-ignore: decorator
@inline export const GREATEST_EXPONENT: usize = 32;
// @ts-ignore: decorator
@inline export const ROUNDING: usize = 48;
/** The polynomial of `exp2`, five vectors, from the highest power down. */
// @ts-ignore: decorator
@inline export const POLYNOMIAL: usize = 64;
// @ts-ignore: decorator
@inline export const ONE: usize = 144;
// @ts-ignore: decorator
@inline export const MINUS_LOG2_E: usize = 160;
// @ts-ignore: decorator
@inline export const LOG2_E: usize = 176;
// @ts-ignore: decorator
@inline export const TWICE_LOG2_E: usize = 192;
// @ts-ignore: decorator
@inline export const TWO: usize = 208;

/** Writes them; to be called before anything else uses the scratch. */
export function writeConstants(at: usize): void {
  v128.store(at, i16x8.splat(255), LOW_BYTES);
  v128.store(at, f32x4.splat(-126), LEAST_EXPONENT);
  v128.store(at, f32x4.splat(126), GREATEST_EXPONENT);
  // 1.5 * 2^23.
  v128.store(at, f32x4.splat(12582912), ROUNDING);
  // The minimax polynomial of degree 4 for the relative error of 2^x on [-0.5, 0.5], which is 3e-6.
  v128.store(at, f32x4.splat(9.5701019e-3), POLYNOMIAL);
  v128.store(at, f32x4.splat(5.59178603e-2), POLYNOMIAL + 16);
  v128.store(at, f32x4.splat(2.40247448e-1), POLYNOMIAL + 32);
  v128.store(at, f32x4.splat(6.93121815e-1), POLYNOMIAL + 48);
  v128.store(at, f32x4.splat(9.99999261e-1), POLYNOMIAL + 64);
  v128.store(at, f32x4.splat(1), ONE);
  v128.store(at, f32x4.splat(-1.44269504), MINUS_LOG2_E);
  v128.store(at, f32x4.splat(1.44269504), LOG2_E);
  v128.store(at, f32x4.splat(2.88539008), TWICE_LOG2_E);
  v128.store(at, f32x4.splat(2), TWO);
}
