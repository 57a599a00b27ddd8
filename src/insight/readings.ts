import type { Network } from '../network/network.js';
import { type ImageSet, runImages, verdictsOf } from './run-images.js';

/** Records as one reading understands them. */
export interface ReadRecords extends Omit<ImageSet, 'labels'> {
  /** `(count)` class indices; -1 where the reading makes nothing of a record. */
  readonly labels: ArrayLike<number>;
}

/** The tail of McNemar's z of 6: what is less likely by chance is no chance. */
const NO_CHANCE = 1e-9;

/** Which records the network reads rightly: `(count)` u8, 1 or 0. */
export function rightOnes(network: Network, { labels, ...images }: ReadRecords): Uint8Array {
  const runs = runImages(network, images);
  const { predictions } = verdictsOf(runs[runs.length - 1]);
  return predictions.map((prediction, image) => (prediction === labels[image] ? 1 : 0));
}

/**
 * How likely two readings that are equally good differ at least so: McNemar's test, exact, of the records that only one
 * of the two reads rightly. 30 of 30 give 1e-9, fewer records never do.
 */
export function chanceOf(wins: number, losses: number): number {
  const differing = wins + losses;
  let logTerm = -differing * Math.LN2;
  let chance = 0;
  for (let k = 0; k <= losses; k++) {
    chance += Math.exp(logTerm);
    logTerm += Math.log((differing - k) / (k + 1));
  }
  return chance;
}

/** Whether one reading is right so much more often than another that no chance explains it. */
export function isPlainlyBetter(right: Uint8Array, than: Uint8Array, limit = NO_CHANCE): boolean {
  let [wins, losses] = [0, 0];
  right.forEach((is, image) => {
    if (is > than[image]) wins++;
    if (is < than[image]) losses++;
  });
  return chanceOf(wins, losses) <= limit;
}

/** The share of the records that a reading reads rightly, 0..1; NaN for none. */
export function shareOfRight(right: Uint8Array): number {
  return right.reduce((sum, is) => sum + is, 0) / right.length;
}

/** The reading that is right for more than half of the records, and plainly better than every other; null where none is. */
export function plainlyRight(readings: readonly Uint8Array[]): number | null {
  const found = readings.findIndex(
    (right, at) =>
      shareOfRight(right) > 0.5 && readings.every((other, i) => i === at || isPlainlyBetter(right, other)),
  );
  return found < 0 ? null : found;
}
