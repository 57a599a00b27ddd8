import { ln, SMALLEST_NORMAL } from '../common/logarithm';
import { ROW } from '../common/tile';

/**
 * The winners of a tile, the first of equals, and how sure the network is of them.
 *
 * @param values      `(classes, TILE_IMAGES)` f32
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

/** -ln p of the label's probability, one image after the other; 100 for a p that underflowed, as `lossOf` has it. */
export function crossEntropies(values: usize, images: i32, labels: usize, losses: usize): void {
  for (let image: usize = 0; image < <usize>images; image++) {
    const p = load<f32>(values + <usize>load<u8>(labels + image) * ROW + (image << 2));
    const loss = -f32x4.extract_lane(ln(f32x4.splat(p)), 0);
    store<f32>(losses + (image << 2), p < SMALLEST_NORMAL ? 100 : loss);
  }
}
