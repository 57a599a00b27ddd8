/**
 * A tile: images that go through the layers together. Activations lie neuron by neuron: a row holds what one neuron says of
 * each image. So a vector holds four images, nothing is padded to four neurons, and whatever is done to activations is done
 * to four images at a time.
 */

/** Images in a tile: enough to keep each loop long, few enough to stay in the cache. */
// @ts-ignore: decorator
@inline export const TILE: i32 = 32;

/** Bytes from a neuron's row of float32 to the next one's. */
// @ts-ignore: decorator
@inline export const ROW: usize = 128;

/**
 * Turns rows of images into rows of neurons.
 *
 * @param source  `(TILE, neurons)` f32: what the first layer writes
 * @param target  `(neurons, TILE)` f32
 * @param neurons a multiple of 4
 * @param images  how many there are; up to three more are taken along
 */
export function transpose(source: usize, target: usize, neurons: i32, images: i32): void {
  const stride = <usize>neurons << 2;
  for (let image = 0; image < images; image += 4) {
    let from = source;
    let to = target;
    for (const end = source + stride; from < end; from += 16, to += ROW * 4) {
      const a = v128.load(from);
      const b = v128.load(from + stride);
      const c = v128.load(from + stride * 2);
      const d = v128.load(from + stride * 3);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
      v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), ROW);
      const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
      const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<i64>(ab2, cd2, 0, 2), ROW * 2);
      v128.store(to, v128.shuffle<i64>(ab2, cd2, 1, 3), ROW * 3);
    }
    source += stride * 4;
    target += 16;
  }
}
