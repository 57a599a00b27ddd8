import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logTicks, roundTicks, ticksAround } from '../../src/views/ticks.js';

/** 1, 2 or 5 times a power of ten. */
const isRound = (value: number) => /^[125](\.0+)?e/.test(value.toExponential(5));

describe('ticks', () => {
  test('are round, hold all values, and are few, but at least two', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, fc.constantFrom(1, 1e-3, 1e3), (given, unit) => {
        const own = given.map((value) => Math.round(value) * unit);
        const ticks = ticksAround(own);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(9);
        const step = ticks[1] - ticks[0];
        expect(isRound(step)).toBe(true);
        expect(Math.min(...own)).toBeGreaterThanOrEqual(ticks[0] - step * 1e-6);
        expect(Math.max(...own)).toBeLessThanOrEqual((ticks.at(-1) ?? 0) + step * 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  test('of a range are round, within it, and few, but at least two', () => {
    const ends = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }));
    fc.assert(
      fc.property(ends, fc.constantFrom(1, 1e-3, 1e3), ([from, span], unit) => {
        const [low, high] = [from * unit, (from + span) * unit];
        const ticks = roundTicks(low, high);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        // Without what the difference of two doubles adds to it.
        const step = Number((ticks[1] - ticks[0]).toPrecision(4));
        expect(isRound(step)).toBe(true);
        for (const tick of ticks) {
          expect(Math.abs(tick / step - Math.round(tick / step))).toBeLessThan(1e-6);
          expect(tick).toBeGreaterThanOrEqual(low - step * 1e-6);
          expect(tick).toBeLessThanOrEqual(high + step * 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a logarithmic axis are, too', () => {
    const values = fc.array(fc.double({ min: -9, max: 6, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, (powers) => {
        const own = powers.map((power) => 10 ** power);
        const ticks = logTicks(own);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
        for (const tick of ticks) expect(String(tick)).toMatch(/^(0\.0*|)[125]0*$|^[125]e[+-]\d+$/);
        expect(Math.min(...own)).toBeGreaterThanOrEqual(ticks[0] * (1 - 1e-6));
        expect(Math.max(...own)).toBeLessThanOrEqual((ticks.at(-1) ?? 0) * (1 + 1e-6));
      }),
      { numRuns: 300 },
    );
  });

  test('of one value lie around it', () => {
    expect(logTicks([0.5])).toEqual([0.2, 0.5, 1]);
    expect(ticksAround([0])).toEqual([-0.2, 0, 0.2]);
    expect(ticksAround([0.5])).toEqual([0.4, 0.5, 0.6].map((value) => expect.closeTo(value)));
  });
});
