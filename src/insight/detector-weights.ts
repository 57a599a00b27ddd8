import { DigitflowError } from '../errors.js';
import type { ImageSize } from '../network/network.js';

/** A rectangle of pixels: its upper left corner, counted from 0, and its size. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a region becomes weights. */
export interface RegionWeights {
  /** In the region. Default 1. */
  readonly positive?: number | undefined;
  /** Around it. Default -1. */
  readonly negative?: number | undefined;
  /** How many pixels wide the surroundings are, in all eight directions. Default 2. */
  readonly margin?: number | undefined;
}

/**
 * A rectangle as a region: `(height * width)` float64, 1 in it and 0 elsewhere.
 *
 * @throws DigitflowError USAGE for one that is empty or does not lie in the image.
 */
export function rectangleRegion({ x, y, width, height }: Rectangle, image: ImageSize): Float64Array {
  const isWhole = [x, y, width, height].every(Number.isSafeInteger);
  const isWithin =
    x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= image.width && y + height <= image.height;
  if (!isWhole || !isWithin) {
    throw new DigitflowError(
      'USAGE',
      `rectangle ${x},${y},${width},${height}: expected x,y,width,height within ${image.width} x ${image.height} pixels; ` +
        'x and y count from 0',
    );
  }
  return Float64Array.from({ length: image.width * image.height }, (_, i) => {
    const [row, column] = [Math.floor(i / image.width), i % image.width];
    return column >= x && column < x + width && row >= y && row < y + height ? 1 : 0;
  });
}

/**
 * A region's weights: positive in it (by how much a pixel belongs to it), negative around it, 0 elsewhere.
 *
 * @param region `(height * width)` float64, row by row; a pixel above 0 belongs to it, one below 0 to its surroundings. Where
 *   a region says itself what surrounds it, nothing is put around it.
 */
export function regionWeights(
  region: Float64Array,
  { height, width }: ImageSize,
  { positive = 1, negative = -1, margin = 2 }: RegionWeights = {},
): Float64Array {
  const hasSurroundings = region.some((value) => value < 0);
  return region.map((value, i) => {
    if (value > 0) return value * positive;
    if (hasSurroundings) return value < 0 ? -value * negative : 0;
    const [row, column] = [Math.floor(i / width), i % width];
    for (let y = Math.max(0, row - margin); y <= Math.min(height - 1, row + margin); y++) {
      for (let x = Math.max(0, column - margin); x <= Math.min(width - 1, column + margin); x++) {
        if (region[y * width + x] > 0) return negative;
      }
    }
    return 0;
  });
}
