import type { Network } from '../network/network.js';
import { type Change, changeNetwork } from './changes.js';
import { type Feed, feedImages } from './feed.js';
import type { ImageSet } from './image-set.js';
import { runImages } from './run-images.js';
import { type Verdicts, verdictsOf } from './verdicts.js';

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
