import { describe, expect, it } from 'vitest';
import { fitDigit } from '../../src/formats/pictures/fit-digit.js';

const SIZE = { height: 28, width: 28 };

/** Paper of one shade with a bar of ink on it. */
function paperWithBar(height: number, width: number, paper: number, ink: number) {
  const pixels = new Uint8Array(height * width).fill(paper);
  for (let y = 10; y < 50; y++) for (let x = 30; x < 40; x++) pixels[y * width + x] = ink;
  return { height, width, pixels };
}

function massCentre(pixels: Uint8Array): [number, number] {
  const mass = pixels.reduce((sum, pixel) => sum + pixel, 0);
  const moment = (place: (i: number) => number) =>
    pixels.reduce((sum, pixel, i) => sum + pixel * place(i), 0) / mass;
  return [moment((i) => Math.floor(i / 28) + 0.5), moment((i) => (i % 28) + 0.5)];
}

describe('fitDigit', () => {
  it.each([
    ['dark on light', 255, 0],
    ['light on dark', 0, 255],
  ])('makes a bar 20 pixels tall, bright, in the middle (%s)', (_, paper, ink) => {
    const { pixels, done } = fitDigit(paperWithBar(120, 90, paper, ink), SIZE, {}, 'x');
    expect(massCentre(pixels)).toEqual([expect.closeTo(14, 6), expect.closeTo(14, 6)]);
    const rows = Array.from({ length: 28 }, (_, y) =>
      pixels.subarray(28 * y, 28 * y + 28).some((p) => p > 0),
    );
    expect(rows.filter(Boolean)).toHaveLength(20);
    expect(pixels[14 * 28 + 14]).toBe(255);
    expect(done.join()).toMatch(/scaled from 120 x 90 to 28 x 28,centred by its mass$/);
    expect(done.join().includes('inverted')).toBe(paper === 255);
  });

  it('leaves a picture of the right size where it is', () => {
    const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i === 100 ? 200 : 0));
    expect(fitDigit({ ...SIZE, pixels }, SIZE, {}, 'x')).toEqual({ pixels, done: [], doubts: [] });
  });

  it('does as it is told', () => {
    const white = { ...SIZE, pixels: new Uint8Array(784).fill(250) };
    expect(fitDigit(white, SIZE, { preprocess: 'none' }, 'x')).toEqual({
      pixels: white.pixels,
      done: [],
      doubts: [],
    });
    expect(fitDigit(white, SIZE, { invert: false }, 'x').pixels).toEqual(white.pixels);
    expect(fitDigit(white, SIZE, {}, 'x').pixels).toEqual(new Uint8Array(784).fill(5));
    expect(fitDigit(white, SIZE, { invert: true, preprocess: 'none' }, 'x').done).toEqual(['inverted']);
    expect(() => fitDigit(paperWithBar(60, 60, 0, 255), SIZE, { preprocess: 'none' }, 'x')).toThrow(
      /28 x 28 pixels.*60 x 60/,
    );
  });

  it('says so where there is no ink', () => {
    const { pixels, done } = fitDigit({ height: 5, width: 5, pixels: new Uint8Array(25) }, SIZE, {}, 'x');
    expect(pixels).toEqual(new Uint8Array(784));
    expect(done).toContain('found no ink in it');
  });
});
