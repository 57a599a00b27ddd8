import { describe, expect, test } from 'vitest';
import { pairedDifferenceInterval, wilsonInterval } from '../../src/statistics/intervals.js';
import { holm, mcnemarExact, recordsToTell } from '../../src/statistics/significance.js';
import numbers from '../fixtures/statistics/numbers.json' with { type: 'json' };

/** Equal but for rounding. A bound that is 0 comes out of a difference; a p-value may be as small as 1e-300, and must not be 0. */
function expectSame(
  found: number | null | undefined,
  expected: number,
  rounding = 1e-15,
  relative = 1e-9,
): void {
  expect(Math.abs((found ?? Number.NaN) - expected)).toBeLessThanOrEqual(
    rounding + relative * Math.abs(expected),
  );
}

describe('the numbers are those of statsmodels', () => {
  test.each(numbers.pairs)('$counts', ({ counts, p, first, difference, recordsToTell: needed }) => {
    const [both, onlyFirst, onlySecond, neither] = counts;
    const paired = { both, onlyFirst, onlySecond, neither };
    expectSame(mcnemarExact(onlyFirst, onlySecond), p, 0, 1e-12);
    const total = both + onlyFirst + onlySecond + neither;
    const share = wilsonInterval(both + onlyFirst, total);
    expectSame(share?.low, first[0]);
    expectSame(share?.high, first[1]);
    const interval = pairedDifferenceInterval(paired);
    expectSame(interval?.low, difference[0]);
    expectSame(interval?.high, difference[1]);
    expect(recordsToTell(paired)).toBe(needed);
  });

  test.each(numbers.holm)('Holm of $p.length p-values', ({ p, adjusted }) => {
    for (const [index, found] of holm(p).entries()) expectSame(found, adjusted[index]);
  });
});
