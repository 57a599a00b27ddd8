import { distanceInside } from './distances.js';
import type { FloatImage, PictureSize } from './grey-image.js';

/** MNIST: digits fill a box of 20 x 20, placed in 28 x 28 by their centre of mass (Y. LeCun, "The MNIST database"). */
const BOX_SHARE = 20 / 28;
const BOX = 20;
/** Strokes are measured on a digit that is at least so long. */
const LEAST_LENGTH = 80;
/** MNIST's strokes are 2.6 pixels wide on average, in a box of 20; thinner ones fade, and thicker ones than 4 fill the loops. */
const THINNEST = 2.6;
const THICKEST = 4;
/** Where ink ends, as a share of it. */
const EDGE = 0.5;

/** A digit as MNIST has them. */
export interface PlacedDigit {
  /** `(height, width)` u8, row-major. */
  readonly pixels: Uint8Array;
  /** How the stroke's width was changed. */
  readonly stroke: 'thickened' | 'thinned' | null;
}

/** Gives a digit MNIST's stroke, scales it into the box and puts its centre of mass where MNIST has it. */
export function placeDigit(digit: FloatImage, size: PictureSize): PlacedDigit {
  const large = enlarge(digit);
  const { image, stroke } = moveEdge(large);
  return { pixels: scaleIntoBox(image, size), stroke };
}

/** With a rim that the stroke can grow into. */
function enlarge({ height, width, values }: FloatImage): FloatImage {
  const length = Math.max(height, width);
  const scale = Math.max(1, LEAST_LENGTH / length);
  const rim = Math.ceil((THINNEST / BOX) * length * scale) + 1;
  const large = { height: Math.ceil(height * scale) + 2 * rim, width: Math.ceil(width * scale) + 2 * rim };
  const enlarged = new Float32Array(large.height * large.width);
  const at = (y: number, x: number) =>
    y < 0 || x < 0 || y >= height || x >= width ? 0 : values[y * width + x];
  for (let y = 0; y < large.height; y++) {
    const v = (y + 0.5 - rim) / scale - 0.5;
    const [top, down] = [Math.floor(v), v - Math.floor(v)];
    for (let x = 0; x < large.width; x++) {
      const u = (x + 0.5 - rim) / scale - 0.5;
      const [left, right] = [Math.floor(u), u - Math.floor(u)];
      const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
      const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
      enlarged[y * large.width + x] = upper * (1 - down) + lower * down;
    }
  }
  return { ...large, values: enlarged };
}

function moveEdge(image: FloatImage): { image: FloatImage; stroke: PlacedDigit['stroke'] } {
  const { height, width, values } = image;
  const isInk = Uint8Array.from(values, (value) => (value >= EDGE ? 1 : 0));
  const inside = distanceInside({ height, width }, isInk);
  let [area, sum, top, left, bottom, right] = [0, 0, height, width, -1, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (isInk[i] === 0) continue;
      area++;
      sum += inside[i];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  if (area === 0) return { image, stroke: null };
  const unit = Math.max(bottom - top + 1, right - left + 1) / BOX;
  // Over a strip the mean distance to its edge is a quarter of its width; distances are counted from pixel to pixel.
  const stroke = (4 * (sum / area - 0.5)) / unit;
  const wanted = Math.min(THICKEST, Math.max(THINNEST, stroke));
  if (wanted === stroke) return { image, stroke: null };
  const shift = ((wanted - stroke) / 2) * unit;
  const outside = distanceInside(
    { height, width },
    isInk.map((ink) => 1 - ink),
  );
  const moved = values.map((_, i) => {
    const depth = isInk[i] === 1 ? inside[i] - 0.5 : 0.5 - outside[i];
    return Math.min(1, Math.max(0, depth + shift + 0.5));
  });
  return { image: { height, width, values: moved }, stroke: wanted > stroke ? 'thickened' : 'thinned' };
}

function scaleIntoBox({ height, width, values }: FloatImage, size: PictureSize): Uint8Array {
  let [top, left, bottom, right, mass, sumY, sumX] = [height, width, -1, -1, 0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      mass += values[i];
      sumY += values[i] * (y + 0.5);
      sumX += values[i] * (x + 0.5);
      if (values[i] < EDGE) continue;
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  const [boxHeight, boxWidth] = [size.height * BOX_SHARE, size.width * BOX_SHARE];
  const step = Math.max((bottom - top + 1) / boxHeight, (right - left + 1) / boxWidth);
  // MNIST's centre of mass is at index 14.0 of 28: the middle of that pixel, not the edge before it.
  const firstY = sumY / mass - (size.height / 2 + 0.5) * step;
  const firstX = sumX / mass - (size.width / 2 + 0.5) * step;
  const means = new Float32Array(size.height * size.width);
  for (let y = 0, i = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, i++) means[i] = meanOver(firstY + y * step, firstX + x * step);
  }
  const brightest = means.reduce((most, mean) => Math.max(most, mean), 0);
  return Uint8Array.from(means, (mean) => Math.round((255 * mean) / brightest));

  /** Over a square; what lies outside is black. */
  function meanOver(from: number, start: number): number {
    let sum = 0;
    for (let y = Math.max(0, Math.floor(from)); y < Math.min(height, from + step); y++) {
      const tall = Math.min(from + step, y + 1) - Math.max(from, y);
      for (let x = Math.max(0, Math.floor(start)); x < Math.min(width, start + step); x++) {
        const wide = Math.min(start + step, x + 1) - Math.max(start, x);
        sum += tall * wide * values[y * width + x];
      }
    }
    return sum / (step * step);
  }
}
