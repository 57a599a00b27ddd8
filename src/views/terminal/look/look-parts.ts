import { counted } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { Picture } from '../../picture.js';
import { markSign } from '../draw-neurons.js';
import { drawImages } from '../draw-picture.js';
import type { Style } from '../terminal.js';
import { blockWidth, flow, padRight, titled, truncate } from '../text-layout.js';

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
  const { paint, glyphs, width, say } = style;
  const images = say(counted(data.images, 'image'));
  const name = truncate(safeText(data.name), width - 1, glyphs.ellipsis);
  return flow([paint.bold(say(title)), paint.dim(images), paint.dim(name)], width, say(', '));
}

/** What goes into a neuron: `7,12` for the pixel by row and column, `1:3` for a neuron of the layer before. */
export function inputPlace(layer: number, input: number, width: number): string {
  return layer === 1 ? `${Math.floor(input / width)},${input % width}` : `${layer - 1}:${input}`;
}

/** The classes that a table lists, by index. */
interface ListedClasses {
  readonly shown: readonly number[];
  /** Their names, and the name of the column, all of one width. */
  readonly names: readonly string[];
  readonly head: string;
  readonly left: number;
}

/** Chooses the classes to list: all in order, or the foremost of many; names are cut to `widest` columns. */
export function listClasses(
  classes: readonly string[],
  head: string,
  widest: number,
  compare: (a: number, b: number) => number,
  { glyphs, say }: Style,
): ListedClasses {
  const all = Array.from(classes.keys());
  const shown = all.length > MOST_CLASSES ? all.sort(compare).slice(0, MOST_CLASSES) : all;
  const cut = shown.map((k) => truncate(safeText(classes[k]), widest, glyphs.ellipsis));
  const width = blockWidth([say(head), ...cut]);
  const names = cut.map((name) => padRight(name, width));
  return { shown, names, head: padRight(say(head), width), left: classes.length - shown.length };
}

/** The line after a list of classes that says how many more there are. */
export function moreClasses({ left }: ListedClasses, { paint, say }: Style): string[] {
  return left > 0 ? [paint.dim(say(`and ${left} more (--format json)`))] : [];
}

/** A view with the pictures of the images that light a neuron most and least. */
export interface ExtremesShown extends HeadShown {
  readonly pictures: { readonly most: readonly Picture[]; readonly least: readonly Picture[] };
}

/** Those images as a block under each title: a picture's mark in the curves, number, truth, and what `words` gives. */
export function extremeBlocks<Image extends { readonly index: number; readonly truth: number | null }>(
  { pictures, classes }: ExtremesShown,
  [most, least]: readonly [most: readonly Image[], least: readonly Image[]],
  titles: readonly [most: string, remark: string, least: string],
  words: (image: Image) => string[],
  style: Style,
): string[][] {
  const drawn = (images: readonly Image[], shown: readonly Picture[], first: 'a' | 'A') => {
    const captioned = images.map((image, n) => {
      const truth = image.truth === null ? '' : `  ${safeText(classes[image.truth])}`;
      return {
        picture: shown[n],
        caption: [`${markSign(n, first)} #${image.index}${truth}`, ...words(image)],
      };
    });
    return drawImages(captioned, style);
  };
  const [mostTitle, remark, leastTitle] = titles;
  return [
    [...titled(mostTitle, remark, style), ...drawn(most, pictures.most, 'a')],
    [...titled(leastTitle, '', style), ...drawn(least, pictures.least, 'A')],
  ];
}
