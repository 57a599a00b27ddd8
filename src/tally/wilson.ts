/**
 * The 0.975 quantile of the standard normal distribution: 95 % of it lies within ± this.
 * NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.1, gives 1.96; the digits are of qnorm(0.975) in R.
 */
export const Z_95 = 1.959963984540054;

/** An interval of shares: 0 <= low <= high <= 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % score interval of a proportion (E. B. Wilson, JASA 22, 1927): where the true accuracy plausibly lies,
 * given `correct` of `total`. Unlike the textbook p ± z·se it stays within 0..1 and is right near the ends.
 *
 * @returns null when `total` is 0.
 */
export function wilsonInterval(correct: number, total: number): Interval | null {
  if (total === 0) return null;
  const share = correct / total;
  const zSquaredPerRecord = (Z_95 * Z_95) / total;
  const center = (share + zSquaredPerRecord / 2) / (1 + zSquaredPerRecord);
  const spread = share * (1 - share) + zSquaredPerRecord / 4;
  const half = (Math.sqrt(zSquaredPerRecord) * Math.sqrt(spread)) / (1 + zSquaredPerRecord);
  // At the ends one bound is the end itself; rounding would leave it a hair off.
  return {
    low: correct === 0 ? 0 : center - half,
    high: correct === total ? 1 : center + half,
  };
}
