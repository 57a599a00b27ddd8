import { distanceInside } from './distances.js';
import { extentOf, type FloatImage, type PictureSize } from './grey-image.js';

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
  readonly stroke: 'thicker' | 'thinner' | null;
}

/** What of a digit is put where MNIST has the centre of mass: that, or the middle of the box around it. */
export type DigitCentre = 'mass' | 'box';

/** Gives a digit MNIST's stroke, scales it into the box and puts its centre where MNIST has it. */
export function placeDigit(digit: FloatImage, size: PictureSize, centre: DigitCentre): PlacedDigit {
  const large = enlarge(digit);
  const { image, stroke } = moveEdge(large);
  return { pixels: scaleIntoBox(image, size, centre), stroke };
}

/** By straight lines between the middles of pixels, with a rim that the stroke can grow into. */
function enlarge({ height, width, values }: FloatImage): FloatImage {
  const length = Math.max(height, width);
  const scale = Math.max(1, LEAST_LENGTH / length);
  const rim = Math.ceil((THINNEST / BOX) * length * scale) + 1;
  const rows = samplesOf(height, scale, rim);
  const columns = samplesOf(width, scale, rim);
  const enlarged = new Float32Array(rows.length * columns.length);
  for (let y = 0; y < rows.length; y++) {
    const { first: top, second: bottom, share: down } = rows[y];
    if (top < 0 && bottom < 0) continue;
    for (let x = 0; x < columns.length; x++) {
      const { first, second, share } = columns[x];
      const upper = at(top, first) * (1 - share) + at(top, second) * share;
      const lower = at(bottom, first) * (1 - share) + at(bottom, second) * share;
      enlarged[y * columns.length + x] = upper * (1 - down) + lower * down;
    }
  }
  return { height: rows.length, width: columns.length, values: enlarged };

  function at(row: number, column: number): number {
    return row < 0 || column < 0 ? 0 : values[row * width + column];
  }
}

/** Which two pixels a place lies between, -1 for none, and how near to the second. */
function samplesOf(size: number, scale: number, rim: number) {
  const within = (index: number) => (index < size ? index : -1);
  return Array.from({ length: Math.ceil(size * scale) + 2 * rim }, (_, i) => {
    const place = (i + 0.5 - rim) / scale - 0.5;
    const first = Math.floor(place);
    return { first: within(first), second: within(first + 1), share: place - first };
  });
}

function moveEdge(image: FloatImage): { image: FloatImage; stroke: PlacedDigit['stroke'] } {
  const { height, width, values } = image;
  const isInk = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) isInk[i] = values[i] >= EDGE ? 1 : 0;
  const inside = distanceInside({ height, width }, isInk);
  const { mass: area, ...box } = extentOf(image, isInk, 1);
  if (area === 0) return { image, stroke: null };
  // Outside of the ink the distance is 0.
  const sum = inside.reduce((all, distance) => all + distance, 0);
  const unit = Math.max(box.height, box.width) / BOX;
  // Over a strip the mean distance to its edge is a quarter of its width; distances are counted from pixel to pixel.
  const stroke = (4 * (sum / area - 0.5)) / unit;
  const wanted = Math.min(THICKEST, Math.max(THINNEST, stroke));
  if (wanted === stroke) return { image, stroke: null };
  const shift = ((wanted - stroke) / 2) * unit;
  const isPaper = new Uint8Array(isInk.length);
  for (let i = 0; i < isPaper.length; i++) isPaper[i] = 1 - isInk[i];
  // A thinner stroke leaves black what was not ink.
  const outside = shift > 0 ? distanceInside({ height, width }, isPaper) : null;
  const moved = new Float32Array(values.length);
  for (let i = 0; i < moved.length; i++) {
    if (isInk[i] === 0 && outside === null) continue;
    const depth = isInk[i] === 1 || outside === null ? inside[i] - 0.5 : 0.5 - outside[i];
    moved[i] = Math.min(1, Math.max(0, depth + shift + 0.5));
  }
  return { image: { height, width, values: moved }, stroke: wanted > stroke ? 'thicker' : 'thinner' };
}

function scaleIntoBox(
  { height, width, values }: FloatImage,
  size: PictureSize,
  centre: DigitCentre,
): Uint8Array {
  const ink = extentOf({ height, width }, values, EDGE);
  const step = Math.max(ink.height / (size.height * BOX_SHARE), ink.width / (size.width * BOX_SHARE));
  // MNIST's centre of mass is at index 14.0 of 28: the middle of that pixel, not the edge before it.
  // The box lies in the middle of all pixels.
  const [y0, x0, from] =
    centre === 'mass' ? [ink.y, ink.x, 0.5] : [ink.top + ink.height / 2, ink.left + ink.width / 2, 0];
  const firstY = y0 - (size.height / 2 + from) * step;
  const firstX = x0 - (size.width / 2 + from) * step;
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
