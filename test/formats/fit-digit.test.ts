import { describe, expect, it, test } from 'vitest';
import { fitDigit } from '../../src/formats/pictures/fit-digit.js';
import type { GreyImage } from '../../src/formats/pictures/grey-image.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { drawDigit, grain, type Scene } from '../helpers/digit-pictures.js';
import { testLabels, testPixels } from '../helpers/mnist.js';

const SIZE = { height: 28, width: 28 };
const { network } = openModel('relu');

const fitted = (image: GreyImage, options = {}) => fitDigit(image, SIZE, options, 'x');
const all = testPixels();
const testImage = (index: number) => all.subarray(784 * index, 784 * index + 784);

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
  return [moment((i) => Math.floor(i / 28)), moment((i) => i % 28)];
}

function verdict(pixels: Uint8Array): number {
  const layers = feedForward(network, brightnessOf(pixels, network.normalization, SIZE));
  return predictedClass(layers[layers.length - 1]);
}

/** How many of some test images are read as they are when they are drawn anew. */
function rightOf(scene: (index: number) => Scene): number {
  const chosen = Array.from({ length: 25 }, (_, i) => 397 * i);
  return chosen.filter(
    (index) => verdict(fitted(drawDigit(index, scene(index))).pixels) === testLabels()[index],
  ).length;
}

describe('fitDigit', () => {
  it.each([
    ['dark on light', 255, 0],
    ['light on dark', 0, 255],
    ['faint', 200, 170],
  ])('makes a bar 20 pixels tall, bright, where MNIST has its middle (%s)', (_, paper, ink) => {
    const { pixels, done, doubts } = fitted(paperWithBar(120, 90, paper, ink));
    expect(massCentre(pixels)).toEqual([expect.closeTo(14, 1), expect.closeTo(14, 1)]);
    const column = Array.from({ length: 28 }, (_, y) => pixels[28 * y + 14] / 255);
    expect(column.reduce((sum, share) => sum + share, 0)).toBeCloseTo(20, 0);
    expect(pixels[14 * 28 + 14]).toBe(255);
    expect(done.join()).toMatch(/scaled from 120 x 90 to 28 x 28 and centred by mass,with thinner strokes$/);
    expect(done.join().includes('inverted')).toBe(paper > ink);
    expect(doubts).toEqual([]);
  });

  test('MNIST itself has its centre of mass there', () => {
    const centres = Array.from({ length: 500 }, (_, i) => massCentre(testImage(i)));
    for (const axis of [0, 1]) {
      expect(centres.reduce((sum, centre) => sum + centre[axis], 0) / centres.length).toBeCloseTo(14, 1);
    }
  });

  it('leaves what is like MNIST as it is, and turns it at most', () => {
    const moved: number[] = [];
    for (let index = 0; index < 2000; index++) {
      const pixels = testImage(index);
      const results = [pixels, pixels.map((pixel) => 255 - pixel)].map((own) =>
        fitted({ ...SIZE, pixels: own }),
      );
      if (results.some((result) => Buffer.compare(result.pixels, pixels) !== 0)) moved.push(index);
      else expect(results.map(({ done }) => done)).toEqual([[], ['inverted (its background is bright)']]);
    }
    expect(moved.length).toBeLessThanOrEqual(1);
  });

  it('fits a picture of 28 x 28 that is not like MNIST', () => {
    const corner = Uint8Array.from({ length: 784 }, (_, i) =>
      i % 28 === 3 && i > 28 && i < 28 * 12 ? 255 : 0,
    );
    const { pixels, done } = fitted({ ...SIZE, pixels: corner });
    expect(massCentre(pixels)).toEqual([expect.closeTo(14, 1), expect.closeTo(14, 1)]);
    expect(done).toContain('with thicker strokes');
  });

  it('leaves a picture of a size that MNIST does not have', () => {
    const size = { height: 8, width: 8 };
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 === 4 ? 200 : 0));
    expect(fitDigit({ ...size, pixels }, size, {}, 'x')).toEqual({ pixels, done: [], doubts: [] });
    const { pixels: small } = fitDigit(paperWithBar(120, 90, 255, 0), size, {}, 'x');
    const rows = Array.from({ length: 8 }, (_, y) => small.subarray(8 * y, 8 * y + 8).some((p) => p > 127));
    expect(rows.filter(Boolean).length).toBeGreaterThanOrEqual(5);
    expect(rows.filter(Boolean).length).toBeLessThanOrEqual(6);
  });

  const noise = grain(1);
  test.each<[name: string, scene: Scene]>([
    ['a pen', { width: 400, height: 300, scale: 9, ink: 30, left: 80, top: 20, paper: () => 230 }],
    [
      'uneven paper',
      {
        ...{ width: 400, height: 300, scale: 8, ink: 40, left: 150, top: 60 },
        paper: (y, x) => 230 - 90 * x - 40 * y * y,
      },
    ],
    [
      'a pencil, with grain',
      {
        ...{ width: 400, height: 400, scale: 8, ink: 150, left: 30, top: 120 },
        paper: (_, x) => 215 - 30 * x + 9 * noise(),
      },
    ],
    ['a thin pen', { width: 420, height: 420, scale: 14, edge: 0.8, ink: 60, paper: () => 240 }],
    ['a thick pen', { width: 400, height: 400, scale: 12, edge: 0.2, ink: 60, paper: () => 240 }],
    ['chalk', { width: 300, height: 300, scale: 8, ink: 220, left: 20, top: 50, paper: () => 60 }],
    [
      'small in a photo',
      { width: 900, height: 900, scale: 6, left: 600, top: 90, ink: 50, paper: () => 200 },
    ],
    [
      'ruled lines',
      {
        ...{ width: 400, height: 400, scale: 10, left: 60, top: 60, ink: 40 },
        paper: (y) => ((y * 400) % 40 < 2 ? 190 : 235),
      },
    ],
    [
      'a shadow with an edge',
      {
        ...{ width: 400, height: 300, scale: 8, ink: 40, left: 90, top: 40 },
        paper: (y, x) => 220 - 70 / (1 + Math.exp((x - 0.5 + 0.2 * y) * 40)) + 4 * noise(),
      },
    ],
    ['a small picture', { width: 40, height: 44, scale: 1, left: 3, top: 9, ink: 0, paper: () => 255 }],
  ])('reads digits as the network reads the originals: %s', (_, scene) => {
    expect(rightOf(() => scene)).toBeGreaterThanOrEqual(22);
  });

  it('takes the digit, and neither the specks nor what the picture cuts off', () => {
    const scene = { width: 400, height: 400, scale: 8, left: 90, top: 90, ink: 20, paper: () => 240 };
    const clean = drawDigit(0, scene);
    const pixels = clean.pixels.slice();
    for (let y = 0; y < 400; y++) for (let x = 0; x < 12; x++) pixels[400 * y + x] = 20;
    for (let y = 360; y < 366; y++) for (let x = 360; x < 366; x++) pixels[400 * y + x] = 20;
    const wanted = fitted(clean).pixels;
    const found = fitted({ ...clean, pixels }).pixels;
    expect(Math.max(...found.map((pixel, i) => Math.abs(pixel - wanted[i])))).toBeLessThan(30);
  });

  it('does as it is told', () => {
    const white = { ...SIZE, pixels: new Uint8Array(784).fill(250) };
    const asIs = { preprocess: 'none' } as const;
    expect(fitted(white, asIs)).toEqual({ pixels: white.pixels, done: [], doubts: [] });
    expect(fitted(white, { ...asIs, invert: true }).done).toEqual(['inverted']);
    expect(() => fitted(paperWithBar(60, 60, 0, 255), asIs)).toThrow(/28 x 28 pixels.*60 x 60/);
    const bar = paperWithBar(120, 90, 60, 200);
    expect(fitted(bar, { invert: true }).done).toContain('without ink');
    expect(fitted(bar, { invert: false }).pixels).toEqual(fitted(bar).pixels);
  });
});

describe('the doubts', () => {
  const page = (count: number, side: number): GreyImage => {
    const pixels = new Uint8Array(400 * 400).fill(240);
    for (let k = 0; k < count; k++) {
      const [top, left] = [20 + 90 * Math.floor(k / 4), 20 + 90 * (k % 4)];
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side / 4; x++) pixels[400 * (top + y) + left + x] = 30;
    }
    return { height: 400, width: 400, pixels };
  };
  const noise = grain(2);

  test.each<[name: string, image: GreyImage, doubts: string[]]>([
    ['nothing', { height: 30, width: 50, pixels: new Uint8Array(1500).fill(233) }, ['blank paper']],
    ['one', page(1, 60), []],
    ['two', page(2, 60), ['several digits']],
    ['sixteen', page(16, 60), ['a page or noise']],
    ['a speck', page(1, 20), ['a page or noise']],
    [
      'noise',
      { height: 100, width: 100, pixels: new Uint8Array(10_000).map(() => 128 + 120 * noise()) },
      ['a page or noise'],
    ],
  ])('%s', (_, image, doubts) => {
    expect(fitted(image).doubts).toEqual(doubts);
  });
});
