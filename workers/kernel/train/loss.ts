import { ln } from '../common/logarithm';
import { RELU, SIGMOID, SOFTMAX, TANH } from '../common/offsets';
import { BINARY_CROSS_ENTROPY, CROSS_ENTROPY } from '../common/run-offsets';
import { ROW } from '../common/tile';

/**
 * δ = ∂C/∂z of the last layer for a tile, and the sum of its images' costs C, in their order.
 *
 * y is 1 - smoothing + smoothing / classes for the label and smoothing / classes for all others. C is Σ(a - y)²,
 * -Σ y ln a, or -Σ y ln a + (1 - y) ln(1 - a). The last two belong to softmax and sigmoid, and cancel to a - y.
 *
 * @param outputs `(classes, TILE_IMAGES)` f32
 * @param deltas  `(classes, TILE_IMAGES)` f32
 * @param labels  `(TILE_IMAGES)` i32
 */
export function outputDeltas(
  loss: i32, activation: i32, outputs: usize, deltas: usize, classes: i32, images: i32, labels: usize,
  smoothing: f32
): f64 {
  const others = smoothing / <f32>classes;
  const right = f32x4.splat(1 - smoothing + others);
  const wrong = f32x4.splat(others);
  const isSoftmax = activation == SOFTMAX;
  let sum: f64 = 0;
  for (let image = 0; image < images; image += 4, labels += 16, outputs += 16, deltas += 16) {
    const label = v128.load(labels);
    let costs: v128;
    if (loss == CROSS_ENTROPY) costs = crossEntropies(false, outputs, deltas, classes, label, right, wrong);
    else if (loss == BINARY_CROSS_ENTROPY) costs = crossEntropies(true, outputs, deltas, classes, label, right, wrong);
    else if (activation == SIGMOID) costs = squaredErrors(true, false, outputs, deltas, classes, label, right, wrong);
    else costs = squaredErrors(false, isSoftmax, outputs, deltas, classes, label, right, wrong);
    sum += <f64>f32x4.extract_lane(costs, 0);
    if (image + 1 < images) sum += <f64>f32x4.extract_lane(costs, 1);
    if (image + 2 < images) sum += <f64>f32x4.extract_lane(costs, 2);
    if (image + 3 < images) sum += <f64>f32x4.extract_lane(costs, 3);
  }
  return sum;
}

/** Deltas and costs of four images; `isSigmoid` and, elsewhere, `isSoftmax` say what is between z and a. */
// @ts-ignore: decorator
@inline function squaredErrors(
  isSigmoid: bool, isSoftmax: bool, outputs: usize, deltas: usize, classes: i32, label: v128, right: v128,
  wrong: v128
): v128 {
  const one = f32x4.splat(1);
  const next = i32x4.splat(1);
  let k = i32x4.splat(0);
  let costs = f32x4.splat(0);
  let means = f32x4.splat(0);
  const end = deltas + <usize>classes * ROW;
  for (let at = deltas; at < end; at += ROW, outputs += ROW, k = i32x4.add(k, next)) {
    const a = v128.load(outputs);
    let delta = f32x4.sub(a, v128.bitselect(right, wrong, i32x4.eq(label, k)));
    costs = f32x4.add(costs, f32x4.mul(delta, delta));
    delta = f32x4.add(delta, delta);
    if (isSigmoid) delta = f32x4.mul(delta, f32x4.mul(a, f32x4.sub(one, a)));
    means = f32x4.add(means, f32x4.mul(delta, a));
    v128.store(at, delta);
  }
  if (isSoftmax) {
    outputs -= <usize>classes * ROW;
    for (let at = deltas; at < end; at += ROW, outputs += ROW) {
      v128.store(at, f32x4.mul(v128.load(outputs), f32x4.sub(v128.load(at), means)));
    }
  }
  return costs;
}

/** Deltas and costs of four images. */
// @ts-ignore: decorator
@inline function crossEntropies(
  isBinary: bool, outputs: usize, deltas: usize, classes: i32, label: v128, right: v128, wrong: v128
): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const next = i32x4.splat(1);
  let k = i32x4.splat(0);
  let costs = zero;
  const end = deltas + <usize>classes * ROW;
  for (let at = deltas; at < end; at += ROW, outputs += ROW, k = i32x4.add(k, next)) {
    const a = v128.load(outputs);
    const y = v128.bitselect(right, wrong, i32x4.eq(label, k));
    v128.store(at, f32x4.sub(a, y));
    // What weighs nothing adds nothing, however small its logarithm is.
    costs = f32x4.sub(costs, v128.and(f32x4.mul(y, ln(a)), f32x4.gt(y, zero)));
    if (isBinary) {
      const rest = f32x4.sub(one, y);
      costs = f32x4.sub(costs, v128.and(f32x4.mul(rest, ln(f32x4.sub(one, a))), f32x4.lt(y, one)));
    }
  }
  return costs;
}

/**
 * Counts the images whose largest output, the first of equals, is that of their label.
 *
 * @param outputs `(classes, TILE_IMAGES)` f32
 * @param labels  `(TILE_IMAGES)` i32
 */
export function countRight(outputs: usize, classes: i32, images: i32, labels: usize): i32 {
  const next = i32x4.splat(1);
  const end = outputs + <usize>classes * ROW;
  let right = 0;
  for (let left = images; left > 0; left -= 4, labels += 16, outputs += 16) {
    let highest = v128.load(outputs);
    let best = i32x4.splat(0);
    let k = best;
    for (let at = outputs + ROW; at < end; at += ROW) {
      k = i32x4.add(k, next);
      const value = v128.load(at);
      const isHigher = f32x4.gt(value, highest);
      best = v128.bitselect(k, best, isHigher);
      highest = v128.bitselect(value, highest, isHigher);
    }
    const hits = i32x4.bitmask(i32x4.eq(best, v128.load(labels)));
    right += i32.popcnt(left < 4 ? hits & ((1 << left) - 1) : hits);
  }
  return right;
}

/**
 * ∂C/∂a becomes ∂C/∂z, in place, for a hidden layer: every derivative can be told from a = f(z).
 *
 * @param activations `(outputs, TILE_IMAGES)` f32, as are the deltas
 */
export function backThroughActivation(activation: i32, activations: usize, deltas: usize, outputs: i32): void {
  const one = f32x4.splat(1);
  for (const end = deltas + <usize>outputs * ROW; deltas < end; deltas += 16, activations += 16) {
    const a = v128.load(activations);
    let d = v128.load(deltas);
    if (activation == SIGMOID) d = f32x4.mul(d, f32x4.mul(a, f32x4.sub(one, a)));
    if (activation == RELU) d = v128.and(d, f32x4.gt(a, f32x4.splat(0)));
    if (activation == TANH) d = f32x4.mul(d, f32x4.sub(one, f32x4.mul(a, a)));
    v128.store(deltas, d);
  }
}
