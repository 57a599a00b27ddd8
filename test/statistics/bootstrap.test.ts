import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/network/random.js';
import { drawBinomial, macroF1Interval, sharesOfRest } from '../../src/statistics/bootstrap.js';

describe('draws', () => {
  // Both algorithms, and both sides of a half.
  test.each([
    [3, 0.5],
    [12, 0.3],
    [40, 0.02],
    [40, 0.98],
    [60, 0.35],
    [60, 0.65],
    [1000, 0.012],
  ])('of %i tries at %d have the binomial distribution', (count, p) => {
    const random = createRandom(7);
    const draws = 40_000;
    const found = new Float64Array(count + 1);
    for (let i = 0; i < draws; i++) found[drawBinomial(count, p, random)]++;
    let log = count * Math.log1p(-p);
    let [chiSquare, cells, rest, foundRest] = [0, 0, 0, 0];
    for (let k = 0; k <= count; k++) {
      const expected = draws * Math.exp(log);
      log += Math.log(((count - k) / (k + 1)) * (p / (1 - p)));
      if (expected < 20) {
        rest += expected;
        foundRest += found[k];
        continue;
      }
      chiSquare += (found[k] - expected) ** 2 / expected;
      cells++;
    }
    if (rest > 0) chiSquare += (foundRest - rest) ** 2 / rest;
    // The mean of chi-square, and five standard deviations; the seed is fixed.
    expect(chiSquare).toBeLessThan(cells + 5 * Math.sqrt(2 * cells));
  });

  test('of a thousand million tries have the right mean and spread', () => {
    const random = createRandom(3);
    const [count, p, draws] = [1e9, 0.37, 20_000];
    const deviation = Math.sqrt(count * p * (1 - p));
    const z = Array.from({ length: draws }, () => (drawBinomial(count, p, random) - count * p) / deviation);
    expect(Math.abs(z.reduce((sum, x) => sum + x, 0)) / Math.sqrt(draws)).toBeLessThan(4);
    expect(z.reduce((sum, x) => sum + x * x, 0) / draws).toBeCloseTo(1, 1);
  });

  test('one after the other of what is left are those of a multinomial', () => {
    const random = createRandom(5);
    const sizes = [70, 20, 10];
    const shares = sharesOfRest(sizes);
    expect([...shares]).toEqual([0.7, 2 / 3, 1]);
    const sums = new Float64Array(3);
    for (let i = 0; i < 4000; i++) {
      let left = 100;
      for (let k = 0; k < 3; k++) {
        const drawn = drawBinomial(left, shares[k], random);
        left -= drawn;
        sums[k] += drawn / 4000;
      }
      expect(left).toBe(0);
    }
    for (const [k, size] of sizes.entries()) expect(Math.abs(sums[k] - size)).toBeLessThan(0.4);
  });
});

describe('macroF1Interval', () => {
  test('is the same each time, holds the value, and is narrower for more records', () => {
    const matrix = [
      [40, 3, 2],
      [5, 30, 1],
      [0, 4, 35],
    ];
    const own = macroF1Interval(matrix);
    expect(macroF1Interval(matrix)).toEqual(own);
    expect(own).toMatchObject({ level: 0.95, resamples: 2000, seed: 1 });
    const more = macroF1Interval(matrix.map((row) => row.map((count) => 100 * count)));
    if (own === null || more === null) throw new TypeError('expected intervals');
    const value = ((2 * 40) / (45 + 45) + (2 * 30) / (36 + 37) + (2 * 35) / (39 + 38)) / 3;
    for (const { low, high } of [own, more]) expect(low < value && value < high).toBe(true);
    expect((own.high - own.low) / (more.high - more.low)).toBeCloseTo(10, -0.5);
  });

  test('of nothing is null, and of what is all right is 1', () => {
    expect(
      macroF1Interval([
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull();
    expect(
      macroF1Interval([
        [5, 0],
        [0, 5],
      ]),
    ).toMatchObject({ low: 1, high: 1 });
    expect(
      macroF1Interval([
        [5, 0],
        [0, 0],
      ]),
    ).toMatchObject({ low: 1, high: 1 });
  });

  test('of a matrix with very many filled cells takes fewer resamples, and says so', () => {
    const matrix = Array.from({ length: 64 }, (_, k) =>
      Array.from({ length: 64 }, (_, j) => (j === k ? 900 : 1)),
    );
    expect(macroF1Interval(matrix)).toMatchObject({ resamples: 488 });
  });
});
