import { TILE_IMAGES } from './offsets';

/**
 * A tile: images that go through the layers together, forward and, in training, back. Activations lie neuron by
 * neuron: a row holds what one neuron says of each image. So a vector holds four images, nothing is padded to four neurons,
 * and each operation on activations takes four images at a time.
 */

/** Bytes from a neuron's row of float32 to the next one's. */
export const ROW: usize = TILE_IMAGES * 4;

/**
 * Turns rows of images into rows of neurons.
 *
 * @param source  `(TILE_IMAGES, neurons)` f32: what the first layer writes
 * @param target  `(neurons, TILE_IMAGES)` f32
 * @param neurons a multiple of 4
 * @param images  how many there are; up to three more are taken along
 */
export function toNeuronRows(source: usize, target: usize, neurons: i32, images: i32): void {
  const stride = <usize>neurons << 2;
  for (let image = 0; image < images; image += 4, source += stride << 2, target += 16) {
    for (let n: usize = 0; n < <usize>neurons; n += 4) turn(source + (n << 2), stride, target + n * ROW, ROW);
  }
}

/** The other way round: `(neurons, TILE_IMAGES)` f32 to `(TILE_IMAGES, neurons)` f32; else as `toNeuronRows`. */
export function toImageRows(source: usize, target: usize, neurons: i32, images: i32): void {
  const stride = <usize>neurons << 2;
  for (let image = 0; image < images; image += 4, source += 16, target += stride << 2) {
    for (let n: usize = 0; n < <usize>neurons; n += 4) turn(source + n * ROW, ROW, target + (n << 2), stride);
  }
}

/** Four rows by four columns, the other way round. */
// @ts-ignore: decorator
@inline function turn(source: usize, sourceRow: usize, target: usize, targetRow: usize): void {
  const a = v128.load(source);
  const b = v128.load(source + sourceRow);
  const c = v128.load(source + sourceRow * 2);
  const d = v128.load(source + sourceRow * 3);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(target + targetRow, v128.shuffle<i64>(ab, cd, 1, 3));
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(target + targetRow * 2, v128.shuffle<i64>(ab2, cd2, 0, 2));
  v128.store(target + targetRow * 3, v128.shuffle<i64>(ab2, cd2, 1, 3));
}
