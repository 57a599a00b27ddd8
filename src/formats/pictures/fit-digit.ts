import { DigitflowError } from '../../errors.js';
import { findDigit } from './find-digit.js';
import { findInk, type NoInk } from './find-ink.js';
import { extentOf, type GreyImage, type PictureSize, shrink } from './grey-image.js';
import { type DigitCentre, placeDigit } from './place-digit.js';

/** A picture with a longer side is looked at in a smaller size: the digit fills 20 pixels in the end. */
const LONGEST = 320;
/** MNIST's own size; how digits lie in other sizes is not known. */
const SIDE = 28;
/** The longer side of a digit's box: 20 in nearly all of MNIST, 19 in the others. */
const LENGTHS = [19, 20];
/** Where MNIST has the centre of mass, in the middle of pixel 14, and how far from there whole pixels leave it. */
const CENTRE = 14.5;
const OFF_CENTRE = 0.6;
const BRIGHTEST = 250;
const LEAST_PAPER = 0.5;
/** MNIST's edges are soft: at least so much of the ink is neither black nor white. What is drawn pixel by pixel is not like it. */
const LEAST_GREY = 0.1;
const GREY = [6, 249] as const;

/** How to make a picture into what a network takes. */
export interface FitOptions {
  /** Whether to invert; default: where the ink is dark. */
  readonly invert?: boolean | undefined;
  /** `none` takes the pixels as they are: not scaled or centred, and inverted only by `invert`. Default `auto`. */
  readonly preprocess?: 'auto' | 'none' | undefined;
}

/** How to place a digit besides. */
export interface PlaceOptions extends FitOptions {
  /** MNIST has the `mass` in the middle, which is the default. */
  readonly centre?: DigitCentre | undefined;
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
 * Makes a picture into a digit as MNIST has them: bright ink on black, with a stroke as wide as theirs, scaled into the middle
 * 20/28 and centred by its mass. A digit that is like that already is left where it is, as is a picture of the network's size
 * where that is not MNIST's; both are only turned to bright on black.
 *
 * @throws DigitflowError INPUT_SIZE without preprocessing when the picture has another size.
 */
export function fitDigit(
  image: GreyImage,
  size: PictureSize,
  { invert, preprocess = 'auto', centre = 'mass' }: PlaceOptions,
  name: string,
): FittedDigit {
  const hasSize = image.height === size.height && image.width === size.width;
  if (preprocess === 'none') {
    if (!hasSize) throw wrongSize(image, size, name);
    return leave(image, invert ?? false, 'inverted');
  }
  const because = invert === undefined ? 'inverted (its background is bright)' : 'inverted';
  if (hasSize) {
    const isInverse = invert ?? isRimBright(image);
    const left = leave(image, isInverse, because);
    if (size.height !== SIDE || isLikeMnist({ ...size, pixels: left.pixels })) return left;
  }
  const ink = findInk(shrink(image, LONGEST), invert);
  if (typeof ink === 'string') return blank(size, ink);
  const digit = findDigit(ink);
  if (digit === null) return blank(size, 'blank paper');
  const { pixels, stroke } = placeDigit(digit, size, centre);
  const done = ink.isDark ? [because] : [];
  const from = hasSize ? '' : ` from ${image.height} x ${image.width} to ${size.height} x ${size.width}`;
  done.push(`scaled${from} and centred by ${centre === 'mass' ? 'mass' : 'its box'}`);
  if (stroke !== null) done.push(`with ${stroke} strokes`);
  return { pixels, done, doubts: digit.doubts };
}

function blank({ height, width }: PictureSize, doubt: NoInk): FittedDigit {
  return { pixels: new Uint8Array(height * width), done: ['without ink'], doubts: [doubt] };
}

function leave({ pixels }: GreyImage, isInverse: boolean, because: string): FittedDigit {
  if (!isInverse) return { pixels, done: [], doubts: [] };
  return { pixels: pixels.map((pixel) => 255 - pixel), done: [because], doubts: [] };
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

function wrongSize(found: PictureSize, size: PictureSize, name: string): DigitflowError {
  const expected = `expected ${size.height} x ${size.width} pixels without preprocessing`;
  const advice = 'resize it, or have it fitted with --preprocess auto';
  return new DigitflowError(
    'INPUT_SIZE',
    `${name}: ${expected}, found ${found.height} x ${found.width}; ${advice}`,
  );
}

/** Whether a picture of bright ink on black has the size, the place and the edges of MNIST's digits: all but 24 of its 70,000 have. */
export function isLikeMnist(image: GreyImage): boolean {
  const { pixels } = image;
  if (image.height !== SIDE || image.width !== SIDE) return false;
  const { height, width, y, x } = extentOf(image, pixels, 1);
  const ink = pixels.filter((pixel) => pixel > 0);
  const grey = ink.filter((pixel) => pixel >= GREY[0] && pixel <= GREY[1]);
  return (
    LENGTHS.includes(Math.max(height, width)) &&
    Math.abs(y - CENTRE) <= OFF_CENTRE &&
    Math.abs(x - CENTRE) <= OFF_CENTRE &&
    ink.some((pixel) => pixel >= BRIGHTEST) &&
    ink.length <= pixels.length * (1 - LEAST_PAPER) &&
    grey.length >= ink.length * LEAST_GREY
  );
}
