/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} low the lower quartile
 * @property {number} high the upper quartile
 * @property {number} least
 * @property {number} most
 */

/**
 * @param {readonly number[]} values at least one
 * @returns {Spread}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    least: sorted[0],
    most: sorted[sorted.length - 1],
  };
}

/**
 * The ratio of two contenders round by round: what slows a whole round down slows both, and cancels out.
 *
 * @param {readonly number[]} above
 * @param {readonly number[]} below as many
 * @returns {Spread}
 */
export function ratio(above, below) {
  return spread(above.map((value, round) => value / below[round]));
}

/** Linear between the two nearest ranks. */
function quantile(sorted, share) {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  // Not reckoned where it is one of them: it may be infinite.
  if (rank === below) return sorted[below];
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (rank - below);
}
