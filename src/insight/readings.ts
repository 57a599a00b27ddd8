import type { Layer, Network } from '../network/network.js';
import { type ImageSet, runImages, verdictsOf } from './run-images.js';

/** Records as one reading understands them. */
export interface ReadRecords extends Images {
  /** `(count)` class indices; -1 where the reading makes nothing of a record. */
  readonly labels: ArrayLike<number>;
}

type Images = Omit<ImageSet, 'labels'>;

/** The tail of McNemar's z of 6: what is less likely by chance is no chance. */
const NO_CHANCE = 1e-9;
/** Enough where a reading is only told, or not chosen by it alone. */
export const NO_ACCIDENT = 1e-6;

/** Wide networks are asked about fewer records: so many multiplications take a second or less. */
const MOST_PRODUCTS = 5e8;
const LEAST_RECORDS = 64;

/** So many of the records, evenly, that a network can be asked about them under several readings without a wait. */
export function affordable<Records extends Images & { readonly labels?: ArrayLike<number> }>(
  { layers }: { readonly layers: readonly Pick<Layer, 'inputs' | 'outputs'>[] },
  records: Records,
  readings: number,
): Records {
  const products = layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0) * readings;
  return evenly(records, Math.max(LEAST_RECORDS, Math.floor(MOST_PRODUCTS / products)));
}

/** So many of the records, evenly; all where they are no more. */
export function evenly<Records extends Images & { readonly labels?: ArrayLike<number> }>(
  records: Records,
  wanted: number,
): Records {
  const { count, pixels, labels } = records;
  if (wanted >= count) return records;
  const size = pixels.length / count;
  const places = Array.from({ length: wanted }, (_, i) => Math.floor((i * count) / wanted));
  const chosen = new Uint8Array(wanted * size);
  for (const [at, place] of places.entries())
    chosen.set(pixels.subarray(place * size, (place + 1) * size), at * size);
  return {
    ...records,
    ...{ count: wanted, pixels: chosen },
    ...(labels === undefined ? {} : { labels: Int16Array.from(places, (place) => labels[place]) }),
  };
}

/** What the network reads: `(count)` u8 class indices. */
export function predictionsOf(network: Network, images: Images): Uint8Array {
  const runs = runImages(network, images);
  return verdictsOf(runs[runs.length - 1]).predictions;
}

/** Which records the network reads rightly: `(count)` u8, 1 or 0. */
export function rightOnes(network: Network, { labels, ...images }: ReadRecords): Uint8Array {
  return predictionsOf(network, images).map((prediction, image) => (prediction === labels[image] ? 1 : 0));
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

/** How likely values, one a record, are by chance so often larger than others, and so seldom smaller. */
export function chanceOfLarger(values: Float64Array | Uint8Array, than: ArrayLike<number>): number {
  let [wins, losses] = [0, 0];
  for (const [image, value] of values.entries()) {
    if (value > than[image]) wins++;
    if (value < than[image]) losses++;
  }
  return chanceOf(wins, losses);
}

/** Whether one reading is right so much more often than another that no chance explains it. */
export function isPlainlyBetter(right: Uint8Array, than: Uint8Array, limit = NO_CHANCE): boolean {
  return chanceOfLarger(right, than) <= limit;
}

/** The share of the records that a reading reads rightly, 0..1; NaN for none. */
export function shareOfRight(right: Uint8Array): number {
  return right.reduce((sum, is) => sum + is, 0) / right.length;
}

/**
 * Whether a reading is right for more than half of the records, and for more than whoever always says the commonest class:
 * a network that is fed what it does not know may do just that, and look right where all labels are alike.
 */
export function isRight(right: Uint8Array, labels: ArrayLike<number>): boolean {
  const counts = new Map<number, number>();
  for (const label of Array.from(labels)) if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [[commonest] = [null]] = [...counts].sort((a, b) => b[1] - a[1]);
  const constant = right.map((_, i) => (labels[i] === commonest ? 1 : 0));
  return shareOfRight(right) > 0.5 && isPlainlyBetter(right, constant, NO_ACCIDENT);
}

/** The reading that is right, and plainly better than every other; null where there is none. */
export function plainlyRight(
  readings: readonly { readonly right: Uint8Array; readonly labels: ArrayLike<number> }[],
): number | null {
  const found = readings.findIndex(
    ({ right, labels }, at) =>
      isRight(right, labels) && readings.every((other, i) => i === at || isPlainlyBetter(right, other.right)),
  );
  return found < 0 ? null : found;
}
