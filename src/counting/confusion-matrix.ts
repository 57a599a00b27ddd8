import { DigitflowError } from '../errors.js';
import type { State } from './state.js';

/** Labels and predictions are one byte each. */
const MAX_CLASSES = 256;

/** How often each class was read as each other: rows are the truth, columns the prediction. Exact up to 2^53 records. */
export class ConfusionMatrix {
  /** 1 to 256. */
  readonly classes: number;
  /** `(classes, classes)` float64, row-major: a uint32 would overflow after half an hour at full speed. */
  readonly #counts: Float64Array;
  #total = 0;

  /** @throws DigitflowError USAGE when `classes` is not an integer from 1 to 256. */
  constructor(classes: number) {
    if (!Number.isInteger(classes) || classes < 1 || classes > MAX_CLASSES) {
      const message = `classes: expected an integer from 1 to ${MAX_CLASSES}, found ${classes}`;
      throw new DigitflowError('USAGE', message);
    }
    this.classes = classes;
    this.#counts = new Float64Array(classes * classes);
  }

  /** @throws DigitflowError SHARD_BROKEN */
  static from(state: State): ConfusionMatrix {
    const rows = state.list();
    if (rows.length < 1 || rows.length > MAX_CLASSES)
      throw state.wrong(`1 to ${MAX_CLASSES} rows`, `${rows.length}`);
    const matrix = new ConfusionMatrix(rows.length);
    const counts = rows.flatMap((row) => row.counts(rows.length));
    const total = counts.reduce((sum, count) => sum + count, 0);
    matrix.addCounts(counts, total);
    return matrix;
  }

  /** Counts the first `count` records. `truths` and `predictions`: `(>= count)` u8, each below `classes`. */
  addAll(truths: Uint8Array, predictions: Uint8Array, count: number): void {
    const [classes, counts] = [this.classes, this.#counts];
    for (let i = 0; i < count; i++) counts[truths[i] * classes + predictions[i]]++;
    this.#total += count;
  }

  /** Adds counts of `total` records: `(classes, classes)`, row-major. */
  addCounts(counts: ArrayLike<number>, total: number): void {
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] += counts[i];
    this.#total += total;
  }

  /** @throws DigitflowError USAGE when the other matrix has another number of classes. */
  merge(other: ConfusionMatrix): void {
    if (other.classes !== this.classes) {
      const expected = `a confusion matrix of ${this.classes} classes`;
      throw new DigitflowError('USAGE', `merge: expected ${expected}, found one of ${other.classes}`);
    }
    this.addCounts(other.#counts, other.#total);
  }

  /** How many records were counted. */
  get total(): number {
    return this.#total;
  }

  /** How many of them lie on the diagonal. */
  get correct(): number {
    return this.#sum((index) => this.count(index, index));
  }

  /** How many records of class `truth` were taken for class `prediction`. */
  count(truth: number, prediction: number): number {
    return this.#counts[truth * this.classes + prediction];
  }

  /** How many records truly are of this class: the sum of its row. */
  support(index: number): number {
    return this.#sum((prediction) => this.count(index, prediction));
  }

  /** How many records were taken for this class: the sum of its column. */
  predicted(index: number): number {
    return this.#sum((truth) => this.count(truth, index));
  }

  /** A copy, `[truth][prediction]`. */
  toJSON(): number[][] {
    const { classes } = this;
    const row = (truth: number) => [...this.#counts.subarray(truth * classes, (truth + 1) * classes)];
    return Array.from({ length: classes }, (_, truth) => row(truth));
  }

  #sum(countOf: (index: number) => number): number {
    let sum = 0;
    for (let index = 0; index < this.classes; index++) sum += countOf(index);
    return sum;
  }
}

/** How often one class is taken for another. */
export interface Confusion {
  /** Class indices; never equal. */
  readonly truth: number;
  readonly prediction: number;
  /** How often, from 1 up. */
  readonly count: number;
  /** Of all records of the true class, 0..1. */
  readonly share: number;
}

/** At most `limit` confusions, the most frequent first, then the larger share, then the earlier class. */
export function topConfusions(matrix: readonly (readonly number[])[], limit: number): Confusion[] {
  const all = matrix.flatMap((row, truth) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row
      .map((count, prediction) => ({ truth, prediction, count, share: count / support }))
      .filter(({ prediction, count }) => prediction !== truth && count > 0);
  });
  // The sort is stable, and `all` is in the order of the classes.
  return all.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, limit);
}

/** Precision, recall and F1 of one class, or their means; each 0..1, or null where it is not defined. */
export interface Scores {
  /** The share of the records taken for the class that is of it; null when none was taken for it. */
  readonly precision: number | null;
  /** The share of the records of the class that was found; null when there are none. */
  readonly recall: number | null;
  /** 2 TP / (2 TP + FP + FN), so 0 for a class that was never found; null when there are no records of it. */
  readonly f1: number | null;
}

/** The scores of one class and how many records truly are of it. */
export interface ClassScores extends Scores {
  /** How many records are of the class. */
  readonly support: number;
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** The scores of each class, in the order of the matrix. */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  return Array.from({ length: matrix.classes }, (_, index) => {
    const hits = matrix.count(index, index);
    const support = matrix.support(index);
    const predicted = matrix.predicted(index);
    const f1 = support === 0 ? null : (2 * hits) / (support + predicted);
    return { support, precision: ratio(hits, predicted), recall: ratio(hits, support), f1 };
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
