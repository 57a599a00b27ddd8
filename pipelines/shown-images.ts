import { blackAndWhite } from '../src/insight/black-and-white.js';
import type { ImageSet } from '../src/insight/image-set.js';
import type { Network } from '../src/network/network.js';
import { brightnessOf } from '../src/network/normalization.js';
import type { Picture } from '../src/render/picture.js';
import { shade } from '../src/render/shade.js';

/** One of the images, as the network sees it: its black is 0, its white 255. */
export function pictureAt(
  images: ImageSet,
  { image, normalization }: Pick<Network, 'image' | 'normalization'>,
  index: number,
): Picture {
  const size = image.height * image.width;
  const pixels = images.pixels.subarray(index * size, (index + 1) * size);
  const range = { ...image, ...blackAndWhite(normalization) };
  return shade(range, brightnessOf(pixels, images.normalization, image));
}
