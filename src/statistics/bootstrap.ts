import { createRandom, type Random } from '../network/random.js';
import type { Interval } from './intervals.js';

/** An interval of a statistic by resampling the records. */
export interface BootstrapInterval extends Interval {
  readonly level: 0.95;
  /** The quantiles of the resamples' values. */
  readonly method: 'bootstrap percentile';
  readonly resamples: number;
  readonly seed: number;
}

const RESAMPLES = 2000;
const LEAST_RESAMPLES = 200;
/** At most so many random counts: a quarter of a second's work. A larger matrix gets fewer resamples. */
const MOST_DRAWS = 2e6;
const SEED = 1;
const TAIL = 0.025;

/**
 * The 95 % bootstrap interval of macro F1, the mean of F1 over the classes that have records (B. Efron and R. J. Tibshirani, An
 * Introduction to the Bootstrap, 1993). Records drawn anew, with replacement, fill the cells of the matrix as a multinomial
 * does, so that it takes no more than the matrix. The same matrix gives the same interval.
 *
 * @param counts `[truth][prediction]`
 * @returns null where nothing was counted
 */
export function macroF1Interval(counts: readonly (readonly number[])[]): BootstrapInterval | null {
  const cells = counts
    .flatMap((row, truth) => row.map((count, prediction) => ({ truth, prediction, count })))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  if (cells.length === 0) return null;
  const resamples = Math.max(LEAST_RESAMPLES, Math.min(RESAMPLES, Math.floor(MOST_DRAWS / cells.length)));
  const random = createRandom(SEED);
  const shares = sharesOfRest(cells.map(({ count }) => count));
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const [truths, predictions] = [cells.map(({ truth }) => truth), cells.map(({ prediction }) => prediction)];
  const [hits, supports, both] = Array.from({ length: 3 }, () => new Float64Array(counts.length));
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    hits.fill(0);
    supports.fill(0);
    both.fill(0);
    let left = total;
    for (let at = 0; at < shares.length && left > 0; at++) {
      const drawn = drawBinomial(left, shares[at], random);
      left -= drawn;
      supports[truths[at]] += drawn;
      both[truths[at]] += drawn;
      both[predictions[at]] += drawn;
      if (truths[at] === predictions[at]) hits[truths[at]] += drawn;
    }
    let sum = 0;
    let classes = 0;
    for (let k = 0; k < counts.length; k++) {
      if (supports[k] === 0) continue;
      sum += (2 * hits[k]) / both[k];
      classes++;
    }
    values[resample] = sum / classes;
  }
  values.sort();
  const outside = Math.floor(TAIL * resamples);
  return {
    ...{ low: values[outside], high: values[resamples - 1 - outside] },
    ...{ level: 0.95, method: 'bootstrap percentile', resamples, seed: SEED },
  };
}

/**
 * Each size as a share of itself and those after it, of which there is one at least: given how many of a multinomial's draws went
 * to those before it, its own are binomial with this share.
 */
export function sharesOfRest(sizes: readonly number[]): Float64Array {
  const shares = new Float64Array(sizes.length);
  let rest = 0;
  for (let at = sizes.length - 1; at >= 0; at--) {
    rest += sizes[at];
    shares[at] = sizes[at] / rest;
  }
  return shares;
}

/** How many of `count` tries succeed, each with probability `p`, 0..1: exact for any count. */
export function drawBinomial(count: number, p: number, random: Random): number {
  if (p > 0.5) return count - drawBinomial(count, 1 - p, random);
  if (count === 0 || p <= 0) return 0;
  return count * p < 10 ? drawFew(count, p, random) : drawMany(count, p, random);
}

/** By inversion: the probabilities of 0, 1, 2, … are subtracted from a uniform number until it is used up. */
function drawFew(count: number, p: number, random: Random): number {
  const odds = p / (1 - p);
  let probability = Math.exp(count * Math.log1p(-p));
  let left = random.uniform();
  for (let successes = 0; successes < count; ) {
    if (left < probability) return successes;
    left -= probability;
    successes++;
    probability *= ((count - successes + 1) / successes) * odds;
  }
  return count;
}

/** By transformed rejection: algorithm BTRS of W. Hörmann (Journal of Statistical Computation and Simulation 46, 1993). */
function drawMany(count: number, p: number, random: Random): number {
  const odds = p / (1 - p);
  const deviation = Math.sqrt(count * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((count + 1) * p);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + count * p + 0.5);
    if (us >= 0.07 && v <= 0.92 - 4.2 / b) return k;
    if (k < 0 || k > count) continue;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      (count + 1) * Math.log((count - mode + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      (stirlingRest(mode) + stirlingRest(count - mode) - stirlingRest(k) - stirlingRest(count - k));
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** What Stirling's formula for ln k! leaves out, in the form that BTRS takes: with k + 1. */
function stirlingRest(k: number): number {
  const next = k + 1;
  const square = next * next;
  if (k >= 10) return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / next;
  let log = 0;
  for (let i = 2; i <= k; i++) log += Math.log(i);
  return log - (0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(next) - next);
}
