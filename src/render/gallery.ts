import type { Evaluation } from '../tally/evaluation.js';
import { percent } from '../tally/wording.js';
import { blockWidth, inTiles } from './columns.js';
import { printable, truncate } from './display-width.js';
import { drawPicture } from './draw-picture.js';
import type { Picture } from './picture.js';
import type { Style } from './style.js';

/** A caption `#1234  6 → 0  99 %` is as wide, and four such pictures fit into 80 columns. */
const PICTURE_COLUMNS = 18;
/** Captions wider than this (long class names) take two lines, of at most `MAX_CAPTION` columns. */
const MAX_ONE_LINE = 22;
const MAX_CAPTION = 25;
const GAP = 2;

/**
 * The worst mistakes drawn side by side, as many in a row as fit, each with its caption below. `pictures` stand in
 * the order of `evaluation.mistakes`; a mistake without one has a caption only.
 */
export function renderGallery(evaluation: Evaluation, pictures: readonly Picture[], style: Style): string[] {
  const captions = renderCaptions(evaluation, style);
  const tiles = captions.map((caption, position) => {
    const picture = pictures[position];
    return picture
      ? [...drawPicture(picture, Math.min(PICTURE_COLUMNS, style.width), style), ...caption]
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
