import { extentOf, type GreyImage } from './grey-image.js';

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
