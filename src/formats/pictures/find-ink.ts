import { closePaper } from './close-paper.js';
import type { FloatImage } from './grey-image.js';

/** Ink on paper, or chalk on a board. */
export interface Ink extends FloatImage {
  /** Whether the ink is darker than what it is on. */
  readonly isDark: boolean;
  /** The spread of the bare paper, in shares of the ink. */
  readonly noise: number;
}

/** Where nothing stands out. */
export type NoInk = 'blank paper' | 'a page or noise';

/** A spread above this is no paper's; in levels of 255. */
const MOST_GRAIN = 25;
/** A smooth surface is not the paper where its spread is larger, in levels of 255, or more of the picture lies beside it. */
const MOST_SMOOTH = 10;
const MOST_INK = 0.2;
/** The paper is judged by the means of at most so many cells a side. */
const CELLS = 32;
const REFITS = 8;
/** Cells that are farther from the fit than this many times its spread are ink, or no paper. */
const OUTLIER = 2.5;
/** A spread below this is that of a picture without noise; in levels of 255. */
const LEAST_SPREAD = 1;
/** Ink stands out from the paper by at least so many times the spread of its pixels... */
const LEAST_STANDING_OUT = 4;
/** ...and by at least so many levels of 255. */
const LEAST_CONTRAST = 10;

/**
 * Takes the paper away: whatever its shade, its vignette and its shadow, it becomes 0, and the ink 1.
 *
 * @param knownDark whether the ink is dark; default: found out
 * @returns what there is instead, where nothing stands out from the paper
 */
export function findInk(image: FloatImage, knownDark?: boolean): Ink | NoInk {
  const { height, width, values } = image;
  const paper = fitPaper(image);
  const residuals = new Float32Array(values.length);
  let cubes = 0;
  for (let y = 0, i = 0; y < height; y++) {
    const [a, b, c] = paper.alongRow(y / height);
    for (let x = 0; x < width; x++, i++) {
      const place = x / width;
      const residual = values[i] - (a + place * (b + place * c));
      residuals[i] = residual;
      cubes += residual * residual * residual;
    }
  }
  // Ink is rarer than paper, and farther from its shade than paper's own unevenness.
  const isDark = knownDark ?? cubes < 0;
  if (isDark) for (let i = 0; i < residuals.length; i++) residuals[i] = -residuals[i];
  let spread = Math.max(LEAST_SPREAD, spreadOfPaper(residuals));
  if (
    shareBeyond(residuals, Math.max(LEAST_CONTRAST, LEAST_STANDING_OUT * spread)) > MOST_INK ||
    spread > MOST_SMOOTH
  ) {
    takeClosedPaper(image, isDark, residuals);
    spread = Math.max(LEAST_SPREAD, spreadOfPaper(residuals));
  }
  const counts = histogram(residuals);
  const threshold = Math.max(otsu(counts), LEAST_STANDING_OUT * spread, LEAST_CONTRAST);
  const full = medianAbove(counts, threshold);
  if (full === null) return spread > MOST_GRAIN ? 'a page or noise' : 'blank paper';
  for (let i = 0; i < residuals.length; i++) residuals[i] = Math.min(1, Math.max(0, residuals[i] / full));
  return { height, width, values: residuals, isDark, noise: spread / full };
}

/** Measures from the paper as it is under shadows with edges, and from its middle, since a closing lies above its grain. */
function takeClosedPaper(
  { height, width, values }: FloatImage,
  isDark: boolean,
  residuals: Float32Array,
): void {
  const shadeAt = closePaper({ height, width, values }, isDark);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const residual = values[i] - shadeAt(y, x);
      residuals[i] = isDark ? -residual : residual;
    }
  }
  const some = new Float32Array(Math.ceil(residuals.length / 7));
  for (let i = 0; i < some.length; i++) some[i] = residuals[7 * i];
  some.sort();
  const middle = some[some.length >> 1];
  for (let i = 0; i < residuals.length; i++) residuals[i] -= middle;
}

/** How much of a picture lies farther from the paper than that. */
function shareBeyond(residuals: Float32Array, bound: number): number {
  let count = 0;
  for (let i = 0; i < residuals.length; i++) if (Math.abs(residuals[i]) > bound) count++;
  return count / residuals.length;
}

/** A quadratic surface over the picture, whose sides are 1 long. */
function fitPaper(image: FloatImage) {
  const cells = cellsOf(image);
  const shades = cells.map(({ shade }) => shade).sort((a, b) => a - b);
  const median = shades[shades.length >> 1];
  const away = shades.map((shade) => Math.abs(shade - median)).sort((a, b) => a - b);
  let bound = Math.max(3 * LEAST_SPREAD, OUTLIER * away[shades.length >> 1]);
  let fit = [median, 0, 0, 0, 0, 0];
  for (let round = 0; round < REFITS; round++) {
    const kept = cells.filter(({ terms, shade }) => Math.abs(shade - dot(terms, fit)) <= bound);
    if (kept.length < 6) break;
    fit = leastSquares(kept);
    const squares = kept.reduce((sum, { terms, shade }) => sum + (shade - dot(terms, fit)) ** 2, 0);
    bound = OUTLIER * Math.max(LEAST_SPREAD, Math.sqrt(squares / kept.length));
  }
  const [one, x, y, xx, xy, yy] = fit;
  return {
    /** What the surface is along one row: a constant, the slope and the curve in x. */
    alongRow: (v: number) => [one + v * (y + v * yy), x + v * xy, xx] as const,
  };
}

interface Cell {
  readonly terms: readonly number[];
  readonly shade: number;
}

function cellsOf({ height, width, values }: FloatImage): Cell[] {
  const [rows, columns] = [Math.min(CELLS, height), Math.min(CELLS, width)];
  const cells: Cell[] = [];
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [Math.floor((row * height) / rows), Math.floor(((row + 1) * height) / rows)];
    for (let column = 0; column < columns; column++) {
      const left = Math.floor((column * width) / columns);
      const right = Math.floor(((column + 1) * width) / columns);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[y * width + x];
      const [v, u] = [(top + bottom) / 2 / height, (left + right) / 2 / width];
      cells.push({ terms: [1, u, v, u * u, u * v, v * v], shade: sum / ((bottom - top) * (right - left)) });
    }
  }
  return cells;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** By the normal equations and Gauss-Jordan; a little is added to the diagonal, so that a row of pixels has a fit too. */
function leastSquares(cells: readonly Cell[]): number[] {
  const size = 6;
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size + 1 }, (_, j) => (i === j ? 1e-6 * cells.length : 0)),
  );
  for (const { terms, shade } of cells) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) rows[i][j] += terms[i] * terms[j];
      rows[i][size] += terms[i] * shade;
    }
  }
  for (let pivot = 0; pivot < size; pivot++) {
    for (let i = 0; i < size; i++) {
      if (i === pivot) continue;
      const factor = rows[i][pivot] / rows[pivot][pivot];
      for (let j = pivot; j <= size; j++) rows[i][j] -= factor * rows[pivot][j];
    }
  }
  return rows.map((row, i) => row[size] / row[i]);
}

/** How far bare paper lies from the surface: from the median distance, which ink hardly moves. */
function spreadOfPaper(residuals: Float32Array): number {
  const counts = new Uint32Array(2048);
  for (let i = 0; i < residuals.length; i++) {
    counts[Math.min(2047, Math.floor(Math.abs(residuals[i]) * 8))]++;
  }
  let [seen, bin] = [0, 0];
  while (seen + counts[bin] < residuals.length / 2) seen += counts[bin++];
  const within = (residuals.length / 2 - seen) / counts[bin];
  // The median distance of a normal distribution is 0.6745 of its spread.
  return (bin + within) / 8 / 0.6745;
}

/** The threshold that parts ink from paper best (N. Otsu, 1979), over what is on the ink's side. */
function otsu(counts: Uint32Array): number {
  let [total, sum] = [0, 0];
  counts.forEach((count, level) => {
    total += count;
    sum += count * level;
  });
  let [below, sumBelow, best, threshold] = [0, 0, -1, 0];
  for (let level = 0; level < 255; level++) {
    below += counts[level];
    sumBelow += counts[level] * level;
    if (below === 0 || below === total) continue;
    const gap = sumBelow / below - (sum - sumBelow) / (total - below);
    const between = below * (total - below) * gap * gap;
    if (between > best) [best, threshold] = [between, level + 0.5];
  }
  return threshold;
}

function medianAbove(counts: Uint32Array, threshold: number): number | null {
  const first = Math.ceil(threshold);
  const total = counts.subarray(first).reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let [seen, level] = [0, first];
  while (seen + counts[level] < total / 2) seen += counts[level++];
  return level;
}

/** Counts of levels from 0 to 255; what is below is 0. */
function histogram(residuals: Float32Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < residuals.length; i++) {
    counts[Math.min(255, Math.max(0, Math.round(residuals[i])))]++;
  }
  return counts;
}
