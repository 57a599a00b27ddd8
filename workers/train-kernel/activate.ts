import { RELU, SIGMOID, SOFTMAX, TANH } from '../kernel/network';

/** Applies a layer's activation function in place to `images` rows of `paddedOutputs` float32, `stride` bytes apart. */
export function activate(
  activation: i32,
  values: usize,
  stride: usize,
  images: i32,
  outputs: i32,
  paddedOutputs: i32,
): void {
  const rowBytes = <usize>paddedOutputs << 2;
  for (let image = 0; image < images; image++, values += stride) {
    const end = values + rowBytes;
    if (activation == SIGMOID) {
      for (let at = values; at < end; at += 16) v128.store(at, sigmoid(v128.load(at)));
    } else if (activation == RELU) {
      for (let at = values; at < end; at += 16) v128.store(at, f32x4.pmax(f32x4.splat(0), v128.load(at)));
    } else if (activation == TANH) {
      for (let at = values; at < end; at += 16) v128.store(at, tanh(v128.load(at)));
    } else if (activation == SOFTMAX) {
      softmax(values, outputs);
    }
  }
}

/**
 * exp(x) to a relative error of 3e-7, x clamped to where float32 can hold the result. One term longer than that of
 * workers/kernel/: a gradient is a difference of such numbers, and the bundled networks are to come out the same again.
 */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  // 2^t with t = whole + part: the whole goes into the exponent's bits, 2^part is a polynomial on [-0.5, 0.5].
  let t = f32x4.mul(x, f32x4.splat(1.44269504));
  t = f32x4.pmin(f32x4.splat(126), f32x4.pmax(f32x4.splat(-126), t));
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits: cheaper than a conversion.
  const rounded = f32x4.add(t, f32x4.splat(12582912));
  const part = f32x4.sub(t, f32x4.sub(rounded, f32x4.splat(12582912)));
  let p = f32x4.splat(1.33390055e-3);
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(9.61804886e-3));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(5.55036691e-2));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(2.40226510e-1));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(6.93147181e-1));
  p = f32x4.add(f32x4.mul(p, part), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(rounded, 23));
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  return f32x4.sub(one, f32x4.div(two, f32x4.add(one, exp(f32x4.mul(two, x)))));
}

/** Softmax over `outputs` float32, the largest subtracted first so that nothing overflows. */
function softmax(values: usize, outputs: i32): void {
  const end = values + (<usize>outputs << 2);
  let largest = load<f32>(values);
  for (let at = values + 4; at < end; at += 4) largest = max(largest, load<f32>(at));
  let sum: f32 = 0;
  for (let at = values; at < end; at += 4) {
    const e = f32x4.extract_lane(exp(f32x4.splat(load<f32>(at) - largest)), 0);
    store<f32>(at, e);
    sum += e;
  }
  for (let at = values; at < end; at += 4) store<f32>(at, load<f32>(at) / sum);
}
