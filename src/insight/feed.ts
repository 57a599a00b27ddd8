import { createRandom } from '../network/random.js';
import type { ImageSet } from './image-set.js';

/** What can be fed in place of the images. */
export const FEEDS = ['noise', 'blank', 'inverted'] as const;

/** The name of what is fed. */
export type Feed = (typeof FEEDS)[number];

/**
 * Other images in place of those given, as many, under the same labels: `noise` has each pixel anywhere from 0 to 255,
 * `blank` is black as the network sees it, `inverted` has dark for bright.
 *
 * @param seed of the noise; the same gives the same.
 */
export function feedImages(images: ImageSet, feed: Feed, seed: number): ImageSet {
  const pixels = new Uint8Array(images.pixels.length);
  if (feed === 'noise') fillWithNoise(pixels, seed);
  else if (feed === 'blank') pixels.fill(images.normalization.scale < 0 ? 255 : 0);
  else for (let i = 0; i < pixels.length; i++) pixels[i] = 255 - images.pixels[i];
  return { ...images, pixels };
}

function fillWithNoise(pixels: Uint8Array, seed: number): void {
  const random = createRandom(seed);
  for (let i = 0; i < pixels.length; i += 3) {
    // Three pixels of each number.
    const bits = random.below(2 ** 24);
    pixels[i] = bits;
    pixels[i + 1] = bits >>> 8;
    pixels[i + 2] = bits >>> 16;
  }
}
