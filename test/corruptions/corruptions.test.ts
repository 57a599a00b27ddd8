import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blur, createCanvas, erode, warp } from '../../src/corruptions/canvas.js';
import { CORRUPTION_NAMES, CORRUPTIONS, corrupt } from '../../src/corruptions/corruptions.js';
import { testPixels } from '../helpers/mnist.js';
import { randomPixels } from '../helpers/random-network.js';

const UPRIGHT = { transposed: false, inverted: false };
/** What nothing random decides. */
const FIXED = ['thin', 'thick', 'blur', 'contrast', 'inverted'];

const digits = testPixels();
const digit = (index: number) => digits.subarray(index * 784, (index + 1) * 784);

function corrupted(
  image: Uint8Array,
  name: string,
  level: number,
  stored = UPRIGHT,
  seed = 1,
  index = 0,
  size = 28,
) {
  const corruption = CORRUPTIONS.find((one) => one.name === name) ?? expect.unreachable();
  const target = new Uint8Array(image.length);
  const canvas = createCanvas({ height: size, width: image.length / size });
  corrupt(image, target, canvas, stored, { corruption, level, seed, index });
  return target;
}

function turned(image: Uint8Array): Uint8Array {
  return image.map((_, at) => image[(at % 28) * 28 + Math.floor(at / 28)]);
}

describe('each corruption', () => {
  test.each(CORRUPTION_NAMES)(
    '%s has five strengths, each of which changes a digit, and is repeated to the byte',
    (name) => {
      const { strengths, unit } = CORRUPTIONS.find((one) => one.name === name) ?? expect.unreachable();
      expect(strengths).toHaveLength(5);
      expect(unit).not.toBe('');
      for (let level = 0; level < 5; level++) {
        const once = corrupted(digit(0), name, level);
        expect(corrupted(digit(0), name, level)).toEqual(once);
        // A square may lie where all is black.
        const others = [1, 2, 3, 4, 5, 6, 7, 8].map((index) =>
          corrupted(digit(0), name, level, UPRIGHT, 1, index),
        );
        expect(others.some((other) => Buffer.compare(other, digit(0)) !== 0)).toBe(true);
      }
    },
  );

  test.each(CORRUPTION_NAMES)(
    '%s depends on seed and record where it is random, and on nothing else',
    (name) => {
      const made = [1, 2, 3, 4, 5].map((index) => corrupted(digit(0), name, 2, UPRIGHT, 1, index));
      const seeds = [1, 2, 3, 4, 5].map((seed) => corrupted(digit(0), name, 2, UPRIGHT, seed, 1));
      const isOne = (all: readonly Uint8Array[]) => new Set(all.map(String)).size === 1;
      expect([isOne(made), isOne(seeds)]).toEqual(FIXED.includes(name) ? [true, true] : [false, false]);
    },
  );

  test.each(CORRUPTION_NAMES)('%s is of what is seen, however that is stored', (name) => {
    const seen = corrupted(digit(3), name, 3);
    const inverted = corrupted(
      digit(3).map((pixel) => 255 - pixel),
      name,
      3,
      { ...UPRIGHT, inverted: true },
    );
    expect(inverted.map((pixel) => 255 - pixel)).toEqual(seen);
    const transposed = corrupted(turned(digit(3)), name, 3, { ...UPRIGHT, transposed: true });
    expect(turned(transposed)).toEqual(seen);
  });

  test('takes images of any size', () => {
    const shape = fc.record({
      height: fc.integer({ min: 1, max: 40 }),
      width: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(1e6),
      name: fc.constantFrom(...CORRUPTION_NAMES),
      level: fc.nat(4),
    });
    fc.assert(
      fc.property(shape, ({ height, width, seed, name, level }) => {
        const image = randomPixels(seed, height * width, 0.4);
        const before = image.slice();
        expect(corrupted(image, name, level, UPRIGHT, seed, seed, height)).toHaveLength(height * width);
        expect(image).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what corruptions are made of', () => {
  const canvasOf = (rows: readonly string[]) => {
    const canvas = createCanvas({ height: rows.length, width: rows[0].length });
    canvas.source.set(rows.flatMap((row) => Array.from(row, (cell) => (cell === '#' ? 255 : 0))));
    return canvas;
  };
  const shown = ({ target, width }: ReturnType<typeof canvasOf>) =>
    Array.from({ length: target.length / width }, (_, y) =>
      Array.from(target.subarray(y * width, (y + 1) * width), (pixel) =>
        pixel > 127 ? '#' : pixel > 0 ? '+' : '.',
      ).join(''),
    );
  const still = { xx: 1, xy: 0, yx: 0, yy: 1, x: 0, y: 0 };

  test('a warp moves, turns and scales, and lets black in', () => {
    const canvas = canvasOf(['##.', '...', '...']);
    warp(canvas, still);
    expect(shown(canvas)).toEqual(['##.', '...', '...']);
    // Taken from one to the right: the picture moves to the left.
    warp(canvas, { ...still, x: 1 });
    expect(shown(canvas)).toEqual(['#..', '...', '...']);
    // A quarter turn: the upper row becomes the right column.
    warp(canvas, { ...still, xx: 0, xy: 1, yx: -1, yy: 0 });
    expect(shown(canvas)).toEqual(['..#', '..#', '...']);
    warp(canvas, { ...still, x: 0.5 });
    expect(Array.from(canvas.target.subarray(0, 3))).toEqual([255, 128, 0]);
  });

  test('thin takes edges away, thick adds them, by shares', () => {
    const canvas = canvasOf(['.....', '.###.', '.###.', '.###.', '.....']);
    erode(canvas, 1, false);
    expect(shown(canvas)).toEqual(['.....', '.....', '..#..', '.....', '.....']);
    erode(canvas, 1, true);
    expect(shown(canvas)).toEqual(['.###.', '#####', '#####', '#####', '.###.']);
    erode(canvas, 0.25, false);
    expect(canvas.target[6]).toBe(191);
    expect(canvas.target[12]).toBe(255);
  });

  test('a blur keeps the sum, and is the same in all directions', () => {
    const canvas = createCanvas({ height: 21, width: 21 });
    canvas.source[10 * 21 + 10] = 255;
    blur(canvas, 1);
    const { target } = canvas;
    expect(target.reduce((sum, pixel) => sum + pixel, 0)).toBeGreaterThan(230);
    // 255 / (2 π).
    expect(target[10 * 21 + 10]).toBe(41);
    expect(target[10 * 21 + 12]).toBe(target[12 * 21 + 10]);
    expect(target[8 * 21 + 10]).toBe(target[12 * 21 + 10]);
  });

  test('the last strength of inverted is the negative, and noise has the spread that it says', () => {
    expect(corrupted(digit(0), 'inverted', 4)).toEqual(digit(0).map((pixel) => 255 - pixel));
    const grey = new Uint8Array(10_000).fill(128);
    const noisy = corrupted(grey, 'noise', 0, UPRIGHT, 5, 5, 100);
    const mean = noisy.reduce((sum, pixel) => sum + pixel, 0) / 10_000;
    const spread = Math.sqrt(noisy.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / 10_000);
    expect(mean).toBeGreaterThan(127);
    expect(mean).toBeLessThan(129.2);
    expect(spread / 255).toBeCloseTo(0.1, 2);
  });
});
