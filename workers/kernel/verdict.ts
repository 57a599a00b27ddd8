import { ROW } from './tile';

// @ts-ignore: decorator
@inline const SMALLEST_NORMAL: f32 = 1.17549435e-38;

/**
 * The winners of a tile, the first of equals, and how sure the network is of them.
 *
 * @param values      `(classes, TILE)` f32
 * @param images      how many there are, rounded up to a multiple of 4: so many are written
 * @param predictions `(images)` u8
 * @param confidences `(images)` f32: the winner's activation
 */
export function winners(values: usize, classes: i32, images: i32, predictions: usize, confidences: usize): void {
  for (let image = 0; image < images; image += 4, values += 16) {
    let highest = v128.load(values);
    let best = i32x4.splat(0);
    let at = values;
    for (let c = 1; c < classes; c++) {
      at += ROW;
      const value = v128.load(at);
      const isHigher = f32x4.gt(value, highest);
      best = v128.bitselect(i32x4.splat(c), best, isHigher);
      highest = v128.bitselect(value, highest, isHigher);
    }
    const words = i16x8.narrow_i32x4_u(best, best);
    v128.store32_lane(predictions + <usize>image, i8x16.narrow_i16x8_u(words, words), 0);
    v128.store(confidences + (<usize>image << 2), highest);
  }
}

/**
 * The cost of the video: the sum over all outputs of (a - y)², y being 1 for the label and 0 elsewhere.
 *
 * @param images as for `winners`
 * @param labels `(images)` u8
 * @param losses `(images)` f32
 */
export function squaredErrors(values: usize, classes: i32, images: i32, labels: usize, losses: usize): void {
  for (let image = 0; image < images; image += 4, values += 16) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(labels + <usize>image));
    const label = i32x4.extend_low_i16x8_u(words);
    let sum = f32x4.splat(0);
    let at = values;
    for (let c = 0; c < classes; c++, at += ROW) {
      const truth = v128.and(i32x4.eq(label, i32x4.splat(c)), f32x4.splat(1));
      const difference = f32x4.sub(v128.load(at), truth);
      sum = f32x4.add(sum, f32x4.mul(difference, difference));
    }
    v128.store(losses + (<usize>image << 2), sum);
  }
}

/** -ln p of the label's probability, one image after the other; 100 for a p that underflowed, as in src/network/cost.ts. */
export function crossEntropies(values: usize, images: i32, labels: usize, losses: usize): void {
  for (let image: usize = 0; image < <usize>images; image++) {
    const p = load<f32>(values + <usize>load<u8>(labels + image) * ROW + (image << 2));
    store<f32>(losses + (image << 2), p < SMALLEST_NORMAL ? 100 : -ln(p));
  }
}

/** Natural logarithm of a positive normal float32, to a relative error of 1e-6. */
function ln(x: f32): f32 {
  // x = 2^exponent * m with m in [√½, √2); ln m = 2 artanh((m - 1) / (m + 1)), a short odd series there.
  const bits = reinterpret<i32>(x);
  const exponent = (bits - 0x3f3504f3) >> 23;
  const m = reinterpret<f32>(bits - (exponent << 23));
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  const series: f32 = 2.0 + s2 * (0.666666667 + s2 * (0.4 + s2 * (0.285714286 + s2 * 0.222222222)));
  return <f32>exponent * <f32>0.693147181 + s * series;
}
