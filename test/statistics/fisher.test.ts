import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fisherExact } from '../../src/statistics/fisher.js';

type Row = [right: number, wrong: number, otherRight: number, otherWrong: number, p: number];
const FILE = new URL('../fixtures/statistics/fisher.json', import.meta.url);
const expected = JSON.parse(readFileSync(FILE, 'utf8')) as Row[];

describe('fisherExact', () => {
  it.each(expected)('of %d and %d beside %d and %d is what SciPy has', (a, b, c, d, p) => {
    const found = fisherExact(a, b, c, d);
    expect(Math.abs(found - p)).toBeLessThanOrEqual(1e-8 * p);
  });

  it('is the sum of all tables that are no likelier', () => {
    const choose = (n: number, k: number): number => {
      let product = 1;
      for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
      return product;
    };
    const count = fc.integer({ min: 0, max: 14 });
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const [rights, wrongs, drawn] = [a + c, b + d, a + b];
        const chance = (right: number) =>
          (choose(rights, right) * choose(wrongs, drawn - right)) / choose(rights + wrongs, drawn);
        let sum = 0;
        for (let right = Math.max(0, drawn - wrongs); right <= Math.min(rights, drawn); right++) {
          if (chance(right) <= chance(a) * (1 + 1e-7)) sum += chance(right);
        }
        expect(fisherExact(a, b, c, d)).toBeCloseTo(Math.min(1, sum), 9);
        // The same question, asked the other way round.
        expect(fisherExact(c, d, a, b)).toBeCloseTo(fisherExact(a, b, c, d), 9);
      }),
    );
  });

  it('takes counts of billions', () => {
    const even = fisherExact(960_000_000, 40_000_000, 9_600_000_000, 400_000_000);
    expect(even).toBeCloseTo(1, 6);
    // 2 · pnorm(-3.8467138) in R: so many are as good as normal.
    const apart = fisherExact(960_025_000, 39_975_000, 9_600_000_000, 400_000_000);
    expect(apart / 1.1971265e-4).toBeCloseTo(1, 2);
  });

  it.each([[-1], [0.5], [Number.NaN]])('refuses %d, which is no count', (count) => {
    expect(() => fisherExact(1, 2, count, 3)).toThrow('fisherExact: expected counts from 0 up');
  });
});
