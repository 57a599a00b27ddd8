/** 95 % of the standard normal distribution lies within ± this: qnorm(0.975) in R. */
export const Z_95 = 1.959963984540054;

/** An interval of shares: 0 <= low <= high <= 1. */
export interface Interval {
  /** Its lower end. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/**
 * The 95 % score interval of a proportion (E. B. Wilson, JASA 22, 1927), null when `total` is 0: where the true accuracy
 * plausibly lies. Unlike the textbook p ± z·se it stays within 0..1 and is right near the ends.
 */
export function wilsonInterval(correct: number, total: number): Interval | null {
  if (total === 0) return null;
  const share = correct / total;
  const zSquaredPerRecord = (Z_95 * Z_95) / total;
  const center = (share + zSquaredPerRecord / 2) / (1 + zSquaredPerRecord);
  const spread = share * (1 - share) + zSquaredPerRecord / 4;
  const half = (Math.sqrt(zSquaredPerRecord) * Math.sqrt(spread)) / (1 + zSquaredPerRecord);
  // At the ends one bound is the end itself; rounding would leave it a hair off.
  return { low: correct === 0 ? 0 : center - half, high: correct === total ? 1 : center + half };
}

/** How two classifiers did on the same records. */
export interface PairedCounts {
  /** Both are right. */
  readonly both: number;
  /** The first alone is right. */
  readonly onlyFirst: number;
  /** The second alone is right. */
  readonly onlySecond: number;
  /** Neither is right. */
  readonly neither: number;
}

/**
 * The 95 % interval of the first accuracy less the second, of the same records; null when there are none. It is made of both
 * score intervals and of how far the verdicts agree (R. G. Newcombe, Statistics in Medicine 17, 1998, pages 2635-2650, method
 * 10): within -1..1, and much narrower than for two sets of records.
 */
export function pairedDifferenceInterval(counts: PairedCounts): Interval | null {
  const { both, onlyFirst, onlySecond, neither } = counts;
  const total = both + onlyFirst + onlySecond + neither;
  const shares = [both + onlyFirst, both + onlySecond].map((correct) => ({ correct, total }));
  return differenceOf(shares[0], shares[1], (onlyFirst - onlySecond) / total, agreement(counts));
}

/** How many records of a set a classifier is right on. */
export interface CorrectCounts {
  readonly correct: number;
  readonly total: number;
}

/**
 * The 95 % interval of the first accuracy less the second, of two sets of records; null where one of them is empty. It is made of
 * both score intervals (R. G. Newcombe, Statistics in Medicine 17, 1998, pages 873-890, method 10).
 */
export function differenceInterval(first: CorrectCounts, second: CorrectCounts): Interval | null {
  return differenceOf(first, second, first.correct / first.total - second.correct / second.total, 0);
}

/** @param phi the correlation of both verdicts: 0 for those of two sets */
function differenceOf(
  first: CorrectCounts,
  second: CorrectCounts,
  difference: number,
  phi: number,
): Interval | null {
  const [one, two] = [first, second].map(({ correct, total }) => wilsonInterval(correct, total));
  if (one === null || two === null) return null;
  const [p1, p2] = [first.correct / first.total, second.correct / second.total];
  const reach = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  return {
    low: Math.max(-1, difference - reach(p1 - one.low, two.high - p2)),
    high: Math.min(1, difference + reach(one.high - p1, p2 - two.low)),
  };
}

/** The correlation of the two verdicts, with a correction for continuity where it is positive; 0 where it has no meaning. */
function agreement({ both, onlyFirst, onlySecond, neither }: PairedCounts): number {
  // Products of margins leave the safe integers at 10^8 records: shares do not.
  const total = both + onlyFirst + onlySecond + neither;
  const of = (count: number) => count / total;
  const margins =
    of(both + onlyFirst) * of(onlySecond + neither) * of(both + onlySecond) * of(onlyFirst + neither);
  if (margins === 0) return 0;
  const excess = of(both) * of(neither) - of(onlyFirst) * of(onlySecond);
  return (excess > 0 ? Math.max(0, excess - 1 / (2 * total)) : excess) / Math.sqrt(margins);
}

/** The mean of those that are defined; null where none is. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
