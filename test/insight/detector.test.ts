import { describe, expect, test } from 'vitest';
import { detect, rectangleRegion, regionWeights } from '../../src/insight/detector.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { testImages } from '../helpers/image-set.js';

const size = { height: 28, width: 28 };

describe('detect', () => {
  test('adds up what is bright in the region and takes off what is bright around it', () => {
    const images = testImages({ normalization: UNIT_BRIGHTNESS });
    const weights = regionWeights(rectangleRegion({ x: 8, y: 7, width: 12, height: 3 }, size), size);
    const report = detect({ ...size, weights, bias: -10 }, images, 10, 3);
    // By hand: rows 7 to 9, columns 8 to 19, and the two pixels around them.
    const all = Array.from({ length: 10_000 }, (_, index) => {
      // In whole numbers, so that nothing is rounded.
      let steps = 0;
      for (let y = 5; y <= 11; y++) {
        for (let x = 6; x <= 21; x++) {
          const isIn = y >= 7 && y <= 9 && x >= 8 && x <= 19;
          steps += (isIn ? 1 : -1) * images.pixels[index * 784 + y * 28 + x];
        }
      }
      return { index, steps, sum: steps / 255 };
    });
    const sorted = [...all].sort((a, b) => b.sum - a.sum);
    const indices = (of: readonly { readonly index: number }[]) => of.map(({ index }) => index);
    expect(indices(report.brightest)).toEqual(indices(sorted.slice(0, 3)));
    expect(indices(report.darkest)).toEqual(indices(sorted.slice(-3).reverse()));
    const [best] = report.brightest;
    expect(best.weightedSum).toBeCloseTo(sorted[0].sum, 10);
    expect(best.sum).toBeCloseTo(sorted[0].sum - 10, 10);
    expect(best.sigmoid).toBeCloseTo(1 / (1 + Math.exp(10 - sorted[0].sum)), 12);
    expect(best.relu).toBeCloseTo(Math.max(0, sorted[0].sum - 10), 10);
    expect(best.truth).toBe(images.labels?.[best.index]);
    expect(report.most).toBeCloseTo(sorted[0].sum, 10);
    expect(report.least).toBeCloseTo(sorted[9999].sum, 10);
    expect(report.mean).toBeCloseTo(all.reduce((total, { sum }) => total + sum, 0) / 10_000, 10);
    // With a bias of -10 it lights only above a sum of 10.
    expect(report.threshold).toBe(10);
    const lit = all.filter(({ steps }) => steps > 2550);
    expect(all.some(({ steps }) => steps === 2550)).toBe(true);
    expect(report.fires).toBe(lit.length);
    expect(lit.length).toBeGreaterThan(10);
    const sevens = all.filter(({ index }) => images.labels?.[index] === 7);
    const litSevens = lit.filter(({ index }) => images.labels?.[index] === 7);
    expect(report.firesByClass[7]).toBeCloseTo(litSevens.length / sevens.length, 12);
  });
});

describe('regionWeights', () => {
  const small = { height: 4, width: 5 };
  const region = rectangleRegion({ x: 3, y: 0, width: 1, height: 1 }, small);

  test('puts negative weights around a region, and stays in the image', () => {
    expect(Array.from(regionWeights(region, small, { margin: 1, positive: 2, negative: -0.5 }))).toEqual(
      [
        [0, 0, -0.5, 2, -0.5],
        [0, 0, -0.5, -0.5, -0.5],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ].flat(),
    );
    expect(regionWeights(region, small, { margin: 0 })).toEqual(region);
  });

  test('leaves surroundings as they were drawn', () => {
    const drawn = region.with(9, -1);
    expect(regionWeights(drawn, small)).toEqual(drawn);
    expect(regionWeights(drawn, small, { negative: -3 })).toEqual(region.with(9, -3));
  });

  test.each([
    { x: 3, y: 0, width: 3, height: 1 },
    { x: 0, y: 3, width: 1, height: 2 },
    { x: 0, y: 0, width: 0, height: 1 },
    { x: 0.5, y: 0, width: 1, height: 1 },
  ])('refuses %j', (rectangle) => {
    expect(() => rectangleRegion(rectangle, small)).toThrow('within 5 x 4 pixels');
  });
});
