import type { Network } from '../network/network.js';
import { createRandom } from '../network/random.js';
import { type Change, changeNetwork } from './changes.js';
import { type ImageSet, runImages, type Verdicts, verdictsOf } from './run-images.js';

/** What to do differently. */
export interface Experiment {
  readonly changes?: readonly Change[] | undefined;
  /** The changed network gets this in place of the images. */
  readonly feed?: Feed | undefined;
  /** Of the noise. Default 1. */
  readonly seed?: number | undefined;
}

/** The predictions for images, as they are and as they would be. */
export interface WhatIf {
  readonly before: Verdicts;
  readonly after: Verdicts;
  /** How many predictions differ. */
  readonly changed: number;
  /** How many of these are no longer right, and how many are now right; null without labels. */
  readonly rightToWrong: number | null;
  readonly wrongToRight: number | null;
}

/**
 * Makes an experiment, in float64: runs the network on the images, and the changed network on the images or its feed.
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

/** What a network can get in place of the images. */
export const FEEDS = ['noise', 'blank', 'inverted'] as const;

export type Feed = (typeof FEEDS)[number];

/**
 * Other images in place of those given, as many, with the same labels. The pixels of `noise` are random, those of `blank`
 * are black as the network sees it, and `inverted` swaps dark and bright.
 *
 * @param seed of the noise; the same seed gives the same noise.
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
    // Each number makes three pixels.
    const bits = random.below(2 ** 24);
    pixels[i] = bits;
    pixels[i + 1] = bits >>> 8;
    pixels[i + 2] = bits >>> 16;
  }
}
