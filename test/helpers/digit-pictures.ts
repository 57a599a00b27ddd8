import type { GreyImage } from '../../src/formats/pictures/grey-image.js';
import { testPixels } from './mnist.js';

const all = testPixels();

/** What a digit is drawn with, and on what. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture for one of MNIST; how much of MNIST's brightness is ink; where the digit's corner lies. */
  readonly scale: number;
  readonly edge?: number;
  readonly left?: number;
  readonly top?: number;
  /** Shades, 0 to 255. */
  readonly ink: number;
  /** By its place, in shares of the picture. */
  readonly paper: (y: number, x: number) => number;
}

/** A test image drawn anew as a stroke with sharp edges, on paper of any shades. */
export function drawDigit(index: number, scene: Scene): GreyImage {
  const { width, height, scale, ink, paper, edge = 0.5, left = 0, top = 0 } = scene;
  const digit = all.subarray(784 * index, 784 * index + 784);
  const at = (y: number, x: number) => (y < 0 || x < 0 || y > 27 || x > 27 ? 0 : digit[28 * y + x] / 255);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [v, u] = [(y - top + 0.5) / scale - 0.5, (x - left + 0.5) / scale - 0.5];
      const [row, column] = [Math.floor(v), Math.floor(u)];
      const [down, right] = [v - row, u - column];
      const upper = at(row, column) * (1 - right) + at(row, column + 1) * right;
      const lower = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
      const cover = Math.min(1, Math.max(0, (upper * (1 - down) + lower * down - edge) * 4 + 0.5));
      const shade = paper(y / height, x / width) * (1 - cover) + ink * cover;
      pixels[y * width + x] = Math.min(255, Math.max(0, Math.round(shade)));
    }
  }
  return { width, height, pixels };
}

/** The same grain each time: numbers from -1 to 1. */
export function grain(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
