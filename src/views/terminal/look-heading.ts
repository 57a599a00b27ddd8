import { grouped } from '../../counting/wording.js';
import type { Style } from './terminal.js';
import { flow, printable, truncate, wrap } from './text-width.js';

/** What a view was made from. */
export interface HeadShown {
  readonly model: { readonly name: string };
  readonly classes: readonly string[];
  readonly data: { readonly name: string; readonly images: number };
}

/** The first lines of a view: what is looked at, in which network, with which images. */
export function lookHeading(title: string, { model, data }: HeadShown, style: Style): string[] {
  const { paint, glyphs, width } = style;
  const images = `${grouped(data.images)} ${data.images === 1 ? 'image' : 'images'}`;
  const name = truncate(printable(data.name), width - 1, glyphs.ellipsis);
  return flow(
    [paint.bold(`${title} of ${printable(model.name)}`), paint.dim(images), paint.dim(name)],
    width,
  );
}

/** A block's title with a remark, on one line where it fits. */
export function titled(title: string, remark: string, { paint, width }: Style): string[] {
  if (remark === '') return [paint.bold(title)];
  if (title.length + 2 + remark.length <= width) return [`${paint.bold(title)}  ${paint.dim(remark)}`];
  return [paint.bold(title), ...wrap(remark, width).map(paint.dim)];
}
