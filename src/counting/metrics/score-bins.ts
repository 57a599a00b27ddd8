import type { RankedCounts } from '../../statistics/ranking.js';
import type { State } from '../state.js';

/** Bins of a doubling of the odds: a power of two. */
const BINS_OF_A_DOUBLING = 64;
/** Odds from 2^-32 to 2^32 are told apart. */
const DOUBLINGS = 64;
const BINS = BINS_OF_A_DOUBLING * DOUBLINGS;

const odds = new Float32Array(1);
const oddsBits = new Int32Array(odds.buffer);
/** A float32 has 23 bits after the first: so many of them are below a bin. */
const SHIFT = 23 - Math.log2(BINS_OF_A_DOUBLING);
/** The bits of 2^-32, in bins; 127 is the exponent's bias. */
const LOWEST = (127 - DOUBLINGS / 2) * BINS_OF_A_DOUBLING;

/**
 * The bin of a probability that is given as two parts of a whole, both at least 0, not both 0: `part / (part + rest)`. From the
 * lowest to the highest, 64 bins for each doubling of the odds, nearly uniform in their logarithm: a bin's ends are less than
 * 0.016 apart in the logit. The bits of a float32 tell it, so that no machine rounds a logarithm differently.
 */
export function binOf(part: number, rest: number): number {
  odds[0] = part / rest;
  const bin = (oddsBits[0] >> SHIFT) - LOWEST;
  return bin < 0 ? 0 : bin < BINS ? bin : BINS - 1;
}

/** How often a yes-or-no question was answered by each probability, in bins: integers, which add up in any order. */
export class ScoreBins implements RankedCounts {
  /** `(bins)` float64, the lowest probability first. */
  readonly negatives = new Float64Array(BINS);
  readonly positives = new Float64Array(BINS);

  add(bin: number, isPositive: boolean): void {
    (isPositive ? this.positives : this.negatives)[bin]++;
  }

  merge({ negatives, positives }: ScoreBins): void {
    for (let bin = 0; bin < BINS; bin++) {
      this.negatives[bin] += negatives[bin];
      this.positives[bin] += positives[bin];
    }
  }

  get total(): number {
    const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
    return sum(this.negatives) + sum(this.positives);
  }

  /**
   * What its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  static from(state: State): ScoreBins {
    const bins = new ScoreBins();
    for (const entry of state.list()) {
      const [bin, negatives, positives] = entry.list(3);
      const at = bin.whole(0, BINS - 1);
      bins.negatives[at] += negatives.whole();
      bins.positives[at] += positives.whole();
    }
    return bins;
  }

  /** The exact state: bin, negatives, positives, for each bin that is not empty. */
  toJSON(): [bin: number, negatives: number, positives: number][] {
    const { negatives, positives } = this;
    return Array.from(negatives.keys())
      .filter((bin) => negatives[bin] + positives[bin] > 0)
      .map((bin) => [bin, negatives[bin], positives[bin]]);
  }
}
