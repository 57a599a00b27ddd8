import type { ImageSize } from '../../network/network.js';
import { fittedSize, largestOf, ownSide } from '../picture.js';
import { halfBlocks } from './draw-picture.js';
import { NEGATIVE, POSITIVE, rampColor, textOn } from './ramps.js';
import type { ColorLevel, Rgb, Style } from './terminal.js';
import { inLines, padLeft, padRight } from './text-layout.js';

interface SignedPicture extends ImageSize {
  /** `(height, width)` float64, row-major. */
  readonly values: Float64Array;
}

/** From zero to the strongest; the ramps differ in shape, so that they read without colour. */
const POSITIVE_SIGNS = ' .+*#';
const NEGATIVE_SIGNS = ' ,-=~';
/** An exponent below one lifts weak values out of the black. */
const BEND = 0.7;

/** A signed picture, at most `columns` wide: half blocks in green and blue where there are enough colours, else `.+*#,-=~`. */
export function drawSignedPicture(picture: SignedPicture, columns: number, style: Style): string[] {
  const fitted = fitSigned(picture, columns);
  const largest = largestOf(picture.values);
  const scale = largest > 0 ? 1 / largest : 0;
  const share = (y: number, x: number) =>
    y < fitted.height ? Math.max(-1, Math.min(1, fitted.values[y * fitted.width + x] * scale)) : 0;
  if (isColored(style))
    return halfBlocks(fitted, (y, x) => colorOf(share(y, x), style.paint.level), style.paint);
  return Array.from({ length: Math.ceil(fitted.height / 2) }, (_, row) =>
    Array.from({ length: fitted.width }, (_, x) => sign(share(2 * row, x), share(2 * row + 1, x))).join(''),
  );
}

/** A signed picture of its own size or smaller, with a line that says what its signs or colours mean. */
export function drawWithLegend(
  picture: SignedPicture,
  positive: string,
  negative: string,
  style: Style,
): string[] {
  return [
    ...drawSignedPicture(picture, ownSide(picture, style.width), style),
    style.say(signLegend(positive, negative, style)),
  ];
}

/** What the signs or colours of a signed picture mean. */
export function signLegend(positive: string, negative: string, style: Style): string {
  const [more, less] = isColored(style)
    ? [style.say('green'), style.say('blue')]
    : [POSITIVE_SIGNS.trim(), NEGATIVE_SIGNS.trim()];
  return `${more}: ${positive}, ${less}: ${negative}`;
}

/** A signed picture with no two values in one sign: a line a row, two columns a value, or one; null where that is too wide. */
export function drawSignedCells(
  { height, width, values }: SignedPicture,
  columns: number,
  style: Style,
): string[] | null {
  if (width > columns) return null;
  const largest = largestOf(values);
  const size = 2 * width <= columns ? 2 : 1;
  return Array.from({ length: height }, (_, row) => {
    const cells = Array.from(values.subarray(row * width, (row + 1) * width), (value) => {
      if (isColored(style)) return signedCell(' '.repeat(size), value, largest, style);
      return sign(largest > 0 ? value / largest : 0, 0).repeat(size);
    });
    return cells.join('');
  });
}

/** A text on the colour of a value, where there are enough colours. */
export function signedCell(text: string, value: number, largest: number, style: Style): string {
  if (!isColored(style) || largest === 0) return text;
  const ground = colorOf(value / largest, style.paint.level);
  return style.paint.on(text, textOn(ground), ground);
}

/** Whether signs are told by colour. */
export function isColored({ paint, unicode }: Style): boolean {
  return paint.level >= 2 && unicode;
}

/** The sign of two pixels, one above the other: that of the stronger one, since their mean could cancel. */
function sign(upper: number, lower: number): string {
  const value = Math.abs(upper) >= Math.abs(lower) ? upper : lower;
  const ramp = value > 0 ? POSITIVE_SIGNS : NEGATIVE_SIGNS;
  return ramp[Math.ceil(Math.abs(value) ** BEND * (ramp.length - 1) - 0.5)] ?? ' ';
}

function colorOf(share: number, level: ColorLevel): Rgb {
  return rampColor(share < 0 ? NEGATIVE : POSITIVE, Math.abs(share) ** BEND, level);
}

/** Enlarged by a whole factor, or made smaller so that each new pixel is the strongest of those it covers. */
function fitSigned(picture: SignedPicture, columns: number): SignedPicture {
  const { height, width } = fittedSize(picture, columns);
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const rows: Span = [y / height, (y + 1) / height];
    for (let x = 0; x < width; x++) {
      values[y * width + x] = strongest(picture, rows, [x / width, (x + 1) / width]);
    }
  }
  return { height, width, values };
}

type Span = readonly [from: number, to: number];

/** The value with the largest size in a part of the picture; spans are shares of its height and width. */
function strongest({ height, width, values }: SignedPicture, rows: Span, columns: Span): number {
  // A hair inside, so that rounding does not take in a neighbour.
  const range = ([from, to]: Span, length: number) =>
    [Math.floor(from * length + 1e-9), Math.max(1, Math.ceil(to * length - 1e-9))] as const;
  const [top, bottom] = range(rows, height);
  const [left, right] = range(columns, width);
  let best = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = values[y * width + x];
      if (Math.abs(value) > Math.abs(best)) best = value;
    }
  }
  return best;
}

/** A bar of `+` or `-`, `columns` long at `largest`. */
export function signedBar(value: number, largest: number, columns: number): string {
  const length = largest > 0 ? Math.round((columns * Math.abs(value)) / largest) : 0;
  return (value < 0 ? '-' : '+').repeat(Math.min(columns, length));
}

/** `+1.25`, `-0.03`: four digits, no padding. */
export function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Number(Math.abs(value).toPrecision(4))}`;
}

/** `+1.25`, `-0.0300`, `+0.0012`: at least three digits, in eight columns. */
export function signedColumn(value: number): string {
  const size = Math.abs(value);
  const isExtreme = size >= 1e4 || (size > 0 && size < 1e-4);
  const text = isExtreme ? size.toExponential(1) : size.toFixed(size >= 99.95 ? 1 : size >= 0.995 ? 2 : 4);
  return `${value < 0 ? '-' : '+'}${text}`.padStart(8);
}

/** More weights than this are shown by the strongest of them. */
const MOST_LISTED = 20;
const MOST_A_LINE = 4;
const BAR = 5;
const GAP = 3;

/** The weights between a neuron and those of a layer, `(neurons)` float64, as signed bars; of many the strongest. */
export function drawWeights(title: string, weights: Float64Array, layer: number, style: Style): string[] {
  const largest = largestOf(weights);
  const order = Array.from(weights.keys());
  const isMany = order.length > MOST_LISTED;
  if (isMany) order.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
  const shown = order.slice(0, MOST_LISTED);
  const places = Math.max(...shown.map((n) => `${layer}:${n}`.length));
  const cells = shown.map((n) => {
    const bar = padRight(signedBar(weights[n], largest, BAR), BAR);
    return `${padLeft(`${layer}:${n}`, places)} ${signedColumn(weights[n]).trim().padStart(7)} ${bar}`;
  });
  const lines = [style.paint.bold(style.say(title)), ...inLines(cells, GAP, style.width, MOST_A_LINE)];
  if (isMany)
    lines.push(style.paint.dim(style.say(`and ${order.length - shown.length} weaker ones (--format json)`)));
  return lines;
}
