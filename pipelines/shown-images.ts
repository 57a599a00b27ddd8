import type { ImageSet } from '../src/insight/run-images.js';
import { brightnessOf } from '../src/network/feed-forward.js';
import type { ImageSize } from '../src/network/network.js';
import { blackAndWhite } from '../src/network/normalization.js';
import { type Picture, shade } from '../src/views/picture.js';

/** One of the images, as the network sees it: its black is 0, its white 255. */
export function pictureAt({ pixels, normalization }: ImageSet, size: ImageSize, index: number): Picture {
  const bytes = size.height * size.width;
  const own = pixels.subarray(index * bytes, (index + 1) * bytes);
  return shade({ ...size, ...blackAndWhite(normalization) }, brightnessOf(own, normalization, size));
}
