import { grouped } from '../../counting/wording.js';
import type { Picture } from '../picture.js';
import { blockWidth, flow, wrap } from './blocks.js';
import { drawImages } from './draw-picture.js';
import type { Style } from './terminal.js';
import { padRight, printable, truncate } from './text-width.js';

/** More classes than this are shown by the foremost of them. */
const MOST_CLASSES = 20;

/** What a view was made from. */
export interface HeadShown {
  readonly model: { readonly name: string };
  readonly classes: readonly string[];
  readonly data: { readonly name: string; readonly images: number };
}

/** The first lines of a view: its title, and the images it was made with. */
export function lookHeading(title: string, { data }: Pick<HeadShown, 'data'>, style: Style): string[] {
  const { paint, glyphs, width } = style;
  const images = `${grouped(data.images)} ${data.images === 1 ? 'image' : 'images'}`;
  const name = truncate(printable(data.name), width - 1, glyphs.ellipsis);
  return flow([paint.bold(title), paint.dim(images), paint.dim(name)], width);
}

/** A block's title with a remark, on one line where both fit. */
export function titled(title: string, remark: string, { paint, width }: Style): string[] {
  if (remark === '') return [paint.bold(title)];
  if (title.length + 2 + remark.length <= width) return [`${paint.bold(title)}  ${paint.dim(remark)}`];
  return [paint.bold(title), ...wrap(remark, width).map(paint.dim)];
}

/** The classes that a table lists. */
export interface ListedClasses {
  /** Class indices, in the order of the lines. */
  readonly shown: readonly number[];
  /** Their names, and the name of the column, all of one width. */
  readonly names: readonly string[];
  readonly head: string;
  /** How many classes are left out. */
  readonly left: number;
}

/**
 * Chooses the classes that a table lists: all in order, or the foremost where they are many.
 *
 * @param widest columns of a name; longer ones are cut
 * @param compare sorts class indices, the foremost first
 */
export function listClasses(
  classes: readonly string[],
  head: string,
  widest: number,
  compare: (a: number, b: number) => number,
  { glyphs }: Style,
): ListedClasses {
  const all = Array.from(classes.keys());
  const shown = all.length > MOST_CLASSES ? all.sort(compare).slice(0, MOST_CLASSES) : all;
  const cut = shown.map((k) => truncate(printable(classes[k]), widest, glyphs.ellipsis));
  const width = Math.max(head.length, blockWidth(cut));
  const names = cut.map((name) => padRight(name, width));
  return { shown, names, head: padRight(head, width), left: classes.length - shown.length };
}

/** The line after a list of classes that says how many more there are; none where all are shown. */
export function moreClasses({ left }: ListedClasses, { paint }: Style): string[] {
  return left > 0 ? [paint.dim(`and ${left} more (--format json)`)] : [];
}

/** An image that a letter marks in a curve. */
interface MarkedImage {
  readonly index: number;
  readonly truth: number | null;
}

/** Images side by side; below each its letter, its number, its truth, and the lines that `words` gives. */
export function drawMarkedImages<Image extends MarkedImage>(
  images: readonly Image[],
  pictures: readonly Picture[],
  letters: readonly string[],
  classes: readonly string[],
  words: (image: Image) => string[],
  style: Style,
): string[] {
  const captioned = images.map((image, n) => {
    const truth = image.truth === null ? '' : `  ${classes[image.truth]}`;
    return { picture: pictures[n], caption: [`${letters[n]} #${image.index}${truth}`, ...words(image)] };
  });
  return drawImages(captioned, style);
}
