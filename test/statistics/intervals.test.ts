import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differenceInterval,
  pairedDifferenceInterval,
  wilsonInterval,
  Z_95,
} from '../../src/statistics/intervals.js';

describe('wilsonInterval', () => {
  // R. G. Newcombe, Statistics in Medicine 17, 1998, Table I, method 3.
  it.each([
    [81, 263, 0.25529, 0.36621],
    [15, 148, 0.06239, 0.16053],
    [0, 20, 0, 0.16113],
    [1, 29, 0.00611, 0.17176],
  ])('of %d in %d is as Newcombe (1998) gives it', (correct, total, low, high) => {
    const interval = wilsonInterval(correct, total);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it('is null when there is nothing to go by', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  it('holds the observed share, stays within 0..1 and is its own mirror image', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, share) => {
          const correct = Math.round(total * share);
          const interval = wilsonInterval(correct, total) ?? expect.unreachable();
          expect(interval.low).toBeGreaterThanOrEqual(0);
          expect(interval.low).toBeLessThanOrEqual(correct / total);
          expect(interval.high).toBeGreaterThanOrEqual(correct / total);
          expect(interval.high).toBeLessThanOrEqual(1);
          const mirrored = wilsonInterval(total - correct, total) ?? expect.unreachable();
          expect(mirrored.low).toBeCloseTo(1 - interval.high, 12);
        },
      ),
    );
  });

  it('solves the equation that defines it: the share lies z standard errors off each bound', () => {
    const interval = wilsonInterval(9533, 10_000) ?? expect.unreachable();
    for (const bound of [interval.low, interval.high]) {
      const standardError = Math.sqrt((bound * (1 - bound)) / 10_000);
      expect(Math.abs(0.9533 - bound) / standardError).toBeCloseTo(Z_95, 9);
    }
  });
});

describe('pairedDifferenceInterval', () => {
  const paired = ([both, onlyFirst, onlySecond, neither]: readonly number[]) =>
    pairedDifferenceInterval({ both, onlyFirst, onlySecond, neither }) ?? expect.unreachable();
  const counts = fc
    .array(fc.nat(5000), { minLength: 4, maxLength: 4 })
    .filter((four) => Math.max(...four) > 0);

  // R. G. Newcombe, Statistics in Medicine 17, 1998, pages 2635-2650, method 10.
  it('is as Newcombe (1998) gives it', () => {
    const { low, high } = paired([36, 12, 2, 0]);
    expect(low).toBeCloseTo(0.0569, 4);
    expect(high).toBeCloseTo(0.3404, 4);
  });

  it('is null when there is nothing to go by', () => {
    expect(pairedDifferenceInterval({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 })).toBeNull();
  });

  it('holds the difference, stays within -1..1, and turns around with the two', () => {
    fc.assert(
      fc.property(counts, (four) => {
        const [both, onlyFirst, onlySecond, neither] = four;
        const difference = (onlyFirst - onlySecond) / four.reduce((sum, count) => sum + count);
        const { low, high } = paired(four);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(low).toBeLessThanOrEqual(difference);
        expect(high).toBeGreaterThanOrEqual(difference);
        expect(high).toBeLessThanOrEqual(1);
        const turned = paired([both, onlySecond, onlyFirst, neither]);
        expect(turned.low).toBeCloseTo(-high, 12);
        expect(turned.high).toBeCloseTo(-low, 12);
      }),
    );
  });

  it('is narrower than for two sets of records where the verdicts agree', () => {
    const { low, high } = paired([9300, 120, 90, 490]);
    expect(high - low).toBeLessThan(0.5 * 2 * Z_95 * Math.sqrt((2 * 0.94 * 0.06) / 10_000));
  });
});

describe('differenceInterval', () => {
  const of = (correct: number, total: number) => ({ correct, total });

  // The first also in R. G. Newcombe, Statistics in Medicine 17, 1998, pages 873-890, Table II; all by statsmodels 0.14:
  // confint_proportions_2indep(correct, total, other correct, other total, method='newcomb').
  it.each([
    [56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614],
    [946, 1000, 960, 1000, -0.03295815992413198, 0.004694972649007322],
    [3, 20, 9, 30, -0.3536817112673414, 0.09911642361297593],
    [0, 10, 5, 8, -0.8631557141764027, -0.20197532742900315],
  ])('of %d in %d and %d in %d is as statsmodels gives it', (...given) => {
    const [correct, total, otherCorrect, otherTotal, low, high] = given;
    const interval = differenceInterval(of(correct, total), of(otherCorrect, otherTotal));
    expect(interval?.low).toBeCloseTo(low, 12);
    expect(interval?.high).toBeCloseTo(high, 12);
  });

  it('is null where there is nothing to go by', () => {
    expect(differenceInterval(of(0, 0), of(1, 2))).toBeNull();
    expect(differenceInterval(of(1, 2), of(0, 0))).toBeNull();
  });
});
