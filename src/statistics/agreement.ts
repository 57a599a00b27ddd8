/** `[truth][prediction]` counts, as many rows as columns. */
type Counts = readonly (readonly number[])[];

/**
 * Cohen's kappa (Educational and Psychological Measurement 20, 1960): how far labels and predictions agree beyond what
 * independent ones with the same shares of classes would. 1 where all agree, 0 where no more than that.
 *
 * @returns at most 1; null where there is nothing to count, and where independent ones would always agree
 */
export function cohenKappa(counts: Counts): number | null {
  const { agreed, expected } = margins(counts);
  return expected < 1 ? (agreed - expected) / (1 - expected) : null;
}

/**
 * The correlation of labels and predictions, after Matthews, for any number of classes (J. Gorodkin, Computational Biology and
 * Chemistry 28, 2004).
 *
 * @returns -1..1; null where all labels, or all predictions, are of one class: then nothing can correlate
 */
export function matthewsCorrelation(counts: Counts): number | null {
  const { agreed, expected, truths, predictions } = margins(counts);
  const spread = (1 - squares(truths)) * (1 - squares(predictions));
  return spread > 0 ? (agreed - expected) / Math.sqrt(spread) : null;
}

/** As shares: products of counts leave the safe integers at 10^8 records. All are NaN where nothing was counted. */
function margins(counts: Counts) {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const truths = counts.map((row) => row.reduce((sum, count) => sum + count, 0) / total);
  const predictions = counts.map((_, k) => counts.reduce((sum, row) => sum + row[k], 0) / total);
  const agreed = counts.reduce((sum, row, k) => sum + row[k], 0) / total;
  const expected = truths.reduce((sum, share, k) => sum + share * predictions[k], 0);
  return { agreed, expected, truths, predictions };
}

function squares(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share * share, 0);
}
