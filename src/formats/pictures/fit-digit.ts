import { DigitflowError } from '../../errors.js';
import type { GreyImage, PictureSize } from './read-picture.js';

/** MNIST: digits fill a box of 20 x 20, placed in 28 x 28 by their centre of mass (Y. LeCun, "The MNIST database"). */
const BOX_SHARE = 20 / 28;
/** A pixel of at least this share of the brightest ink belongs to the digit; less is paper, or its noise. */
const INK_SHARE = 0.2;

/** How to make a picture into what a network takes. */
export interface FitOptions {
  /** Whether to invert; default: where the picture's rim is bright. */
  readonly invert?: boolean | undefined;
  /** `none` takes the pixels as they are: not scaled or centred, and inverted only by `invert`. Default `auto`. */
  readonly preprocess?: 'auto' | 'none' | undefined;
}

/** A digit as MNIST has them. */
export interface FittedDigit {
  /** `(height, width)` u8, row-major; 0 is black. */
  readonly pixels: Uint8Array;
  /** What was done to the picture, a phrase each. */
  readonly done: readonly string[];
  /** Why it may be no single digit, a phrase each. */
  readonly doubts: readonly string[];
}

/**
 * Makes a picture into a digit as MNIST has them: bright ink on black, scaled into the middle 20/28 and centred by
 * its mass. A picture that has the network's size already is neither scaled nor moved.
 *
 * @throws DigitflowError INPUT_SIZE without preprocessing when the picture has another size.
 */
export function fitDigit(
  image: GreyImage,
  size: PictureSize,
  { invert, preprocess = 'auto' }: FitOptions,
  name: string,
): FittedDigit {
  const asIs = preprocess === 'none';
  const hasSize = image.height === size.height && image.width === size.width;
  if (asIs && !hasSize) {
    const expected = `expected ${size.height} x ${size.width} pixels without preprocessing`;
    const found = `found ${image.height} x ${image.width}; resize it, or have it fitted`;
    throw new DigitflowError('INPUT_SIZE', `${name}: ${expected}, ${found}`);
  }
  const done: string[] = [];
  let { pixels } = image;
  if (invert ?? (!asIs && isRimBright(image))) {
    pixels = pixels.map((pixel) => 255 - pixel);
    done.push(invert ? 'inverted' : 'inverted, since its background is bright');
  }
  if (hasSize) return { pixels, done, doubts: [] };
  done.push(`scaled from ${image.height} x ${image.width} to ${size.height} x ${size.width}`);
  const fitted = placeDigit({ ...image, pixels }, size);
  done.push(fitted === null ? 'found no ink in it' : 'centred by its mass');
  return {
    pixels: fitted ?? new Uint8Array(size.height * size.width),
    done,
    doubts: fitted === null ? ['blank paper'] : [],
  };
}

/** Whether most of the outermost pixels are nearer to white. */
function isRimBright({ height, width, pixels }: GreyImage): boolean {
  let [bright, count] = [0, 0];
  for (let y = 0; y < height; y++) {
    const isEdge = y === 0 || y === height - 1;
    for (let x = 0; x < width; x += isEdge ? 1 : Math.max(1, width - 1)) {
      count++;
      if (pixels[y * width + x] > 127) bright++;
    }
  }
  return 2 * bright > count;
}

/** Scales the ink into the box and moves its centre of mass to the middle; null without ink. */
function placeDigit(image: GreyImage, size: PictureSize): Uint8Array | null {
  const box = inkBox(image);
  if (box === null) return null;
  const [boxHeight, boxWidth] = [size.height * BOX_SHARE, size.width * BOX_SHARE];
  // Pixels of the picture for one pixel of the digit.
  const step = Math.max(box.height / boxHeight, box.width / boxWidth);
  const [middleY, middleX] = massCentre(image, box);
  const placed = new Uint8Array(size.height * size.width);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const top = middleY + (y - size.height / 2) * step;
      const left = middleX + (x - size.width / 2) * step;
      placed[y * size.width + x] = Math.round(meanOver(image, box, top, left, step));
    }
  }
  return placed;
}

interface Box extends PictureSize {
  readonly top: number;
  readonly left: number;
}

function inkBox({ height, width, pixels }: GreyImage): Box | null {
  const least = pixels.reduce((max, pixel) => Math.max(max, pixel), 0) * INK_SHARE;
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] <= least) continue;
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

function massCentre({ width, pixels }: GreyImage, box: Box): readonly [y: number, x: number] {
  let [mass, sumY, sumX] = [0, 0, 0];
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) {
      const pixel = pixels[y * width + x];
      mass += pixel;
      sumY += pixel * (y + 0.5);
      sumX += pixel * (x + 0.5);
    }
  }
  return [sumY / mass, sumX / mass];
}

/** The mean brightness over a square of the picture; what lies outside the box is black. */
function meanOver({ width, pixels }: GreyImage, box: Box, top: number, left: number, side: number): number {
  let sum = 0;
  for (let y = Math.max(box.top, Math.floor(top)); y < Math.min(box.top + box.height, top + side); y++) {
    const tall = Math.min(top + side, y + 1) - Math.max(top, y);
    for (let x = Math.max(box.left, Math.floor(left)); x < Math.min(box.left + box.width, left + side); x++) {
      const wide = Math.min(left + side, x + 1) - Math.max(left, x);
      sum += tall * wide * pixels[y * width + x];
    }
  }
  return sum / (side * side);
}
