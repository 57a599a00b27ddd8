import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm, mcnemarExact } from '../../src/statistics/significance.js';

describe('mcnemarExact', () => {
  // binom.test(min(b, c), b + c)$p.value in R.
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [6, 0, 0.03125],
    [0, 6, 0.03125],
    [10, 10, 1],
    [12, 2, 0.0129394531],
  ])('of %d and %d is %d', (first, second, expected) => {
    expect(mcnemarExact(first, second)).toBeCloseTo(expected, 9);
  });

  it('is the sum of the tails, and the same for either order', () => {
    const count = fc.integer({ min: 0, max: 25 });
    fc.assert(
      fc.property(count, count, (first, second) => {
        const total = first + second;
        let [choose, tail] = [1, 0];
        for (let i = 0; i <= Math.min(first, second); i++) {
          tail += choose;
          choose = (choose * (total - i)) / (i + 1);
        }
        const expected = first === second ? 1 : Math.min(1, (2 * tail) / 2 ** total);
        expect(mcnemarExact(first, second)).toBeCloseTo(expected, 11);
        expect(mcnemarExact(second, first)).toBe(mcnemarExact(first, second));
      }),
    );
  });

  it('is near the normal test where there are many', () => {
    // (|b - c| - 1)^2 / (b + c) = 9.0 is 3 standard deviations: 0.0027.
    expect(mcnemarExact(500_000 + 1500, 500_000 - 1500)).toBeCloseTo(0.0027, 4);
    expect(mcnemarExact(1_000_000, 0)).toBe(0);
    // Two standard deviations of a billion tosses, which takes no longer than their root.
    expect(mcnemarExact(5e8 + 31_623, 5e8 - 31_623)).toBeCloseTo(0.0455, 4);
  });

  // From mpmath, in 40 digits: the regularized incomplete beta function.
  it.each([
    [1_000_000_000, 999_900_000, 0.02534512188737033],
    [1_000_000_000, 999_999_990, 0.9998394288302354],
    [1_000_000_000, 999_999_999, 1],
    [1_000_000_000, 999_000_000, 8.3899875228995e-111],
    [500_031_623, 499_968_377, 0.04550215289261613],
  ])('of %d and %d is exact, too', (first, second, expected) => {
    expect(Math.abs(mcnemarExact(first, second) / expected - 1)).toBeLessThan(3e-13);
  });

  it('refuses what are no counts', () => {
    expect(() => mcnemarExact(-1, 2)).toThrow('expected counts from 0 up, found -1');
    expect(() => mcnemarExact(1, 0.5)).toThrow('found 0.5');
  });
});

describe('holm', () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") in R.
  it('is what p.adjust gives', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, expected] of [0.03, 0.06, 0.06, 0.02].entries()) {
      expect(adjusted[index]).toBeCloseTo(expected, 12);
    }
  });

  it('leaves one alone, and none', () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([])).toEqual([]);
  });

  it('never goes below what it was, nor above 1, and keeps the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (pValues) => {
        const adjusted = holm(pValues);
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, q] of pValues.entries())
            if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]);
        }
      }),
    );
  });
});
