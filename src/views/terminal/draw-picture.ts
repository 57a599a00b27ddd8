import type { Evaluation } from '../../counting/evaluation.js';
import { percent } from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import type { ImageSize } from '../../network/network.js';
import { fitPicture, type Picture } from '../picture.js';
import type { Paint, Rgb, Style } from './terminal.js';
import { blockWidth, inTiles, padRight, truncate } from './text-layout.js';

/** From black to white, for terminals that have neither colour nor Unicode. */
const RAMP = ' .:-=+*#%@';
/** A dot is set where a pixel is at least this bright: strokes of MNIST keep their width. */
const BRAILLE_THRESHOLD = 96;
export const BRAILLE_EMPTY = 0x2800;

/** The bit of a dot in a cell of 4 x 2: Unicode numbers the left three dots, the right three, then the two lowest. */
export function brailleDot(row: number, column: number): number {
  return row < 3 ? 1 << (row + 3 * column) : 0x40 << column;
}

/** A picture, at most `columns` wide: half blocks in grey where there are enough colours, else braille, else characters. */
export function drawPicture(picture: Picture, columns: number, { paint, unicode }: Style): string[] {
  if (paint.level >= 2 && unicode) {
    const fitted = fitPicture(picture, columns);
    const grey = (y: number, x: number): Rgb => {
      const value = fitted.pixels[y * fitted.width + x] ?? 0;
      return [value, value, value];
    };
    return halfBlocks(fitted, grey, paint);
  }
  if (unicode) return braille(fitPicture(picture, 2 * columns));
  return ramp(fitPicture(picture, columns));
}

/** Two pixels a character, one above the other; at an odd height `colorAt` is asked for the row after the last, too. */
export function halfBlocks(
  { height, width }: ImageSize,
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

function braille({ height, width, pixels }: Picture): string[] {
  const columns = Math.ceil(width / 2);
  const cells = new Uint16Array(Math.ceil(height / 4) * columns).fill(BRAILLE_EMPTY);
  pixels.forEach((pixel, at) => {
    if (pixel < BRAILLE_THRESHOLD) return;
    const [y, x] = [Math.floor(at / width), at % width];
    cells[(y >> 2) * columns + (x >> 1)] |= brailleDot(y & 3, x & 1);
  });
  return Array.from({ length: Math.ceil(height / 4) }, (_, row) =>
    String.fromCharCode(...cells.subarray(row * columns, (row + 1) * columns)),
  );
}

/** Two pixels a character, one above the other: their mean brightness. */
function ramp({ height, width, pixels }: Picture): string[] {
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) =>
    Array.from({ length: width }, (_, x) => {
      const upper = pixels[2 * row * width + x];
      const lower = pixels[(2 * row + 1) * width + x] ?? 0;
      return RAMP[Math.round(((upper + lower) / 510) * (RAMP.length - 1))];
    }).join(''),
  );
}

/** Five pictures fit into 80 columns, two into 40. */
const PICTURE_COLUMNS = 14;
const GAP = 2;

/** Small images side by side, as many in a row as fit, each with its caption below. */
export function drawImages(
  images: readonly { readonly picture: Picture; readonly caption: readonly string[] }[],
  style: Style,
): string[] {
  if (images.length === 0) return [style.say('none')];
  const tiles = images.map(({ picture, caption }) => [
    ...drawPicture(picture, PICTURE_COLUMNS, style).map((line) => padRight(line, PICTURE_COLUMNS)),
    ...caption.map((line) => truncate(safeText(line), PICTURE_COLUMNS, style.glyphs.ellipsis)),
  ]);
  return inTiles(tiles, GAP, style.width);
}

/** As wide as the caption `#1234  6 → 0  99 %`; four such pictures fit into 80 columns. */
const MISTAKE_COLUMNS = 18;
/** Wider captions take two lines, of at most `MAX_CAPTION` columns. */
const MAX_ONE_LINE = 22;
const MAX_CAPTION = 25;

/** The worst mistakes side by side, each with its caption; without a picture of the same index the caption only. */
export function drawMistakes(evaluation: Evaluation, pictures: readonly Picture[], style: Style): string[] {
  const columns = Math.min(MISTAKE_COLUMNS, style.width);
  const tiles = mistakeCaptions(evaluation, style).map((caption, position) => {
    const picture = pictures[position];
    return picture ? [...drawPicture(picture, columns, style), ...caption] : caption;
  });
  return inTiles(tiles, GAP, style.width);
}

/** The lines of each mistake's caption: one where all are short enough, else two. */
function mistakeCaptions(
  { mistakes, classes, calibration }: Evaluation,
  { glyphs, width }: Style,
): string[][] {
  const name = (index: number) => safeText(classes[index].name);
  const parts = mistakes.map(({ index, name: path, truth, prediction, confidence }) => ({
    image: path === undefined ? `#${index}` : safeText(path),
    pair: `${name(truth)} ${glyphs.arrow} ${name(prediction)}`,
    sure: calibration ? percent(confidence, 0, glyphs.absent) : confidence.toPrecision(3),
  }));
  const oneLine = parts.map(({ image, pair, sure }) => [`${image}  ${pair}  ${sure}`]);
  if (blockWidth(oneLine.flat()) <= Math.min(MAX_ONE_LINE, width)) return oneLine;
  const cut = (text: string) => truncate(text, Math.min(MAX_CAPTION, width), glyphs.ellipsis);
  return parts.map(({ image, pair, sure }) => {
    const room = Math.min(MAX_CAPTION, width) - sure.length - 2;
    return [cut(`${endOf(image, room, glyphs.ellipsis)}  ${sure}`), cut(pair)];
  });
}

/** Of a path the end tells more than the beginning. */
function endOf(text: string, columns: number, ellipsis: string): string {
  const characters = Array.from(text);
  if (characters.length <= columns) return text;
  return ellipsis + characters.slice(characters.length - Math.max(1, columns - ellipsis.length)).join('');
}
