import { DigitflowError } from '../errors.js';

/** ln n! less Stirling's series, for small n: the series is exact enough from 16 on. */
const SMALL_ERRORS = [
  0, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093, 0.016644691189821193,
  0.013876128823070748, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.008330563433363126,
  0.007573675487951841, 0.006942840107209534, 0.006408994188004207, 0.0059513701127588475,
  0.005554733551962801,
];

/** Tables as likely as the one at hand, but for rounding, count as such: as R and SciPy have it. */
const AS_LIKELY = 1 + 1e-7;

/**
 * The two-sided p-value of Fisher's exact test: how often two groups of the same accuracy would come apart at least as unlikely
 * as these. It takes no longer for large counts than the root of them.
 *
 * @param right how many of the first group are right
 * @param wrong how many of it are wrong
 * @param otherRight how many of the other group are right
 * @param otherWrong how many of that are wrong
 * @returns 0..1; 1 where one of the groups is empty, or all are right, or all wrong
 * @throws DigitflowError USAGE for what are no counts
 */
export function fisherExact(right: number, wrong: number, otherRight: number, otherWrong: number): number {
  for (const count of [right, wrong, otherRight, otherWrong]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new DigitflowError('USAGE', `fisherExact: expected counts from 0 up, found ${count}`);
    }
  }
  const [rights, wrongs, drawn] = [right + otherRight, wrong + otherWrong, right + wrong];
  const [least, most] = [Math.max(0, drawn - wrongs), Math.min(rights, drawn)];
  if (least === most) return 1;
  const log = (count: number) => logHypergeometric(count, rights, wrongs, drawn);
  const bound = log(right) + Math.log(AS_LIKELY);
  const mode = Math.min(
    most,
    Math.max(least, Math.floor(((drawn + 1) * (rights + 1)) / (rights + wrongs + 2))),
  );
  // Towards either end tables become ever less likely: the first of each side that is as unlikely as the one at hand.
  const below = firstUnlikely(mode, least, -1);
  const above = firstUnlikely(mode + 1, most, 1);
  return Math.min(1, tail(below, least, -1) + tail(above, most, 1));

  function firstUnlikely(from: number, to: number, step: 1 | -1): number {
    let [low, high] = [0, (to - from) * step + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (log(from + middle * step) <= bound) high = middle;
      else low = middle + 1;
    }
    return from + low * step;
  }

  /** The chance of all tables from one on, by the ratio of each to the one before. */
  function tail(from: number, to: number, step: 1 | -1): number {
    if ((to - from) * step < 0) return 0;
    let [term, sum] = [1, 1];
    for (let count = from; count !== to && term > sum * Number.EPSILON; count += step) {
      const next = count + step;
      term *=
        step > 0
          ? ((rights - count) * (drawn - count)) / (next * (wrongs - drawn + next))
          : (count * (wrongs - drawn + count)) / ((rights - next) * (drawn - next));
      sum += term;
    }
    return Math.exp(log(from)) * sum;
  }
}

/** ln of the chance to draw `count` of `rights` among `drawn` of all, as C. Loader has it (2000): exact for large counts, too. */
function logHypergeometric(count: number, rights: number, wrongs: number, drawn: number): number {
  const share = drawn / (rights + wrongs);
  return (
    logBinomial(count, rights, share) +
    logBinomial(drawn - count, wrongs, share) -
    logBinomial(drawn, rights + wrongs, share)
  );
}

/** ln of the chance of `count` heads in `total` tosses; 0 < share <= 1. */
export function logBinomial(count: number, total: number, share: number): number {
  const other = 1 - share;
  if (other === 0) return count === total ? 0 : Number.NEGATIVE_INFINITY;
  if (count === 0) return total * Math.log1p(-share);
  if (count === total) return total * Math.log(share);
  return (
    stirlingError(total) -
    stirlingError(count) -
    stirlingError(total - count) -
    deviance(count, total * share) -
    deviance(total - count, total * other) +
    0.5 * Math.log(total / (2 * Math.PI * count * (total - count)))
  );
}

function stirlingError(count: number): number {
  if (count < SMALL_ERRORS.length) return SMALL_ERRORS[count];
  const square = count * count;
  return (
    (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / count
  );
}

/** count · ln(count / mean) + mean - count, without loss where the two are near. */
function deviance(count: number, mean: number): number {
  const difference = count - mean;
  if (Math.abs(difference) >= 0.1 * (count + mean)) return count * Math.log(count / mean) - difference;
  const ratio = difference / (count + mean);
  let sum = difference * ratio;
  let power = 2 * count * ratio;
  for (let n = 3; ; n += 2) {
    power *= ratio * ratio;
    const next = sum + power / n;
    if (next === sum) return sum;
    sum = next;
  }
}
