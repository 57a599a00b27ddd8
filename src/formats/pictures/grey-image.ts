import { DigitflowError } from '../../errors.js';

/** A photo of a digit needs no more, and few bytes may announce as many as they like. */
const MOST_PIXELS = 4096 * 4096;

/** In pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** A picture in grey. */
export interface GreyImage extends PictureSize {
  /** `(height, width)` u8, row-major; 0 is black. */
  readonly pixels: Uint8Array;
}

/** A part of a picture. */
export interface Box extends PictureSize {
  readonly top: number;
  readonly left: number;
}

/** A picture in shades that need not be whole: `(height, width)`, row-major. */
export interface FloatImage extends PictureSize {
  readonly values: Float32Array;
}

/** Averages squares of pixels where a side is longer than `longest`; what is left over at the right and at the bottom stays out. */
export function shrink(image: GreyImage | FloatImage, longest: number): FloatImage {
  const { height, width } = image;
  const shades = 'pixels' in image ? image.pixels : image.values;
  const side = Math.ceil(Math.max(height, width) / longest);
  if (side === 1) return { height, width, values: new Float32Array(shades) };
  const [rows, columns] = [Math.max(1, Math.floor(height / side)), Math.max(1, Math.floor(width / side))];
  const [tall, wide] = [Math.min(side, height), Math.min(side, width)];
  const values = new Float32Array(rows * columns);
  for (let y = 0; y < rows * tall; y++) {
    const row = Math.floor(y / tall) * columns;
    for (let x = 0, i = y * width; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < wide; k++) sum += shades[i++];
      values[row + x] += sum;
    }
  }
  for (let i = 0; i < values.length; i++) values[i] /= tall * wide;
  return { height: rows, width: columns, values };
}

/** The box of all shades of at least `least`, and how much of all shades there is, with the middle of it. */
export interface Extent extends Box {
  readonly mass: number;
  /** The centre of mass, in pixels from the upper left edge. */
  readonly y: number;
  readonly x: number;
}

/** Of shades `(height, width)`, row-major; without one of at least `least` the box has no size, or less. */
export function extentOf(
  { height, width }: PictureSize,
  shades: Uint8Array | Float32Array,
  least: number,
): Extent {
  let [top, left, bottom, right, mass, sumY, sumX] = [height, width, -1, -1, 0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const shade = shades[i];
      if (shade === 0) continue;
      mass += shade;
      sumY += shade * (y + 0.5);
      sumX += shade * (x + 0.5);
      if (shade < least) continue;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
    }
  }
  return {
    top,
    left,
    height: bottom - top + 1,
    width: right - left + 1,
    mass,
    y: sumY / mass,
    x: sumX / mass,
  };
}

/** @throws DigitflowError MEMORY_LIMIT, before any memory is taken */
export function checkPixels(width: number, height: number, name: string): void {
  if (width * height <= MOST_PIXELS) return;
  const message = `${name}: expected at most as many pixels as 4096 x 4096, found ${width} x ${height}; make it smaller`;
  throw new DigitflowError('MEMORY_LIMIT', message);
}

/** How bright a colour is to the eye (ITU-R BT.601), as in most greyscale conversions. */
export function luma(red: number, green: number, blue: number): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

/** Lays shades over the ground that their ink stands out from: white for dark ink, black for light ink. */
export function onGround(shades: Uint8Array, alphas: Uint8Array): Uint8Array {
  let [ink, opacity] = [0, 0];
  for (let i = 0; i < shades.length; i++) {
    ink += shades[i] * alphas[i];
    opacity += alphas[i];
  }
  if (opacity === 255 * shades.length) return shades;
  const ground = ink < 127.5 * opacity ? 255 : 0;
  const laid = new Uint8Array(shades.length);
  for (let i = 0; i < shades.length; i++) {
    laid[i] = ground + Math.round(((shades[i] - ground) * alphas[i]) / 255);
  }
  return laid;
}
