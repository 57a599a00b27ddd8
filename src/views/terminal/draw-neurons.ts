import { LIGHT, rampColor } from './ramps.js';
import type { Rgb, Style } from './terminal.js';
import { inLines, padLeft, plotAxis, plotRows, wrap } from './text-layout.js';

/** More neurons of a layer are not drawn: they would fill the screen. */
const MOST_DRAWN = 64;
/** From dark to lit, where there is no colour. */
const BLOCKS = ['·', '░', '▒', '▓', '█'];
const RAMP = ['.', ':', '+', '#', '@'];

/** Neurons as lamps with number and value: dark at 0, lit at 1 or, where it is larger, at the layer's largest value. */
export function drawNeurons(values: Float64Array, columns: number, style: Style): string[] {
  const largest = Math.max(1, ...values.map(Math.abs));
  const shown = Array.from(values.subarray(0, MOST_DRAWN));
  const digits = String(shown.length - 1).length;
  const cells = shown.map((value, n) => {
    return `${padLeft(String(n), digits)} ${lamp(Math.max(0, value) / largest, style)} ${shortValue(value)}`;
  });
  const lines = inLines(cells, 2, columns);
  const hidden = values.length - shown.length;
  return hidden > 0
    ? [...lines, style.paint.dim(style.say(`and ${hidden} more (--format json has all)`))]
    : lines;
}

/** The frame of a lamp: seen on black and on white, 3 : 1 at least. */
const FRAME: Rgb = [98, 98, 98];

/** A share below this is no light: a sigmoid is never 0. */
const FAINTEST = 0.05;

/** A lamp of two columns, lit by a share 0..1; its frame shows where one is that is not lit. */
export function lamp(share: number, { paint, unicode }: Style): string {
  const lit = share < FAINTEST ? 0 : Math.min(1, share);
  if (paint.level >= 2) return paint.on(unicode ? '▐▌' : '[]', rampColor(LIGHT, lit, paint.level), FRAME);
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
const MOST_COLUMNS = 60;

/** An activation function over weighted sums from `from` to `to`, and the sums to mark, each by a sign of one column. */
interface ActivationCurve {
  readonly title: string;
  readonly at: (weightedSum: number) => number;
  readonly from: number;
  readonly to: number;
  readonly marks: readonly { readonly weightedSum: number; readonly sign: string }[];
  /** Marked on the axis. */
  readonly threshold: number;
}

/** An activation function as a curve with its marks. */
export function drawActivation(curve: ActivationCurve, style: Style): string[] {
  const { title, at, from, to, marks, threshold } = curve;
  const width = Math.max(8, Math.min(MOST_COLUMNS, style.width) - AXIS_COLUMNS - 1);
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
      if (y !== before || y === row) cells[y][column] = style.glyphs.zero;
    }
  }
  for (const { weightedSum, sign } of marks) cells[rowOf(at(weightedSum))][columnOf(weightedSum)] = sign;
  const rows = cells.map((row) => row.join(''));
  return [
    style.paint.bold(title),
    ...plotRows(rows, [short(highest), short(lowest)], AXIS_COLUMNS, style),
    ...plotAxis(columnOf(threshold), width, [short(from), short(to)], AXIS_COLUMNS, style),
  ];
}

/** A number of an axis, in at most `AXIS_COLUMNS` characters. */
function short(value: number): string {
  return String(Number(value.toPrecision(3))).slice(0, AXIS_COLUMNS);
}

/** Marks of images by their weighted sums: a, b, … for those that light a neuron most, over A, B, … for the least. */
export function curveMarks(most: readonly number[], least: readonly number[]): ActivationCurve['marks'] {
  const marks = (sums: readonly number[], first: 'a' | 'A') =>
    sums.map((weightedSum, n) => ({ weightedSum, sign: markSign(n, first) })).reverse();
  return [...marks(least, 'A'), ...marks(most, 'a')];
}

/** a, b, c, … or A, B, C, …; after the last letter stars. */
export function markSign(n: number, first: 'a' | 'A'): string {
  return n < 26 ? String.fromCharCode(first.charCodeAt(0) + n) : '*';
}

export function curveLegend({ paint, glyphs, width, say }: Style): string[] {
  const text = `across: the weighted sum; ${glyphs.tick} the threshold; letters: the images below`;
  return wrap(say(text), width).map(paint.dim);
}

/** A column's top in eighths of a line, and in halves where there is no Unicode. */
const EIGHTHS = ' ▁▂▃▄▅▆▇█';
const HALVES = ' .#';

/** Counts as columns of one character, `rows` lines high: the largest is full, and only a count of 0 is empty. */
export function drawHistogram(counts: readonly number[], rows: number, unicode: boolean): string[] {
  const signs = unicode ? EIGHTHS : HALVES;
  const steps = signs.length - 1;
  const largest = Math.max(1, ...counts);
  const heightOf = (count: number) =>
    Math.max(count > 0 ? 1 : 0, Math.round((count / largest) * rows * steps));
  const heights = counts.map(heightOf);
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * steps;
    return heights.map((height) => signs[Math.max(0, Math.min(steps, height - below))]).join('');
  });
}
