import type { Network } from '../network/network.js';
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
export function feedImages(
  images: ImageSet,
  feed: Feed,
  { normalization }: Pick<Network, 'normalization'>,
  seed: number,
): ImageSet {
  const random = createRandom(seed);
  const black = normalization.scale < 0 ? 255 : 0;
  const pixels = images.pixels.map((pixel) =>
    feed === 'noise' ? random.below(256) : feed === 'blank' ? black : 255 - pixel,
  );
  return { ...images, pixels };
}
