import * as VECTOR from './constants';
import { RELU, SIGMOID, SOFTMAX, TANH } from './offsets';
import { ROW } from './tile';

/**
 * Applies a layer's activation function in place to `(outputs, TILE_IMAGES)` float32, all columns of it.
 *
 * @param isFine     a constant to the compiler: whether powers are to a relative error of 3e-7, not of 3e-6, as training
 *   wants them: a gradient is a difference of such numbers, and the bundled networks are to come out the same again
 * @param constants  see constants.ts
 */
// @ts-ignore: decorator
@inline export function activate(isFine: bool, activation: i32, values: usize, outputs: i32, constants: usize): void {
  const end = values + <usize>outputs * ROW;
  if (activation == SIGMOID) {
    sigmoid(isFine, false, values, end, constants);
  } else if (activation == RELU) {
    for (let at = values; at < end; at += 16) v128.store(at, f32x4.pmax(f32x4.splat(0), v128.load(at)));
  } else if (activation == TANH) {
    sigmoid(isFine, true, values, end, constants);
  } else if (activation == SOFTMAX) {
    for (let column: usize = 0; column < ROW; column += 16) softmax(isFine, values + column, end, constants);
  }
}

/** 1 / (1 + e^-x) = 1 / (1 + 2^(-x log2 e)), or, where `isTanh` (a constant to the compiler), 1 - 2 / (1 + e^2x). */
// @ts-ignore: decorator
@inline function sigmoid(isFine: bool, isTanh: bool, values: usize, end: usize, constants: usize): void {
  const factor = isTanh ? v128.load(constants, VECTOR.TWICE_LOG2_E) : v128.load(constants, VECTOR.MINUS_LOG2_E);
  const least = v128.load(constants, VECTOR.LEAST_EXPONENT);
  const greatest = v128.load(constants, VECTOR.GREATEST_EXPONENT);
  const rounding = v128.load(constants, VECTOR.ROUNDING);
  const polynomial = constants + (isFine ? VECTOR.FINE_POLYNOMIAL : VECTOR.COARSE_POLYNOMIAL);
  const a = v128.load(polynomial);
  const b = v128.load(polynomial, 16);
  const c = v128.load(polynomial, 32);
  const d = v128.load(polynomial, 48);
  const e = v128.load(polynomial, 64);
  const one = v128.load(constants, VECTOR.ONE);
  const two = isTanh ? v128.load(constants, VECTOR.TWO) : one;
  for (let at = values; at < end; at += 16) {
    const t = f32x4.mul(v128.load(at), factor);
    const sum = f32x4.add(one, exp2(isFine, t, least, greatest, rounding, a, b, c, d, e, one));
    v128.store(at, isTanh ? f32x4.sub(one, f32x4.div(two, sum)) : f32x4.div(one, sum));
  }
}

/** Softmax of four images, the largest subtracted first so that nothing overflows. */
// @ts-ignore: decorator
@inline function softmax(isFine: bool, values: usize, end: usize, constants: usize): void {
  const factor = v128.load(constants, VECTOR.LOG2_E);
  const least = v128.load(constants, VECTOR.LEAST_EXPONENT);
  const greatest = v128.load(constants, VECTOR.GREATEST_EXPONENT);
  const rounding = v128.load(constants, VECTOR.ROUNDING);
  const polynomial = constants + (isFine ? VECTOR.FINE_POLYNOMIAL : VECTOR.COARSE_POLYNOMIAL);
  const a = v128.load(polynomial);
  const b = v128.load(polynomial, 16);
  const c = v128.load(polynomial, 32);
  const d = v128.load(polynomial, 48);
  const e = v128.load(polynomial, 64);
  const one = v128.load(constants, VECTOR.ONE);
  let largest = v128.load(values);
  for (let at = values + ROW; at < end; at += ROW) largest = f32x4.pmax(largest, v128.load(at));
  let sum = f32x4.splat(0);
  for (let at = values; at < end; at += ROW) {
    const t = f32x4.mul(f32x4.sub(v128.load(at), largest), factor);
    const power = exp2(isFine, t, least, greatest, rounding, a, b, c, d, e, one);
    v128.store(at, power);
    sum = f32x4.add(sum, power);
  }
  for (let at = values; at < end; at += ROW) v128.store(at, f32x4.div(v128.load(at), sum));
}

/**
 * 2^t, t clamped to where float32 can hold the result.
 *
 * @param a the polynomial's coefficient of the highest power, and so on to `e`
 */
// @ts-ignore: decorator
@inline function exp2(
  isFine: bool, t: v128, least: v128, greatest: v128, rounding: v128, a: v128, b: v128, c: v128, d: v128,
  e: v128, one: v128
): v128 {
  // t = whole + part: the whole goes into the exponent's bits, 2^part is a polynomial on [-0.5, 0.5].
  t = f32x4.pmin(greatest, f32x4.pmax(least, t));
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits: cheaper than a conversion.
  const rounded = f32x4.add(t, rounding);
  const part = f32x4.sub(t, f32x4.sub(rounded, rounding));
  let p: v128;
  if (isFine) {
    p = f32x4.add(f32x4.mul(a, part), b);
    p = f32x4.add(f32x4.mul(p, part), c);
    p = f32x4.add(f32x4.mul(p, part), d);
    p = f32x4.add(f32x4.mul(p, part), e);
    p = f32x4.add(f32x4.mul(p, part), one);
  } else {
    // By halves (Estrin): one multiplication more than by Horner's rule, but a chain half as long.
    const square = f32x4.mul(part, part);
    const low = f32x4.add(f32x4.mul(d, part), e);
    const high = f32x4.add(f32x4.mul(b, part), c);
    p = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(a, square), high), square), low);
  }
  return i32x4.add(p, i32x4.shl(rounded, 23));
}
