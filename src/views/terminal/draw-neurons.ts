import { inLines, wrap } from './blocks.js';
import type { Rgb, Style } from './terminal.js';
import { padLeft } from './text-width.js';

/** More neurons of a layer are not drawn: they would fill the screen. */
const MOST_DRAWN = 64;
/** From dark to lit, where there is no colour. */
const BLOCKS = ['·', '░', '▒', '▓', '█'];
const RAMP = ['.', ':', '+', '#', '@'];

/**
 * Neurons as lamps, each with its number and its value, as many in a line as fit: dark at 0, lit at 1. Where values
 * leave 0..1 (ReLU, tanh), a lamp shows the share of the layer's largest value.
 *
 * @param columns at least 12
 */
export function drawNeurons(values: Float64Array, columns: number, style: Style): string[] {
  const largest = Math.max(1, ...values.map(Math.abs));
  const shown = Array.from(values.subarray(0, MOST_DRAWN));
  const digits = String(shown.length - 1).length;
  const cells = shown.map(
    (value, n) =>
      `${padLeft(String(n), digits)} ${lamp(Math.max(0, value) / largest, style)} ${shortValue(value)}`,
  );
  const [width, gap] = [digits + 1 + 2 + 1 + 5, 2];
  const lines = inLines(cells, gap, Math.max(1, Math.floor((columns + gap) / (width + gap))));
  const hidden = values.length - shown.length;
  return hidden > 0 ? [...lines, style.paint.dim(`and ${hidden} more (--format json has all)`)] : lines;
}

/** A lamp of two columns, lit by a share 0..1. */
export function lamp(share: number, { paint, unicode }: Style): string {
  const lit = Math.min(1, share);
  if (paint.level >= 2) {
    const color: Rgb = [Math.round(30 + 225 * lit), Math.round(30 + 195 * lit), Math.round(30 + 50 * lit)];
    return paint.on('  ', color, color);
  }
  const ramp = unicode ? BLOCKS : RAMP;
  return ramp[Math.round(lit * (ramp.length - 1))].repeat(2);
}

/** A value in five columns: ` 0.97`, `-0.20`, ` 12.3`, ` 1e+9`. */
export function shortValue(value: number): string {
  const size = Math.abs(value);
  const text = size < 9.995 ? value.toFixed(2) : size < 999.5 ? value.toPrecision(3) : value.toExponential(0);
  return padLeft(text === '-0.00' ? '0.00' : text.slice(0, 5), 5);
}

const ROWS = 6;
const AXIS_COLUMNS = 6;

/** An activation function to draw over the weighted sum, and the places on it to mark. */
export interface ActivationCurve {
  readonly title: string;
  /** From a weighted sum to an activation. */
  readonly at: (weightedSum: number) => number;
  /** The first and the last weighted sum. */
  readonly from: number;
  readonly to: number;
  /** Weighted sums to mark, each by a sign of one column. */
  readonly marks: readonly { readonly weightedSum: number; readonly sign: string }[];
  /** The weighted sum to mark on the axis. */
  readonly threshold: number;
}

/** An activation function as a curve with its marks, at most `columns` wide. */
export function drawActivation(curve: ActivationCurve, columns: number, { paint, unicode }: Style): string[] {
  const { title, at, from, to, marks, threshold } = curve;
  const width = Math.max(8, columns - AXIS_COLUMNS - 1);
  const sumAt = (column: number) => from + ((to - from) * column) / (width - 1);
  const columnOf = (sum: number) => Math.round(((sum - from) / (to - from || 1)) * (width - 1));
  const highest = Math.max(at(from), at(to));
  const lowest = Math.min(0, at(from), at(to));
  const rowOf = (value: number) =>
    highest > lowest ? Math.round((1 - (value - lowest) / (highest - lowest)) * (ROWS - 1)) : ROWS - 1;
  const cells = Array.from({ length: ROWS }, () => new Array<string>(width).fill(' '));
  for (let column = 0; column < width; column++) {
    const row = rowOf(at(sumAt(column)));
    // A curve that is steeper than a column leaves no gap.
    const before = column === 0 ? row : rowOf(at(sumAt(column - 1)));
    for (let y = Math.min(row, before); y <= Math.max(row, before); y++) {
      if (y !== before || y === row) cells[y][column] = unicode ? '·' : '.';
    }
  }
  for (const { weightedSum, sign } of marks) cells[rowOf(at(weightedSum))][columnOf(weightedSum)] = sign;
  const [bar, corner, dash, tick] = unicode ? ['│', '└', '─', '▲'] : ['|', '+', '-', '^'];
  const lines = cells.map((row, y) => {
    const label = y === 0 ? short(highest) : y === ROWS - 1 ? short(lowest) : '';
    return `${paint.dim(`${padLeft(label, AXIS_COLUMNS)}${bar}`)}${row.join('').trimEnd()}`;
  });
  const place = columnOf(threshold);
  const isShown = place >= 0 && place < width;
  const axis = isShown ? `${dash.repeat(place)}${tick}${dash.repeat(width - 1 - place)}` : dash.repeat(width);
  const indent = ' '.repeat(AXIS_COLUMNS);
  const ends = short(from) + padLeft(short(to), width - short(from).length);
  return [
    paint.bold(title),
    ...lines,
    paint.dim(`${indent}${corner}${axis}`),
    paint.dim(`${indent} ${ends}`),
  ];
}

/** A number of an axis, in at most `AXIS_COLUMNS` characters. */
function short(value: number): string {
  return String(Number(value.toPrecision(3))).slice(0, AXIS_COLUMNS);
}

/** a, b, c, … or A, B, C, …; after the last letter stars. */
export function markSigns(count: number, first: 'a' | 'A'): string[] {
  return Array.from({ length: count }, (_, n) =>
    n < 26 ? String.fromCharCode(first.charCodeAt(0) + n) : '*',
  );
}

/** Says what the marks of the curves mean. */
export function curveLegend({ paint, unicode, width }: Style): string[] {
  const text = `across: the weighted sum; ${unicode ? '▲' : '^'} the threshold; letters: the images below`;
  return wrap(text, width).map(paint.dim);
}

/** A column's top: from an eighth of a line to a whole one. */
const EIGHTHS = ' ▁▂▃▄▅▆▇█';
/** The same in halves, without Unicode. */
const HALVES = ' .#';

/** Counts as columns of one character, `rows` lines high: the largest is full, and only a count of 0 is empty. */
export function drawHistogram(
  counts: readonly number[],
  rows: number,
  { unicode }: Pick<Style, 'unicode'>,
): string[] {
  const signs = unicode ? EIGHTHS : HALVES;
  const steps = signs.length - 1;
  const largest = Math.max(1, ...counts);
  const heights = counts.map((count) =>
    Math.max(count > 0 ? 1 : 0, Math.round((count / largest) * rows * steps)),
  );
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * steps;
    return heights.map((height) => signs[Math.max(0, Math.min(steps, height - below))]).join('');
  });
}
