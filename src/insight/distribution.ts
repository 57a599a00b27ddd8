/** How numbers are spread. */
export interface Distribution {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** The standard deviation, of all the numbers there are (divided by their count). */
  readonly deviation: number;
  /** Counts in pieces of equal width from `least` to `most`; what lies between two pieces is in the right one. */
  readonly histogram: readonly number[];
}

/** The distribution of at least one number, its histogram in `bins` pieces (in one where all are equal). */
export function distributionOf(values: Float64Array, bins: number): Distribution {
  const count = values.length;
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const histogram = new Array<number>(most > least ? bins : 1).fill(0);
  for (const value of values) {
    const share = most > least ? (value - least) / (most - least) : 0;
    histogram[Math.min(histogram.length - 1, Math.floor(share * histogram.length))]++;
  }
  return { count, least, most, mean, deviation: Math.sqrt(variance), histogram };
}
