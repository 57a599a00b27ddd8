import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPicture, pictureOf } from '../../src/views/picture.js';

describe('pictureOf', () => {
  it('takes pixels as they are, row by row', () => {
    expect([...pictureOf(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 3, false).pixels]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('turns pixels that are stored column by column', () => {
    const { height, width, pixels } = pictureOf(Uint8Array.of(1, 4, 2, 5, 3, 6), 2, 3, true);
    expect([height, width, ...pixels]).toEqual([2, 3, 1, 2, 3, 4, 5, 6]);
  });
});

describe('fitPicture', () => {
  it('makes a picture smaller by the mean of each area', () => {
    const picture = { height: 2, width: 4, pixels: Uint8Array.of(0, 100, 8, 8, 200, 100, 0, 0) };
    expect(fitPicture(picture, 2)).toEqual({ height: 1, width: 2, pixels: Uint8Array.of(100, 4) });
  });

  it('weighs pixels that it covers in part', () => {
    const picture = { height: 3, width: 3, pixels: Uint8Array.of(90, 0, 0, 90, 0, 0, 90, 0, 0) };
    expect([...fitPicture(picture, 2).pixels]).toEqual([60, 0, 60, 0]);
  });

  it('enlarges by whole factors only, without blur', () => {
    const picture = { height: 1, width: 2, pixels: Uint8Array.of(10, 20) };
    expect(fitPicture(picture, 5)).toEqual({
      height: 2,
      width: 4,
      pixels: Uint8Array.of(10, 10, 20, 20, 10, 10, 20, 20),
    });
  });

  it('fits any picture into any square, keeps its shape, and a plain one plain', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, fc.nat(255), (height, width, most, grey) => {
        const picture = { height, width, pixels: new Uint8Array(height * width).fill(grey) };
        const fitted = fitPicture(picture, most);
        expect(fitted.height).toBeLessThanOrEqual(most);
        expect(fitted.width).toBeLessThanOrEqual(most);
        expect(fitted.pixels).toEqual(new Uint8Array(fitted.height * fitted.width).fill(grey));
        expect(Math.abs(fitted.height * width - fitted.width * height)).toBeLessThanOrEqual(
          Math.max(height, width),
        );
      }),
    );
  });
});
