/**
 * How often a yes-or-no question was answered by each score: counts from the lowest score to the highest, of records that are
 * not of the class (or were wrong), and of those that are (or were right). Records of one score are in no order.
 */
export interface RankedCounts {
  readonly negatives: ArrayLike<number>;
  readonly positives: ArrayLike<number>;
}

/** A point of a curve; both 0..1. */
export type CurvePoint = readonly [x: number, y: number];

/** Is told of records of one score, and how many have a higher one. */
type Visit = (positives: number, negatives: number, positivesAbove: number, negativesAbove: number) => void;

/** Goes through the scores that were met, the highest first; returns how many records there are. */
function walk(
  { negatives, positives }: RankedCounts,
  visit: Visit,
): { positives: number; negatives: number } {
  let [positivesAbove, negativesAbove] = [0, 0];
  for (let score = positives.length - 1; score >= 0; score--) {
    const [own, others] = [positives[score], negatives[score]];
    if (own + others === 0) continue;
    visit(own, others, positivesAbove, negativesAbove);
    positivesAbove += own;
    negativesAbove += others;
  }
  return { positives: positivesAbove, negatives: negativesAbove };
}

/** How many records there are. */
function totalsOf(counts: RankedCounts): { positives: number; negatives: number } {
  return walk(counts, () => {});
}

/** The area under the ROC curve: how often a positive scores above a negative. 0..1; null without either of them. */
export function rocArea(counts: RankedCounts): number | null {
  let wins = 0;
  const { positives, negatives } = walk(counts, (own, others, positivesAbove) => {
    wins += others * (positivesAbove + own / 2);
  });
  return positives === 0 || negatives === 0 ? null : wins / positives / negatives;
}

/**
 * The area under the precision-recall curve: the mean precision at which each positive is found, from the highest score down.
 * Of records of one score it takes the mean over their orders, nearly.
 *
 * @returns 0..1; null without positives
 */
export function averagePrecision(counts: RankedCounts): number | null {
  let sum = 0;
  const { positives } = walk(counts, (own, others, positivesAbove, negativesAbove) => {
    const othersEach = others / (own + 1);
    sum += sumOver(own, (found) => {
      const hits = positivesAbove + found;
      return hits / (hits + negativesAbove + found * othersEach);
    });
  });
  return positives === 0 ? null : sum / positives;
}

/**
 * The area under the risk-coverage curve (Y. Geifman and R. El-Yaniv, NIPS 2017): the mean share of wrong answers, over all
 * numbers of records that are answered, the surest first. Negatives are wrong, positives right; of records of one score it takes
 * the mean over their orders.
 *
 * @returns 0..1, the lower the better; null without records
 */
export function riskCoverageArea(counts: RankedCounts): number | null {
  let sum = 0;
  const { positives, negatives } = walk(counts, (right, wrong, rightAbove, wrongAbove) => {
    const wrongEach = wrong / (right + wrong);
    const above = rightAbove + wrongAbove;
    sum += sumOver(right + wrong, (answered) => (wrongAbove + wrongEach * answered) / (above + answered));
  });
  return positives + negatives === 0 ? null : sum / (positives + negatives);
}

/** The terms of a sum are taken together where they differ by less than this share of their number. */
const TOGETHER = 1 / 32;

/** Σ f(i) for i = 1 to count, of a smooth f: the first 64 one by one, all others by the middle of ever longer runs. */
function sumOver(count: number, f: (i: number) => number): number {
  let sum = 0;
  for (let i = 1; i <= count; ) {
    const run = Math.min(count - i + 1, Math.max(1, Math.floor(i * TOGETHER)));
    sum += run * f(i + (run - 1) / 2);
    i += run;
  }
  return sum;
}

/** Points nearer than this to the one before, in x and y together, are left out. */
const LEAST_STEP = 0.01;

/** A curve of a point a score, the highest first, thinned; each is told how many records have this score or a higher one. */
function curveOf(
  counts: RankedCounts,
  start: readonly CurvePoint[],
  pointOf: (positives: number, negatives: number) => CurvePoint,
): CurvePoint[] {
  const points = [...start];
  let last: CurvePoint | undefined;
  walk(counts, (own, others, positivesAbove, negativesAbove) => {
    last = pointOf(positivesAbove + own, negativesAbove + others);
    const before = points.at(-1);
    if (before && Math.abs(last[0] - before[0]) + Math.abs(last[1] - before[1]) < LEAST_STEP) return;
    points.push(last);
  });
  if (last !== undefined && points.at(-1) !== last) points.push(last);
  return points;
}

/** True positive rate (y) against false positive rate (x), from 0, 0 to 1, 1; null without positives or negatives. */
export function rocCurve(counts: RankedCounts): CurvePoint[] | null {
  const { positives, negatives } = totalsOf(counts);
  if (positives === 0 || negatives === 0) return null;
  return curveOf(counts, [[0, 0]], (hits, others) => [others / negatives, hits / positives]);
}

/** Precision (y) against recall (x), from the highest score down; null without positives. */
export function precisionRecallCurve(counts: RankedCounts): CurvePoint[] | null {
  const { positives } = totalsOf(counts);
  if (positives === 0) return null;
  return curveOf(counts, [], (hits, others) => [hits / positives, hits / (hits + others)]);
}

/** Share of wrong answers (y) against share answered (x), the surest first; null without records. */
export function riskCoverageCurve(counts: RankedCounts): CurvePoint[] | null {
  const { positives, negatives } = totalsOf(counts);
  const total = positives + negatives;
  if (total === 0) return null;
  return curveOf(counts, [], (right, wrong) => [(right + wrong) / total, wrong / (right + wrong)]);
}
