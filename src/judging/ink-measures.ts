/** What can be measured of the ink of an image, by the name of its slice. */
export const INK_MEASURES = ['thickness', 'slant', 'size'] as const;
export type InkMeasure = (typeof INK_MEASURES)[number];

/** An image as it is measured: `(height, width)` u8, row-major, the ink bright. */
export interface InkImage {
  /** `(height · width)` u8, row by row; ink is bright. */
  readonly pixels: Uint8Array;
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
}

/** How the pixels of an image are stored. */
export interface StoredImage {
  readonly height: number;
  readonly width: number;
  /** Whether they stand column by column, and whether the ink is dark. */
  readonly transposed: boolean;
  readonly inverted: boolean;
}

/** What turns stored pixels, `(height * width)` u8, into images whose ink is bright; each is valid until the next. */
export function inkReader({
  height,
  width,
  transposed,
  inverted,
}: StoredImage): (stored: Uint8Array) => InkImage {
  const pixels = new Uint8Array(height * width);
  return (stored) => {
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const pixel = stored[transposed ? x * height + y : at];
        pixels[at] = inverted ? 255 - pixel : pixel;
      }
    }
    return { pixels, height, width };
  };
}

/** The mean brightness of an image, 0..255. */
export function inkBrightness(pixels: Uint8Array): number {
  let sum = 0;
  for (const pixel of pixels) sum += pixel;
  return sum / pixels.length;
}

/** Lengths are told as those of an image of 28 pixels. */
const USUAL_SIDE = 28;

/** The bounds of the bins: fixed, so that bins of any two evaluations, and of any two parts of one, are the same. */
const BOUNDS: Readonly<Record<InkMeasure, readonly number[]>> = {
  thickness: [1.5, 2, 2.5, 3, 3.5, 4],
  slant: [-20, -10, 0, 10, 20, 30, 40],
  size: [10, 20, 30, 40, 50, 75],
};
const UNITS: Readonly<Record<InkMeasure, string>> = { thickness: ' px', slant: '°', size: ' %' };
const MEASURES = { thickness: strokeThickness, slant: inkSlant, size: inkSize } as const;

/** The bin of an image: `2 to 2.5 px`, `10 to 20°`, `20 to 30 %`; each holds its lower bound. `no ink` where all is black. */
export function inkBin(measure: InkMeasure, image: InkImage): string {
  const value = MEASURES[measure](image);
  if (value === null) return 'no ink';
  const bounds = BOUNDS[measure];
  const unit = UNITS[measure];
  const at = bounds.findIndex((bound) => value < bound);
  if (at === 0) return `under ${bounds[0]}${unit}`;
  if (at < 0) return `from ${bounds[bounds.length - 1]}${unit}`;
  return `${bounds[at - 1]} to ${bounds[at]}${unit}`;
}

/**
 * The mean thickness of the strokes, in pixels of an image of 28: four times the mean distance of ink to its edge, which is the
 * width of a stroke of even width (Morpho-MNIST, Castro et al. 2019, has twice the mean distance along its skeleton: the same).
 * Ink is what is at least half as bright as the brightest pixel, in the image enlarged twice. Null where all is black.
 */
export function strokeThickness(image: InkImage): number | null {
  const half = brightest(image) / 2;
  if (half === 0) return null;
  const { pixels, height, width } = image;
  // A rim of paper, so that the edge of the image is one of the ink.
  const [rows, columns] = [2 * height + 2, 2 * width + 2];
  const squares = new Float64Array(rows * columns);
  let count = 0;
  for (let y = 0; y < 2 * height; y++) {
    // Between the centres of two pixels, a quarter of the way from the nearer.
    const [nearRow, farRow] = [y >> 1, clamp((y >> 1) + (y & 1 ? 1 : -1), height)];
    for (let x = 0; x < 2 * width; x++) {
      const [near, far] = [x >> 1, clamp((x >> 1) + (x & 1 ? 1 : -1), width)];
      const nearest = pixels[nearRow * width + near];
      // The others weigh less than half.
      if (nearest === 0) continue;
      const value =
        (9 * nearest +
          3 * (pixels[nearRow * width + far] + pixels[farRow * width + near]) +
          pixels[farRow * width + far]) /
        16;
      if (value < half) continue;
      squares[(y + 1) * columns + x + 1] = Number.MAX_SAFE_INTEGER;
      count++;
    }
  }
  // A single faint pixel may leave none when it is enlarged.
  if (count === 0) return USUAL_SIDE / Math.max(height, width);
  squaredDistances(squares, rows, columns);
  let sum = 0;
  for (const square of squares) if (square > 0) sum += Math.sqrt(square) - 0.5;
  return ((4 * sum) / count / 2) * (USUAL_SIDE / Math.max(height, width));
}

/** How far the ink leans, in degrees, by its central moments: right of upright is positive, as `/` leans. Null where all is black. */
export function inkSlant({ pixels, height, width }: InkImage): number | null {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      mass += pixels[at];
      sumX += x * pixels[at];
      sumY += y * pixels[at];
    }
  }
  if (mass === 0) return null;
  const [meanX, meanY] = [sumX / mass, sumY / mass];
  let [covariance, variance] = [0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      covariance += pixels[at] * (x - meanX) * (y - meanY);
      variance += pixels[at] * (y - meanY) ** 2;
    }
  }
  return variance === 0 ? 0 : (Math.atan(-covariance / variance) * 180) / Math.PI;
}

/** How much of the image the box around the ink takes, in percent; ink as for `strokeThickness`. Null where all is black. */
export function inkSize(image: InkImage): number | null {
  const half = brightest(image) / 2;
  if (half === 0) return null;
  const { pixels, height, width } = image;
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (pixels[at] < half) continue;
      top = Math.min(top, y);
      bottom = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  return (100 * (bottom - top + 1) * (right - left + 1)) / (height * width);
}

function brightest({ pixels }: InkImage): number {
  let most = 0;
  for (const pixel of pixels) if (pixel > most) most = pixel;
  return most;
}

function clamp(at: number, count: number): number {
  return Math.max(0, Math.min(count - 1, at));
}

/** Replaces what is not 0 by the square of its distance to the next 0, exactly: first down each column, then along each row. */
function squaredDistances(squares: Float64Array, rows: number, columns: number): void {
  const down = new Int32Array(squares.length);
  for (let at = columns; at < squares.length; at++) down[at] = squares[at] > 0 ? down[at - columns] + 1 : 0;
  for (let at = squares.length - columns - 1; at >= 0; at--) {
    down[at] = Math.min(down[at], down[at + columns] + 1);
  }
  for (let y = 1; y < rows - 1; y++) {
    for (let at = y * columns; at < (y + 1) * columns; at++) {
      if (down[at] === 0) continue;
      let best = down[at] ** 2;
      // Strokes are thin: the edge is near.
      for (let away = 1; away * away < best; away++) {
        const nearer = Math.min(down[at - away], down[at + away]);
        best = Math.min(best, away * away + nearer * nearer);
      }
      squares[at] = best;
    }
  }
}
