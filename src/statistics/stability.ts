/** So much is added to each count: a bin that is empty would make the index infinite. */
const ADDED = 0.5;
/** One window in 10,000 of images that are like the reference is above what chance explains: qnorm(1 - 1e-4) in R. */
const Z_RARE = 3.719016485455709;

/**
 * The population stability index of two samples in the same bins: Σ (p - q) ln(p / q) over their shares, from 0 up. It is the
 * symmetric divergence of Jeffreys; by convention below 0.1 is no change, and above 0.25 a large one.
 */
export function populationStability(found: ArrayLike<number>, known: ArrayLike<number>): number {
  const bins = found.length;
  const totalOf = (counts: ArrayLike<number>) => {
    let sum = ADDED * bins;
    for (let bin = 0; bin < bins; bin++) sum += counts[bin];
    return sum;
  };
  const [foundTotal, knownTotal] = [totalOf(found), totalOf(known)];
  let index = 0;
  for (let bin = 0; bin < bins; bin++) {
    const [p, q] = [(found[bin] + ADDED) / foundTotal, (known[bin] + ADDED) / knownTotal];
    index += (p - q) * Math.log(p / q);
  }
  return index;
}

/**
 * What chance alone seldom (1 in 10,000) makes of that index: of two samples of one distribution it is about chi-square of
 * `bins - 1` degrees of freedom, times `spread`. The quantile is that of E. B. Wilson and M. M. Hilferty (PNAS 17, 1931).
 *
 * @param spread 1/n + 1/m, n and m being how many independent values there are in either sample
 */
export function stabilityBound(bins: number, spread: number): number {
  const freedom = bins - 1;
  if (freedom === 0) return Number.POSITIVE_INFINITY;
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + Z_RARE * Math.sqrt(part)) ** 3 * spread;
}
