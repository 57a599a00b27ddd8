import type { Evaluation } from '../counting/evaluation.js';
import type { BaselineComparison } from '../counting/gate-result.js';
import { DigitflowError } from '../errors.js';
import { differenceInterval, type PairedCounts, pairedDifferenceInterval } from '../statistics/intervals.js';
import { mcnemarExact } from '../statistics/significance.js';
import type { Baseline } from './baseline.js';
import { SIGNIFICANCE } from './comparison.js';

/**
 * How an evaluation compares with its baseline, of the same images.
 *
 * @throws DigitflowError USAGE for counts of other evaluations
 */
export function comparisonOf(
  { images, correct }: Pick<Evaluation, 'images' | 'correct'>,
  baseline: Baseline,
  counts: PairedCounts | null,
): BaselineComparison {
  const { path, accuracy } = baseline;
  if (counts !== null) checkCountsOf(counts, images, [correct, baseline.correct]);
  const interval =
    counts === null
      ? differenceInterval({ correct, total: images }, { correct: baseline.correct, total: baseline.images })
      : pairedDifferenceInterval(counts);
  return {
    ...{ path, accuracy, difference: images === 0 ? null : (correct - baseline.correct) / images },
    interval: interval && { ...interval, level: 0.95, method: 'newcombe' },
    pairs: counts && {
      ...{ both: counts.both, onlyThis: counts.onlyFirst, onlyBaseline: counts.onlySecond },
      ...{ neither: counts.neither, p: mcnemarExact(counts.onlyFirst, counts.onlySecond) },
    },
  };
}

/** Whether the accuracy dropped: by more than a margin, or without one significantly. */
export function isDrop({ difference, interval, pairs }: BaselineComparison, margin?: number): boolean {
  if (difference === null || difference >= 0) return false;
  if (margin !== undefined) return -difference > margin;
  if (pairs !== null) return pairs.p < SIGNIFICANCE;
  return interval !== null && interval.high < 0;
}

function checkCountsOf(counts: PairedCounts, images: number, correct: readonly [number, number]): void {
  const { both, onlyFirst, onlySecond, neither } = counts;
  const found = [both + onlyFirst, both + onlySecond, both + onlyFirst + onlySecond + neither];
  if (found.every((count, at) => count === [...correct, images][at])) return;
  const expected = `${correct.join(' and ')} right of ${images}, as the evaluation and its baseline are`;
  const message = `pairs: expected counts of ${expected}, found ${found[0]} and ${found[1]} of ${found[2]}`;
  throw new DigitflowError('USAGE', `${message}; pair the verdicts of these two`);
}
