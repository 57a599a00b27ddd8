import { RELU, SIGMOID, SOFTMAX, TANH } from './network';
import { ROW } from './tile';

/** Applies a layer's activation function in place to `(outputs, TILE)` float32. */
export function activate(activation: i32, values: usize, outputs: i32): void {
  const end = values + <usize>outputs * ROW;
  if (activation == SIGMOID) {
    for (let at = values; at < end; at += 32) {
      v128.store(at, sigmoid(v128.load(at)));
      v128.store(at, sigmoid(v128.load(at, 16)), 16);
    }
  } else if (activation == RELU) {
    for (let at = values; at < end; at += 16) v128.store(at, f32x4.pmax(f32x4.splat(0), v128.load(at)));
  } else if (activation == TANH) {
    for (let at = values; at < end; at += 16) v128.store(at, tanh(v128.load(at)));
  } else if (activation == SOFTMAX) {
    for (let column: usize = 0; column < ROW; column += 16) softmax(values + column, end);
  }
}

// @ts-ignore: decorator
@inline const LOG2_E: f32 = 1.44269504;

/** 2^t to a relative error of 3e-6, t clamped to where float32 can hold the result. */
// @ts-ignore: decorator
@inline
function exp2(t: v128): v128 {
  // t = whole + part: the whole goes into the exponent's bits, 2^part is a minimax polynomial on [-0.5, 0.5].
  t = f32x4.pmin(f32x4.splat(126), f32x4.pmax(f32x4.splat(-126), t));
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits: cheaper than a conversion.
  const rounded = f32x4.add(t, f32x4.splat(12582912));
  const part = f32x4.sub(t, f32x4.sub(rounded, f32x4.splat(12582912)));
  let p = f32x4.splat(9.5701019e-3);
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(5.59178603e-2));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(2.40247448e-1));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(6.93121815e-1));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(9.99999261e-1));
  return i32x4.add(p, i32x4.shl(rounded, 23));
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp2(f32x4.mul(x, f32x4.splat(-LOG2_E)))));
}

// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  return f32x4.sub(one, f32x4.div(two, f32x4.add(one, exp2(f32x4.mul(x, f32x4.splat(2 * LOG2_E))))));
}

/** Softmax of four images, the largest subtracted first so that nothing overflows. */
function softmax(values: usize, end: usize): void {
  let largest = v128.load(values);
  for (let at = values + ROW; at < end; at += ROW) largest = f32x4.pmax(largest, v128.load(at));
  let sum = f32x4.splat(0);
  for (let at = values; at < end; at += ROW) {
    const e = exp2(f32x4.mul(f32x4.sub(v128.load(at), largest), f32x4.splat(LOG2_E)));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  for (let at = values; at < end; at += ROW) v128.store(at, f32x4.div(v128.load(at), sum));
}
