import type { ConfusionMatrix } from './confusion-matrix.js';

/** Precision, recall and F1 of one class, or their means; each 0..1, or null where it is not defined. */
export interface Scores {
  /** Of all records taken for the class, the share that is of it; null when none was taken for it. */
  readonly precision: number | null;
  /** Of all records of the class, the share that was found; null when there are none. */
  readonly recall: number | null;
  /**
   * 2 TP / (2 TP + FP + FN); null when there are no records of the class. A class that is there and was never
   * found has F1 = 0, so that a mean over the classes does not hide it.
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
    const defined = scores.map((score) => score[name]).filter((value) => value !== null);
    return ratio(
      defined.reduce((sum, value) => sum + value, 0),
      defined.length,
    );
  };
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}
