import type { ConfusionMatrix } from './confusion-matrix.js';

/** Precision, recall and F1 of one class, or their means; each 0..1, or null where it is not defined. */
export interface Scores {
  /** The share of the records taken for the class that is of it; null when none was taken for it. */
  readonly precision: number | null;
  /** The share of the records of the class that was found; null when there are none. */
  readonly recall: number | null;
  /**
   * 2 TP / (2 TP + FP + FN); null when there are no records of the class. It is 0 for a class that was never found,
   * so that a mean over the classes does not hide it.
   */
  readonly f1: number | null;
}

/** The scores of one class and how many records truly are of it. */
export interface ClassScores extends Scores {
  readonly support: number;
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** The scores of each class, in the order of the matrix. */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  return Array.from({ length: matrix.classes }, (_, index) => {
    const hits = matrix.count(index, index);
    const support = matrix.support(index);
    const predicted = matrix.predicted(index);
    return {
      support,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: support === 0 ? null : (2 * hits) / (support + predicted),
    };
  });
}

/** The unweighted mean of each score over the classes where it is defined; null when it is defined nowhere. */
export function macroScores(scores: readonly Scores[]): Scores {
  const mean = (name: keyof Scores) => {
    const defined = scores.flatMap((score) => score[name] ?? []);
    const sum = defined.reduce((total, value) => total + value, 0);
    return ratio(sum, defined.length);
  };
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

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
