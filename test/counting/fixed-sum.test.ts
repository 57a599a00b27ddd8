import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FixedSum } from '../../src/counting/calibration.js';

function sumOf(values: ArrayLike<number>): FixedSum {
  const sum = new FixedSum();
  const f32 = Float32Array.from(values);
  sum.addAll(f32, 0, f32.length);
  return sum;
}

const anyFloat = fc.float();

describe('FixedSum', () => {
  it('adds what has few binary digits without any error', () => {
    expect(sumOf([0.5, 0.25, -2, 3]).value).toBe(1.75);
  });

  it('adds only the range it is given', () => {
    const sum = new FixedSum();
    sum.addAll(Float32Array.of(1, 2, 4, 8), 1, 3);
    expect(sum.value).toBe(6);
  });

  it('does not depend on the order of the values, nor on how they are shared out', () => {
    fc.assert(
      fc.property(fc.array(anyFloat, { maxLength: 60 }), fc.nat(60), fc.nat(60), (values, turn, cut) => {
        const turned = [...values.slice(turn), ...values.slice(0, turn)].reverse();
        const left = sumOf(turned.slice(0, cut));
        left.merge(sumOf(turned.slice(cut)));
        expect(left.toJSON()).toEqual(sumOf(values).toJSON());
      }),
    );
  });

  it('is within half a unit a value of the true sum', () => {
    const loss = fc.float({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(loss, { maxLength: 100 }), (values) => {
        const f64 = values.reduce((sum, value) => sum + value, 0);
        expect(sumOf(values).value).toBeCloseTo(f64, 7);
      }),
    );
  });

  it('stays exact where a float64 of units would not', () => {
    // The largest value of the fast path and the smallest unit, in turn: together more than 2^53 units.
    const large = 256 - 2 ** -16;
    const values = Float32Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? large : 2 ** -32));
    expect(sumOf(values).toJSON().units).toBe(String(20_000n * BigInt(large * 2 ** 32) + 20_000n));
  });

  it('holds the largest f32 values', () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    expect(sumOf([largest, largest, -largest]).value).toBe(largest);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is undefined after %d',
    (value) => {
      const sum = sumOf([1, value]);
      expect(sum.value).toBeNull();
      expect(sum.mean(2)).toBeNull();
      expect(sum.toJSON().notFinite).toBe(1);
    },
  );

  it('has a mean, but none of nothing', () => {
    expect(sumOf([1, 2]).mean(2)).toBe(1.5);
    expect(new FixedSum().mean(0)).toBeNull();
  });
});
