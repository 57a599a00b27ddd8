import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { populationStability, stabilityBound } from '../../src/statistics/stability.js';

describe('populationStability', () => {
  it.each([
    [[10, 20, 30], [30, 20, 10], 0.693561903],
    [[0, 10], [5, 5], 1.383873835],
    [[100, 200, 300], [1000, 2000, 3000], 0],
  ])('of %j and %j, half a count added to each, is %d', (found, known, expected) => {
    expect(populationStability(found, known)).toBeCloseTo(expected, 3);
  });

  it('is from 0 up, and the same either way', () => {
    const counts = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, counts, (found, known) => {
        const index = populationStability(found, known);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(populationStability(known, found)).toBeCloseTo(index, 9);
        expect(populationStability(found, found)).toBe(0);
      }),
    );
  });
});

describe('stabilityBound', () => {
  // qchisq(1 - 1e-4, freedom) in R; the approximation is within 5 % of it.
  it.each([
    [3, 18.4207],
    [6, 25.7448],
    [10, 33.7199],
    [26, 60.1403],
    [256, 347.6542],
  ])('of %d bins is the quantile of chi-square, times the spread', (bins, quantile) => {
    expect(stabilityBound(bins, 0.01)).toBeCloseTo(stabilityBound(bins, 1) / 100, 9);
    expect(Math.abs(stabilityBound(bins, 1) / quantile - 1)).toBeLessThan(0.05);
  });

  it('of a single bin is beyond all', () => {
    expect(stabilityBound(1, 0.01)).toBe(Number.POSITIVE_INFINITY);
  });
});
