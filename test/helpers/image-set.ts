import type { ImageSet } from '../../src/insight/run-images.js';
import { brightnessOf } from '../../src/network/feed-forward.js';
import type { Network } from '../../src/network/network.js';
import { testLabels, testPixels } from './mnist.js';
import { randomPixels } from './random-network.js';

/** Real test images, as a set. */
export function testImages(
  { normalization }: Pick<Network, 'normalization'>,
  count = 10_000,
  first = 0,
): ImageSet {
  return {
    count,
    pixels: testPixels().subarray(first * 784, (first + count) * 784),
    labels: testLabels().subarray(first, first + count),
    normalization,
  };
}

/** Random images that fit a network, with random labels. */
export function randomImages(network: Network, count: number, seed = 1, lit = 0.4): ImageSet {
  const size = network.layers[0].inputs;
  const labels = randomPixels(seed + 1, count, 1).map((label) => label % network.classes.length);
  return {
    count,
    pixels: randomPixels(seed, count * size, lit),
    labels,
    normalization: network.normalization,
  };
}

/** What the network sees of one image: `(height * width)` float64. */
export function brightnessAt(
  { pixels, normalization }: ImageSet,
  { image }: Pick<Network, 'image'>,
  index: number,
) {
  const size = image.height * image.width;
  return brightnessOf(pixels.subarray(index * size, (index + 1) * size), normalization, image);
}
