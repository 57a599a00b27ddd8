import { RELU, SIGMOID, SOFTMAX, TANH } from '../kernel/network';
import { BINARY_CROSS_ENTROPY, CROSS_ENTROPY } from './run';

/**
 * δ = ∂C/∂z of the last layer for one image, and its cost C.
 *
 * y is 1 - smoothing + smoothing / classes for the label and smoothing / classes for all others. C is Σ(a - y)²,
 * -Σ y ln a, or -Σ y ln a + (1 - y) ln(1 - a). The last two belong to softmax and sigmoid, and cancel to a - y.
 */
export function outputDelta(
  loss: i32,
  activation: i32,
  outputs: usize,
  deltas: usize,
  classes: i32,
  label: i32,
  smoothing: f32,
): f32 {
  const others = smoothing / <f32>classes;
  let cost: f32 = 0;
  let mean: f32 = 0;
  for (let k = 0; k < classes; k++) {
    const a = load<f32>(outputs + (<usize>k << 2));
    const y: f32 = k == label ? 1 - smoothing + others : others;
    let delta = a - y;
    if (loss == CROSS_ENTROPY) {
      if (y > 0) cost -= y * ln(a);
    } else if (loss == BINARY_CROSS_ENTROPY) {
      if (y > 0) cost -= y * ln(a);
      if (y < 1) cost -= (1 - y) * ln(1 - a);
    } else {
      cost += delta * delta;
      delta *= 2;
      if (activation == SIGMOID) delta *= a * (1 - a);
      if (activation == RELU) delta = a > 0 ? delta : 0;
      if (activation == TANH) delta *= 1 - a * a;
      mean += delta * a;
    }
    store<f32>(deltas + (<usize>k << 2), delta);
  }
  if (activation == SOFTMAX && loss != CROSS_ENTROPY) {
    for (let k: usize = 0; k < <usize>classes << 2; k += 4) {
      store<f32>(deltas + k, load<f32>(outputs + k) * (load<f32>(deltas + k) - mean));
    }
  }
  return cost;
}

/** The index of the largest of `count` float32; of equals, the first. */
export function winner(values: usize, count: i32): i32 {
  let best = 0;
  let highest = load<f32>(values);
  for (let i = 1; i < count; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    const higher = value > highest;
    highest = higher ? value : highest;
    best = higher ? i : best;
  }
  return best;
}

/** ∂C/∂a becomes ∂C/∂z, in place, for `images` rows of a hidden layer: every derivative can be told from a = f(z). */
export function backThroughActivation(
  activation: i32,
  activations: usize,
  deltas: usize,
  stride: usize,
  images: i32,
  outputs: i32,
  paddedOutputs: i32,
): void {
  const bytes = <usize>paddedOutputs << 2;
  const one = f32x4.splat(1);
  for (let image = 0; image < images; image++, activations += stride, deltas += stride) {
    if (activation == SOFTMAX) {
      let mean: f32 = 0;
      for (let n: usize = 0; n < <usize>outputs << 2; n += 4) mean += load<f32>(deltas + n) * load<f32>(activations + n);
      for (let n: usize = 0; n < <usize>outputs << 2; n += 4) {
        store<f32>(deltas + n, load<f32>(activations + n) * (load<f32>(deltas + n) - mean));
      }
      continue;
    }
    for (let n: usize = 0; n < bytes; n += 16) {
      const a = v128.load(activations + n);
      let d = v128.load(deltas + n);
      if (activation == SIGMOID) d = f32x4.mul(d, f32x4.mul(a, f32x4.sub(one, a)));
      if (activation == RELU) d = v128.and(d, f32x4.gt(a, f32x4.splat(0)));
      if (activation == TANH) d = f32x4.mul(d, f32x4.sub(one, f32x4.mul(a, a)));
      v128.store(deltas + n, d);
    }
  }
}

/** Natural logarithm of a number from 0 to 1, to a relative error of 1e-6; not below that of the smallest normal one. */
// @ts-ignore: decorator
@inline
function ln(p: f32): f32 {
  // x = 2^exponent * m with m in [√½, √2); ln m = 2 artanh((m - 1) / (m + 1)), a short odd series there.
  const bits = reinterpret<i32>(max(p, <f32>1.17549435e-38));
  const exponent = (bits - 0x3f3504f3) >> 23;
  const m = reinterpret<f32>(bits - (exponent << 23));
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  const series: f32 = 2.0 + s2 * (0.666666667 + s2 * (0.4 + s2 * (0.285714286 + s2 * 0.222222222)));
  return <f32>exponent * <f32>0.693147181 + s * series;
}
