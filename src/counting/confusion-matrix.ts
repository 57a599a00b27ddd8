import { DigitflowError } from '../errors.js';

/** The most classes a tally can hold: labels and predictions are one byte each. */
export const MAX_CLASSES = 256;

/**
 * How often each class was read as each other: rows are the truth, columns the prediction.
 *
 * Counts are integers held as float64, so they stay exact up to 2^53 records; a uint32 would overflow after
 * half an hour at full speed.
 */
export class ConfusionMatrix {
  /** 1 to 256. */
  readonly classes: number;
  /** `(classes, classes)` float64, row-major, row = truth. */
  readonly #counts: Float64Array;
  #total = 0;

  /** @throws DigitflowError USAGE when `classes` is not an integer from 1 to 256. */
  constructor(classes: number) {
    if (!Number.isInteger(classes) || classes < 1 || classes > MAX_CLASSES) {
      throw new DigitflowError(
        'USAGE',
        `classes: expected an integer from 1 to ${MAX_CLASSES}, found ${classes}`,
      );
    }
    this.classes = classes;
    this.#counts = new Float64Array(classes * classes);
  }

  /** Counts the first `count` records. `truths` and `predictions`: `(>= count)` u8, each below `classes`. */
  addAll(truths: Uint8Array, predictions: Uint8Array, count: number): void {
    const { classes } = this;
    const counts = this.#counts;
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
      throw new DigitflowError(
        'USAGE',
        `merge: expected a confusion matrix of ${this.classes} classes, found one of ${other.classes}`,
      );
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
    return Array.from({ length: this.classes }, (_, truth) => [
      ...this.#counts.subarray(truth * this.classes, (truth + 1) * this.classes),
    ]);
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

/**
 * The most frequent confusions, at most `limit`, most frequent first; of equals the larger share comes first, then the
 * earlier class. `matrix`: `[truth][prediction]` counts.
 */
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
