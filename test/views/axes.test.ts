import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chart, fittingRange } from '../../src/views/page/axes.js';
import { roundTicks } from '../../src/views/ticks.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const HAIR = 1e-9;

describe('the axes of a chart', () => {
  test('a range holds all values, is wide enough, not much too wide, and ends at round numbers', () => {
    fc.assert(
      fc.property(fc.array(share), fc.constantFrom(0.001, 0.01, 0.1), (values, least) => {
        const { low, high } = fittingRange(values, least);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(low - HAIR);
          expect(value).toBeLessThanOrEqual(high + HAIR);
        }
        const span = Math.max(least, Math.max(...values, 0) - Math.min(...values, 1));
        expect(high - low).toBeGreaterThanOrEqual(least - HAIR);
        expect(high - low).toBeLessThanOrEqual(2.5 * span + HAIR);
        const ticks = roundTicks(low, high);
        expect(Math.abs(ticks[0] - low)).toBeLessThan(HAIR);
        expect(Math.abs(ticks[ticks.length - 1] - high)).toBeLessThan(HAIR);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    [[1], 0.99, 1],
    [[0], 0, 0.01],
    [[0.9641, 0.9957], 0.96, 1],
    [[0.483, 1], 0.4, 1],
    [[], 0, 0.01],
  ])('%j lie in %d to %d', (values, low, high) => {
    const range = fittingRange(values, 0.01);
    expect(range.low).toBeCloseTo(low, 12);
    expect(range.high).toBeCloseTo(high, 12);
  });

  test('a tick is written without what a double adds to it', () => {
    const up = { low: 0.93, high: 0.97 };
    const { text } = chart({ title: 't', x: 'x', y: 'y', up }, () => []);
    const ticks = [...text.matchAll(/>([\d.]+)</g)].map(([, tick]) => tick);
    expect(ticks).toEqual(['93', '94', '95', '96', '97', '0', '20', '40', '60', '80', '100']);
  });
});
