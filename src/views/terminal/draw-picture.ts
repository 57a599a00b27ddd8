import type { Evaluation } from '../../counting/evaluation.js';
import { percent } from '../../counting/wording.js';
import { fitPicture, type Picture } from '../picture.js';
import { blockWidth, inTiles } from './blocks.js';
import type { Paint, Rgb, Style } from './terminal.js';
import { padRight, printable, truncate } from './text-width.js';

/** From black to white, for terminals that have neither colour nor Unicode. */
const RAMP = ' .:-=+*#%@';
/** Bit of each braille dot, (row, column) in a cell of 4 x 2; U+2800 is the empty cell (Unicode, Braille Patterns). */
const BRAILLE_DOTS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
const BRAILLE_EMPTY = 0x2800;
/** A dot is set where a pixel is at least this bright: strokes of MNIST keep their width. */
const BRAILLE_THRESHOLD = 96;

/**
 * A picture as lines of at most `columns` characters: half blocks in shades of grey where there are enough colours,
 * else braille dots, else a ramp of characters. Bright pixels are bright on a dark terminal.
 */
export function drawPicture(picture: Picture, columns: number, { paint, unicode }: Style): string[] {
  if (paint.level >= 2 && unicode) {
    const fitted = fitPicture(picture, columns, columns);
    const grey = (y: number, x: number): Rgb => {
      const value = y < fitted.height ? fitted.pixels[y * fitted.width + x] : 0;
      return [value, value, value];
    };
    return halfBlocks(fitted, grey, paint);
  }
  if (unicode) return braille(fitPicture(picture, 2 * columns, 2 * columns));
  return ramp(fitPicture(picture, columns, columns));
}

/**
 * Two pixels a character, one above the other: `▀` in the upper pixel's colour on the lower pixel's.
 *
 * @param colorAt is asked for the row after the last one, too, where the height is odd
 */
export function halfBlocks(
  { height, width }: { readonly height: number; readonly width: number },
  colorAt: (y: number, x: number) => Rgb,
  paint: Paint,
): string[] {
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) => {
    const pair = (x: number): [upper: Rgb, lower: Rgb] => [colorAt(2 * row, x), colorAt(2 * row + 1, x)];
    let line = '';
    for (let x = 0, end = 1; x < width; x = end, end++) {
      const colors = pair(x);
      // One escape sequence for a run of the same colours.
      while (end < width && String(pair(end)) === String(colors)) end++;
      line += paint.on('▀'.repeat(end - x), ...colors);
    }
    return line;
  });
}

/** Eight pixels a character, 4 x 2. */
function braille({ height, width, pixels }: Picture): string[] {
  const rows = Math.ceil(height / 4);
  const columns = Math.ceil(width / 2);
  const cells = new Uint16Array(rows * columns).fill(BRAILLE_EMPTY);
  for (let y = 0; y < height; y++) {
    const cell = (y >> 2) * columns;
    const dots = (y & 3) * 2;
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] >= BRAILLE_THRESHOLD) cells[cell + (x >> 1)] |= BRAILLE_DOTS[dots + (x & 1)];
    }
  }
  return Array.from({ length: rows }, (_, row) =>
    String.fromCharCode(...cells.subarray(row * columns, (row + 1) * columns)),
  );
}

/** Two pixels a character, one above the other: their mean brightness. */
function ramp({ height, width, pixels }: Picture): string[] {
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) =>
    Array.from({ length: width }, (_, x) => {
      const upper = pixels[2 * row * width + x];
      const lower = 2 * row + 1 < height ? pixels[(2 * row + 1) * width + x] : 0;
      return RAMP[Math.round(((upper + lower) / 510) * (RAMP.length - 1))];
    }).join(''),
  );
}

/** Five pictures fit into 80 columns, two into 40. */
const PICTURE_COLUMNS = 14;
const GAP = 2;

/** An image and the lines below it. */
export interface CaptionedPicture {
  readonly picture: Picture;
  readonly caption: readonly string[];
}

/** Small images side by side, as many in a row as fit, each with its caption below. */
export function drawImages(images: readonly CaptionedPicture[], style: Style): string[] {
  if (images.length === 0) return ['none'];
  const tiles = images.map(({ picture, caption }) => [
    ...drawPicture(picture, PICTURE_COLUMNS, style).map((line) => padRight(line, PICTURE_COLUMNS)),
    ...caption.map((line) => truncate(printable(line), PICTURE_COLUMNS, style.glyphs.ellipsis)),
  ]);
  return inTiles(tiles, GAP, style.width);
}

/** As wide as the caption `#1234  6 → 0  99 %`; four such pictures fit into 80 columns. */
const MISTAKE_COLUMNS = 18;
/** Captions wider than this (long class names) take two lines, of at most `MAX_CAPTION` columns. */
const MAX_ONE_LINE = 22;
const MAX_CAPTION = 25;

/**
 * The worst mistakes side by side, as many in a row as fit, each with its caption below.
 *
 * @param pictures in the order of `evaluation.mistakes`; a mistake without one has a caption only
 */
export function renderGallery(evaluation: Evaluation, pictures: readonly Picture[], style: Style): string[] {
  const captions = renderCaptions(evaluation, style);
  const tiles = captions.map((caption, position) => {
    const picture = pictures[position];
    return picture
      ? [...drawPicture(picture, Math.min(MISTAKE_COLUMNS, style.width), style), ...caption]
      : caption;
  });
  return inTiles(tiles, GAP, style.width);
}

/** The lines of each mistake's caption: one where all are short enough, else two. */
function renderCaptions(
  { mistakes, classes, calibration }: Evaluation,
  { glyphs, width }: Style,
): string[][] {
  const name = (index: number) => printable(classes[index].name);
  const parts = mistakes.map(({ index, truth, prediction, confidence }) => ({
    image: `#${index}`,
    pair: `${name(truth)} ${glyphs.arrow} ${name(prediction)}`,
    sure: calibration ? percent(confidence, 0, glyphs.absent) : confidence.toPrecision(3),
  }));
  const oneLine = parts.map(({ image, pair, sure }) => [`${image}  ${pair}  ${sure}`]);
  if (blockWidth(oneLine.flat()) <= Math.min(MAX_ONE_LINE, width)) return oneLine;
  const cut = (text: string) => truncate(text, Math.min(MAX_CAPTION, width), glyphs.ellipsis);
  return parts.map(({ image, pair, sure }) => [cut(`${image}  ${sure}`), cut(pair)]);
}
