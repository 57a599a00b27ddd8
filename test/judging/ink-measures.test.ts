import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InkImage, inkBin, inkSize, inkSlant, strokeThickness } from '../../src/judging/ink-measures.js';

/** An image of 28 x 28 by the brightness of each pixel, 0..1. */
function image(brightness: (x: number, y: number) => number, side = 28): InkImage {
  const pixels = Uint8Array.from({ length: side * side }, (_, at) =>
    Math.round(255 * brightness(at % side, Math.floor(at / side))),
  );
  return { pixels, height: side, width: side };
}

const within = (value: number, low: number, high: number) => (value >= low && value < high ? 1 : 0);
const upright = (width: number) => image((x, y) => within(x, 10, 10 + width) * within(y, 4, 24));
/** A stroke from (14 + reach, 4) down to (14 - reach, 24), its edges as grey as much of the pixel they cover. */
const leaning = (reach: number) =>
  image(
    (x, y) => within(y, 4, 24) * Math.max(0, Math.min(1, 2 - Math.abs(x - 14 + (reach * (y - 13.5)) / 10))),
  );
const empty = image(() => 0);

describe('strokeThickness', () => {
  it.each([2, 3, 4, 5])('of a stroke %d pixels wide is about that', (width) => {
    // Its ends are edges, too.
    const found = strokeThickness(upright(width)) ?? 0;
    expect(found).toBeGreaterThan(width * 0.85);
    expect(found).toBeLessThanOrEqual(width);
  });

  it('is what all distances give that are looked for one by one', () => {
    const pixel = fc.constantFrom(0, 0, 0, 90, 140, 255);
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 49, maxLength: 49 }), (pixels) => {
        const small = { pixels: Uint8Array.from(pixels), height: 7, width: 7 };
        const found = strokeThickness(small);
        if (Math.max(...pixels) === 0) expect(found).toBeNull();
        else expect(found).toBeCloseTo(slowThickness(small), 9);
      }),
    );
  });

  it('is told as of an image of 28 pixels', () => {
    const large = image((x, y) => within(x, 20, 28) * within(y, 8, 48), 56);
    expect(strokeThickness(large)).toBeCloseTo(strokeThickness(upright(4)) ?? 0, 0);
  });
});

/** By the definition: enlarged twice, and for each ink the nearest paper. */
function slowThickness({ pixels, height, width }: InkImage): number {
  const at = (x: number, y: number) =>
    pixels[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))];
  const half = Math.max(...pixels) / 2;
  const ink: [number, number][] = [];
  const paper: [number, number][] = [];
  for (let y = -1; y <= 2 * height; y++) {
    for (let x = -1; x <= 2 * width; x++) {
      const [nearX, nearY] = [Math.floor(x / 2), Math.floor(y / 2)];
      const [farX, farY] = [nearX + (x % 2 ? 1 : -1), nearY + (y % 2 ? 1 : -1)];
      const isInside = x >= 0 && y >= 0 && x < 2 * width && y < 2 * height;
      const value = (9 * at(nearX, nearY) + 3 * at(farX, nearY) + 3 * at(nearX, farY) + at(farX, farY)) / 16;
      (isInside && value >= half ? ink : paper).push([x, y]);
    }
  }
  if (ink.length === 0) return 28 / Math.max(height, width);
  const distances = ink.map(([x, y]) => Math.min(...paper.map(([px, py]) => Math.hypot(x - px, y - py))));
  const mean = distances.reduce((sum, distance) => sum + distance - 0.5, 0) / ink.length;
  return (2 * mean * 28) / Math.max(height, width);
}

describe('inkSlant', () => {
  it.each([
    [0, 0],
    [3, Math.atan(0.3)],
    [-3, -Math.atan(0.3)],
    [8, Math.atan(0.8)],
  ])('of a stroke that leans %d pixels in 10', (reach, angle) => {
    expect(inkSlant(leaning(reach))).toBeCloseTo((angle * 180) / Math.PI, 0);
  });

  it('of a single line across is none', () => {
    expect(inkSlant(image((x, y) => within(x, 4, 20) * within(y, 9, 10)))).toBe(0);
  });
});

it('inkSize is the share of the image that the box around the ink takes', () => {
  expect(inkSize(upright(7))).toBeCloseTo((100 * 7 * 20) / 784, 9);
  expect(inkSize(image((x, y) => (x + y === 27 ? 1 : 0.4)))).toBeCloseTo(100, 9);
});

it.each([
  ['thickness', upright(2), '1.5 to 2 px'],
  ['thickness', upright(9), 'from 4 px'],
  ['thickness', upright(1), 'under 1.5 px'],
  ['slant', leaning(3), '10 to 20°'],
  ['slant', leaning(-1), '-10 to 0°'],
  ['size', upright(7), '10 to 20 %'],
  ['size', empty, 'no ink'],
  ['slant', empty, 'no ink'],
  ['thickness', empty, 'no ink'],
] as const)('the %s of an image falls into a bin', (measure, of, bin) => {
  expect(inkBin(measure, of)).toBe(bin);
});
