import { transposePixels } from '../network/feed-forward.js';
import type { ImageSize } from '../network/network.js';

/** What raises, what lowers, and what is lit: on black, in both schemes. */
export const RAISES = [61, 220, 132] as const;
export const LOWERS = [92, 138, 255] as const;
export const LIT = [255, 222, 138] as const;

/** A grey image. */
export interface Picture extends ImageSize {
  /** `(height, width)` u8, row-major; 0 is black, 255 white. */
  readonly pixels: Uint8Array;
}

/** The pictures of images that only one of two networks reads right, in the order of a comparison's examples; they may be fewer. */
export interface PairPictures {
  readonly onlyFirst: readonly Picture[];
  readonly onlySecond: readonly Picture[];
}

/** The picture of `(height * width)` u8 pixels, which may be stored column by column (EMNIST). */
export function pictureOf(pixels: Uint8Array, height: number, width: number, transposed: boolean): Picture {
  return { height, width, pixels: transposed ? transposePixels(pixels, { height, width }) : pixels };
}

/** The picture scaled to fit into a square: enlarged by a whole factor, or each new pixel the mean of what it covers. */
export function fitPicture(picture: Picture, side: number): Picture {
  const { height, width } = fittedSize(picture, side);
  if (height === picture.height && width === picture.width) return picture;
  return scaleRows(scaleRows(picture, width), height);
}

/** The side of the square that an image is fitted into to keep its size: one that is higher than wide, too; a smaller one where it is wider than `columns`. */
export function ownSide({ height, width }: ImageSize, columns: number): number {
  return width > columns ? columns : Math.max(height, width);
}

/** The size of an image that fits into a square, its shape kept; it is enlarged by whole factors only. */
export function fittedSize({ height, width }: ImageSize, side: number): ImageSize {
  const scale = Math.min(side / height, side / width);
  const factor = scale >= 1 ? Math.floor(scale) : scale;
  return { height: Math.max(1, Math.round(height * factor)), width: Math.max(1, Math.round(width * factor)) };
}

/** Scales every row to `length` pixels and transposes the result: done twice, both directions are scaled. */
function scaleRows(picture: Picture, length: number): Picture {
  const pixels = new Uint8Array(length * picture.height);
  for (let x = 0; x < length; x++) {
    const left = (x * picture.width) / length;
    const right = ((x + 1) * picture.width) / length;
    for (let y = 0; y < picture.height; y++) {
      let sum = 0;
      for (let column = Math.floor(left); column < right; column++) {
        const covered = Math.min(right, column + 1) - Math.max(left, column);
        sum += covered * picture.pixels[y * picture.width + column];
      }
      pixels[x * picture.height + y] = Math.round(sum / (right - left));
    }
  }
  return { height: length, width: picture.height, pixels };
}

/** The size of an image, and the brightness of a black and of a white pixel. */
export interface ShadeRange extends ImageSize {
  readonly black: number;
  readonly white: number;
}

/** What a network sees as a picture: black becomes 0, white 255. */
export function shade({ height, width, black, white }: ShadeRange, brightness: Float64Array): Picture {
  const grey = (value: number) => Math.round((255 * (value - black)) / (white - black));
  return { height, width, pixels: Uint8Array.from(brightness, grey) };
}

export function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** This share of a picture's values is below its scale; the few above would leave all others dark. */
const CLIP = 0.99;

/** The value that is shown brightest. */
export function scaleOf(values: Float64Array): number {
  const sorted = values.map(Math.abs).sort();
  // Where nearly all are 0, the few that are not are what there is to see.
  return sorted[Math.ceil(CLIP * sorted.length) - 1] || largestOf(values);
}
