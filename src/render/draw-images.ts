import { inTiles } from './columns.js';
import { padRight, printable, truncate } from './display-width.js';
import { drawPicture } from './draw-picture.js';
import type { Picture } from './picture.js';
import type { Style } from './style.js';

/** Five of them fit into 80 columns, two into 40. */
const PICTURE_COLUMNS = 14;
const GAP = 2;

/** An image with what is to be said of it, a line each. */
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
