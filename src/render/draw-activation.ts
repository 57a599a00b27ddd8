import { wrap } from './columns.js';
import { padLeft } from './display-width.js';
import type { Style } from './style.js';

const ROWS = 6;
const AXIS_COLUMNS = 6;

/** A curve to draw, and the places on it to mark. */
export interface ActivationCurve {
  readonly title: string;
  /** From a weighted sum to an activation. */
  readonly at: (weightedSum: number) => number;
  /** The weighted sums that the curve goes from and to. */
  readonly from: number;
  readonly to: number;
  /** Weighted sums to mark on it, each by a sign of one column. */
  readonly marks: readonly { readonly weightedSum: number; readonly sign: string }[];
  /** A weighted sum to show on the axis: the threshold. */
  readonly threshold: number;
}

/** An activation function as a curve over the weighted sum, with some sums marked on it. At most `columns` wide. */
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
    // A step that is steeper than a column leaves no gap.
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

/** At most five characters. */
function short(value: number): string {
  return String(Number(value.toPrecision(3))).slice(0, AXIS_COLUMNS);
}

/** a, b, c, … or A, B, C, …; behind the last letter a star. */
export function markSigns(count: number, first: 'a' | 'A'): string[] {
  return Array.from({ length: count }, (_, n) =>
    n < 26 ? String.fromCharCode(first.charCodeAt(0) + n) : '*',
  );
}

/** What is to be seen in the curves, in a line or more. */
export function curveLegend({ paint, unicode, width }: Style): string[] {
  const text = `across: the weighted sum; ${unicode ? '▲' : '^'} the threshold; letters: the images below`;
  return wrap(text, width).map(paint.dim);
}
