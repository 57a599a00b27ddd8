import type { GreyImage } from './grey-image.js';

const SIDE = 28;
/** The longer side of a digit's box: 20 in nearly all of MNIST, 19 in the others. */
const LENGTHS = [19, 20];
/** Where MNIST has the centre of mass, in pixels counted from 0, and how far from there whole pixels leave it. */
const CENTRE = 14;
const OFF_CENTRE = 0.6;
const BRIGHTEST = 250;
const LEAST_PAPER = 0.5;
/** MNIST's edges are soft: at least so much of the ink is neither black nor white. What is drawn pixel by pixel is not like it. */
const LEAST_GREY = 0.1;
const GREY = [6, 249] as const;

/** Whether a picture of bright ink on black has the size, the place and the edges of MNIST's digits: all but 24 of its 70,000 have. */
export function isLikeMnist({ height, width, pixels }: GreyImage): boolean {
  if (height !== SIDE || width !== SIDE) return false;
  let [top, left, bottom, right, ink, grey, brightest] = [SIDE, SIDE, -1, -1, 0, 0, 0];
  let [mass, sumY, sumX] = [0, 0, 0];
  for (let y = 0, i = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, i++) {
      const pixel = pixels[i];
      if (pixel === 0) continue;
      ink++;
      if (pixel >= GREY[0] && pixel <= GREY[1]) grey++;
      brightest = Math.max(brightest, pixel);
      mass += pixel;
      sumY += pixel * y;
      sumX += pixel * x;
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  return (
    LENGTHS.includes(Math.max(bottom - top + 1, right - left + 1)) &&
    Math.abs(sumY / mass - CENTRE) <= OFF_CENTRE &&
    Math.abs(sumX / mass - CENTRE) <= OFF_CENTRE &&
    brightest >= BRIGHTEST &&
    ink <= pixels.length * (1 - LEAST_PAPER) &&
    grey >= ink * LEAST_GREY
  );
}
