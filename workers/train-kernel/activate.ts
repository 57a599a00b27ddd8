import { RELU, SIGMOID, SOFTMAX, TANH } from '../kernel/network';
import {
  GREATEST_EXPONENT,
  LEAST_EXPONENT,
  LOG2_E,
  MINUS_LOG2_E,
  ONE,
  POLYNOMIAL,
  ROUNDING,
  TWICE_LOG2_E,
  TWO,
} from './constants';
import { ROW } from '../kernel/tile';

/**
 * Applies a layer's activation function in place to `(outputs, TILE)` float32, all columns of it.
 *
 * @param constants see constants.ts
 */
export function activate(activation: i32, values: usize, outputs: i32, constants: usize): void {
  const end = values + <usize>outputs * ROW;
  if (activation == SIGMOID) {
    sigmoid(values, end, constants);
  } else if (activation == RELU) {
    for (let at = values; at < end; at += 16) v128.store(at, f32x4.pmax(f32x4.splat(0), v128.load(at)));
  } else if (activation == TANH) {
    tanh(values, end, constants);
  } else if (activation == SOFTMAX) {
    for (let column: usize = 0; column < ROW; column += 16) softmax(values + column, end, constants);
  }
}

/** 1 / (1 + e^-x). */
function sigmoid(values: usize, end: usize, constants: usize): void {
  const factor = v128.load(constants, MINUS_LOG2_E);
  const least = v128.load(constants, LEAST_EXPONENT);
  const greatest = v128.load(constants, GREATEST_EXPONENT);
  const rounding = v128.load(constants, ROUNDING);
  const p5 = v128.load(constants, POLYNOMIAL);
  const p4 = v128.load(constants, POLYNOMIAL + 16);
  const p3 = v128.load(constants, POLYNOMIAL + 32);
  const p2 = v128.load(constants, POLYNOMIAL + 48);
  const p1 = v128.load(constants, POLYNOMIAL + 64);
  const one = v128.load(constants, ONE);
  for (let at = values; at < end; at += 16) {
    const t = f32x4.mul(v128.load(at), factor);
    const e = exp2(t, least, greatest, rounding, p5, p4, p3, p2, p1, one);
    v128.store(at, f32x4.div(one, f32x4.add(one, e)));
  }
}

/** 1 - 2 / (1 + e^2x). */
function tanh(values: usize, end: usize, constants: usize): void {
  const factor = v128.load(constants, TWICE_LOG2_E);
  const least = v128.load(constants, LEAST_EXPONENT);
  const greatest = v128.load(constants, GREATEST_EXPONENT);
  const rounding = v128.load(constants, ROUNDING);
  const p5 = v128.load(constants, POLYNOMIAL);
  const p4 = v128.load(constants, POLYNOMIAL + 16);
  const p3 = v128.load(constants, POLYNOMIAL + 32);
  const p2 = v128.load(constants, POLYNOMIAL + 48);
  const p1 = v128.load(constants, POLYNOMIAL + 64);
  const one = v128.load(constants, ONE);
  const two = v128.load(constants, TWO);
  for (let at = values; at < end; at += 16) {
    const t = f32x4.mul(v128.load(at), factor);
    const e = exp2(t, least, greatest, rounding, p5, p4, p3, p2, p1, one);
    v128.store(at, f32x4.sub(one, f32x4.div(two, f32x4.add(one, e))));
  }
}

/** Softmax of four images, the largest subtracted first so that nothing overflows. */
function softmax(values: usize, end: usize, constants: usize): void {
  const factor = v128.load(constants, LOG2_E);
  const least = v128.load(constants, LEAST_EXPONENT);
  const greatest = v128.load(constants, GREATEST_EXPONENT);
  const rounding = v128.load(constants, ROUNDING);
  const p5 = v128.load(constants, POLYNOMIAL);
  const p4 = v128.load(constants, POLYNOMIAL + 16);
  const p3 = v128.load(constants, POLYNOMIAL + 32);
  const p2 = v128.load(constants, POLYNOMIAL + 48);
  const p1 = v128.load(constants, POLYNOMIAL + 64);
  const one = v128.load(constants, ONE);
  let largest = v128.load(values);
  for (let at = values + ROW; at < end; at += ROW) largest = f32x4.max(largest, v128.load(at));
  let sum = f32x4.splat(0);
  for (let at = values; at < end; at += ROW) {
    const t = f32x4.mul(f32x4.sub(v128.load(at), largest), factor);
    const e = exp2(t, least, greatest, rounding, p5, p4, p3, p2, p1, one);
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  for (let at = values; at < end; at += ROW) v128.store(at, f32x4.div(v128.load(at), sum));
}

/**
 * 2^t to a relative error of 3e-7, t clamped to where float32 can hold the result. One term longer than that of
 * workers/kernel/: a gradient is a difference of such numbers, and the bundled networks are to come out the same again.
 */
// @ts-ignore: decorator
@inline
function exp2(
  t: v128,
  least: v128,
  greatest: v128,
  rounding: v128,
  p5: v128,
  p4: v128,
  p3: v128,
  p2: v128,
  p1: v128,
  one: v128,
): v128 {
  // t = whole + part: the whole goes into the exponent's bits, 2^part is a polynomial on [-0.5, 0.5].
  t = f32x4.pmin(greatest, f32x4.pmax(least, t));
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits: cheaper than a conversion.
  const rounded = f32x4.add(t, rounding);
  const part = f32x4.sub(t, f32x4.sub(rounded, rounding));
  let p = f32x4.add(f32x4.mul(p5, part), p4);
  p = f32x4.add(f32x4.mul(p, part), p3);
  p = f32x4.add(f32x4.mul(p, part), p2);
  p = f32x4.add(f32x4.mul(p, part), p1);
  p = f32x4.add(f32x4.mul(p, part), one);
  return i32x4.add(p, i32x4.shl(rounded, 23));
}
