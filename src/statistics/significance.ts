import { DigitflowError } from '../errors.js';
import { logBinomial } from './fisher.js';
import { type PairedCounts, Z_95 } from './intervals.js';

/**
 * The two-sided p-value of McNemar's exact test: how often two classifiers that are equally good would differ at least as much
 * on the records where one is right and the other wrong. Such records are then heads and tails of a fair coin.
 *
 * @param onlyFirst on how many records only the first one is right
 * @param onlySecond on how many only the second one
 * @returns 0..1; 1 where there are none, and where the counts differ by no more than 1
 * @throws DigitflowError USAGE for what are no counts
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  for (const count of [onlyFirst, onlySecond]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new DigitflowError('USAGE', `mcnemarExact: expected counts from 0 up, found ${count}`);
    }
  }
  // Of an odd number of tosses, the tail up to the middle is a half.
  if (Math.abs(onlyFirst - onlySecond) <= 1) return 1;
  const total = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // The largest term of the tail by its logarithm, the others by their ratio to the one before.
  const log = logBinomial(fewer, total, 0.5);
  let [term, sum] = [1, 1];
  for (let i = fewer; i > 0; i--) {
    const ratio = i / (total - i + 1);
    // All that follow are less than a geometric series: near the middle, where ratios are near 1, that is much more than a term.
    if (term * ratio <= sum * Number.EPSILON * (1 - ratio)) break;
    term *= ratio;
    sum += term;
  }
  return Math.min(1, 2 * Math.exp(log) * sum);
}

/**
 * How often at least `count` of `total` records would have what each has with the same chance: the upper tail of the binomial
 * distribution.
 *
 * @param share the chance, more than 0 and less than 1
 */
export function binomialTail(count: number, total: number, share: number): number {
  if (count <= 0) return 1;
  if (count > total) return 0;
  // From the mean on terms fall, so that few of them matter.
  return count > total * share
    ? fallingTail(count, total, share)
    : 1 - fallingTail(total - count + 1, total, 1 - share);
}

function fallingTail(count: number, total: number, share: number): number {
  const odds = share / (1 - share);
  let [term, sum] = [1, 1];
  for (let i = count; i < total && term > sum * Number.EPSILON; i++) {
    term *= ((total - i) / (i + 1)) * odds;
    sum += term;
  }
  return Math.min(1, Math.exp(logBinomial(count, total, share)) * sum);
}

/**
 * p-values of several questions that were asked of the same data, adjusted so that all taken together are wrong as seldom as
 * one alone (S. Holm, Scandinavian Journal of Statistics 6, 1979). In the order given, each at least what it was.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.min(1, Math.max(least, (pValues.length - rank) * pValues[index]));
    adjusted[index] = least;
  }
  return adjusted;
}

/** 80 % of the standard normal distribution lies below this: qnorm(0.8) in R. */
const Z_80 = 0.8416212335729143;

/**
 * How many records it takes to find a difference such as was seen, if it is the true one, four times out of five, by McNemar's
 * test at 5 % (R. J. Connor, Biometrics 43, 1987, pages 207-211); null where none was seen.
 */
export function recordsToTell({ both, onlyFirst, onlySecond, neither }: PairedCounts): number | null {
  const total = both + onlyFirst + onlySecond + neither;
  if (onlyFirst === onlySecond) return null;
  const discordant = (onlyFirst + onlySecond) / total;
  const difference = (onlyFirst - onlySecond) / total;
  const reach = Z_95 * Math.sqrt(discordant) + Z_80 * Math.sqrt(discordant - difference ** 2);
  return Math.ceil((reach / difference) ** 2);
}
