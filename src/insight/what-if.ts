import type { Network } from '../network/network.js';
import { createRandom } from '../network/random.js';
import { type Change, changeNetwork } from './changes.js';
import { type ImageSet, runImages, type Verdicts, verdictsOf } from './run-images.js';

/** What is done otherwise. */
export interface Experiment {
  readonly changes?: readonly Change[] | undefined;
  /** What the changed network is fed in place of the images. */
  readonly feed?: Feed | undefined;
  /** Of the noise that is fed. Default 1. */
  readonly seed?: number | undefined;
}

/** What a network says to images, and what it would say. */
export interface WhatIf {
  readonly before: Verdicts;
  readonly after: Verdicts;
  /** How many verdicts are others than before. */
  readonly changed: number;
  /** How many of them were right and are no longer, and the other way round; null without labels. */
  readonly rightToWrong: number | null;
  readonly wrongToRight: number | null;
}

/**
 * Makes an experiment: the network as it is with the images as they are, and the changed network with what it is fed.
 * Exact, in float64.
 *
 * @throws DigitflowError USAGE for a change that cannot be made.
 */
export function whatIf(
  network: Network,
  images: ImageSet,
  { changes = [], feed, seed = 1 }: Experiment,
): WhatIf {
  const other = changeNetwork(network, changes);
  const fed = feed === undefined ? images : feedImages(images, feed, seed);
  const last = network.layers.length - 1;
  const before = verdictsOf(runImages(network, images)[last]);
  const after = verdictsOf(runImages(other.network, fed, other.silenced)[last]);
  let [changed, rightToWrong, wrongToRight] = [0, 0, 0];
  for (let image = 0; image < images.count; image++) {
    if (before.predictions[image] === after.predictions[image]) continue;
    changed++;
    const truth = images.labels?.[image];
    if (before.predictions[image] === truth) rightToWrong++;
    if (after.predictions[image] === truth) wrongToRight++;
  }
  const counts =
    images.labels === null ? { rightToWrong: null, wrongToRight: null } : { rightToWrong, wrongToRight };
  return { before, after, changed, ...counts };
}

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
