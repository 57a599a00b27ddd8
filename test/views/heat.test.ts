import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HEAT_STYLE, heatLegend, shadeOf } from '../../src/views/page/heat.js';
import { en } from '../../src/views/words/en.js';

const [light, dark] = HEAT_STYLE.split('@media').map((part) =>
  Object.fromEntries(
    [...part.matchAll(/\.([rw]\d) \{ background: #(\w{6}); color: #(\w{6}); \}/g)].map(
      ([, shade, background, ink]) => [shade, { background: luminance(background), ink: luminance(ink) }],
    ),
  ),
);

/** As WCAG defines it. */
function luminance(hex: string): number {
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

describe('the shades of a matrix', () => {
  test.each([
    ['light', light, luminance('fdfdfc'), 1.08],
    ['dark', dark, luminance('15171a'), 1.25],
  ] as const)('can be read, and each is told apart from its neighbours: %s', (_, shades, paper, least) => {
    expect(Object.keys(shades)).toEqual([
      ...['r1', 'r2', 'r3'],
      ...['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'],
    ]);
    for (const kind of ['r', 'w']) {
      let before = paper;
      for (const [name, { background, ink }] of Object.entries(shades)) {
        if (!name.startsWith(kind)) continue;
        expect(contrast(background, ink)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(background, before)).toBeGreaterThanOrEqual(least);
        // Away from the paper, all the way.
        expect(contrast(background, paper)).toBeGreaterThan(contrast(before, paper));
        before = background;
      }
    }
  });

  test('in a dark page 1 of 1,000 stands out beside 5, with 24 the worst', () => {
    const [one, five] = [1, 5].map((count) => dark[shadeOf(count / 1000, 0.024, false)].background);
    expect(contrast(one, five)).toBeGreaterThan(1.7);
  });

  test('go as far as the legend says', () => {
    const shares = fc.double({ min: 1e-6, max: 1, noNaN: true });
    fc.assert(
      fc.property(shares, shares, fc.boolean(), (one, other, isRight) => {
        const [part, worst] = [Math.min(one, other), Math.max(one, other)];
        const { text } = heatLegend(en, worst);
        const limits = Object.fromEntries(
          [...text.matchAll(/<li class="([rw]\d)">([\d.]+)</g)].map(([, name, limit]) => [
            name,
            Number(limit),
          ]),
        );
        const shade = shadeOf(part, worst, isRight);
        const rounding = isRight ? 0.51 : worst < 0.1 ? 0.0101 : 0.101;
        expect(100 * part).toBeLessThanOrEqual(limits[shade] + rounding);
        const below = limits[`${shade[0]}${Number(shade[1]) - 1}`] ?? 0;
        expect(100 * part).toBeGreaterThanOrEqual(below - rounding);
      }),
    );
    expect(heatLegend(en, 0).text).not.toContain(en.heatWrong);
  });
});
