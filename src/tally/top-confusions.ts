/** A class that is taken for another. */
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
 * The most frequent confusions, at most `limit`, most frequent first; at the same count the larger share, then the
 * order of the classes, decides. `matrix`: `[truth][prediction]` counts.
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
