import { topConfusions } from '../../counting/confusion-matrix.js';
import { grouped, percent, percentage, timesWords } from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import { RIGHT, rampColor, textOn, WRONG } from './ramps.js';
import type { Style } from './terminal.js';
import { blockWidth, displayWidth, padLeft, padRight, truncate } from './text-layout.js';

export interface ConfusionShown {
  readonly classes: readonly { readonly name: string; readonly support: number }[];
  /** `[truth][prediction]` counts. */
  readonly confusion: readonly (readonly number[])[];
}

const MAX_NAME = 20;
const MIN_NAME = 4;
/** The columns between the parts of a line: an arrow, a gap, a comma, ` of all `. */
const BETWEEN = 16;

/** The most frequent confusions, `4 → 9   38 times, 3.9 % of all 4`; names are cut to fit, then ` of all 4` is left out. */
export function renderConfusionList(
  { classes, confusion }: ConfusionShown,
  limit: number,
  style: Style,
): string[] {
  const { glyphs, say } = style;
  const found = topConfusions(confusion, limit).map(({ count, share, ...pair }) => {
    return { ...pair, times: say(timesWords(count)), share: percent(share, 1, glyphs.absent) };
  });
  const times = blockWidth(found.map((row) => row.times));
  const share = blockWidth(found.map((row) => row.share));
  const room = Math.floor((style.width - times - share - BETWEEN) / 3);
  const most = Math.max(MIN_NAME, Math.min(MAX_NAME, room));
  const name = (index: number) => truncate(safeText(classes[index].name), most, glyphs.ellipsis);
  const truths = blockWidth(found.map((row) => name(row.truth)));
  const predictions = blockWidth(found.map((row) => name(row.prediction)));
  return found.map((row) => {
    const truth = name(row.truth);
    const pair = `${padLeft(truth, truths)} ${glyphs.arrow} ${padRight(name(row.prediction), predictions)}`;
    const line = `${pair}  ${padLeft(row.times, times)}${say(', ')}${padLeft(row.share, share)}`;
    const whole = line + say(` of all ${truth}`);
    return displayWidth(whole) <= style.width ? whole : line;
  });
}

/** An exponent below one lifts rare mistakes out of the ground; one above tells the best rows apart. */
const WRONG_BEND = 0.7;
const RIGHT_BEND = 3;

/** The largest share of a row that is wrong in one way: the cell of the strongest colour. */
export function worstShare({ classes, confusion }: ConfusionShown): number {
  const shares = confusion.flatMap((counts, truth) =>
    counts.map((count, prediction) =>
      truth === prediction ? 0 : count / Math.max(1, classes[truth].support),
    ),
  );
  return Math.max(0, ...shares);
}

/** A cell holds three digits, a space before them, and the mark of the diagonal after them. */
const MIN_CELL = 5;
const USUAL_CELL = 6;
const MAX_CELL = 8;
const MAX_LABEL = 14;
const GAP = 1;

/**
 * The confusion matrix as lines, or null where it is too wide: rows are the truth, columns the prediction. A cell has its
 * count and, below, its share of the row in percent; without colour the diagonal stands in brackets.
 */
export function renderMatrix(evaluation: ConfusionShown, style: Style): string[] | null {
  const layout = layoutFor(evaluation, style);
  if (layout === null) return null;
  const { paint } = style;
  const { label, cell, support, headers, labels } = layout;
  const worst = worstShare(evaluation);
  const header = headers.map((name) => `${padLeft(name, cell - 1)} `).join('');
  const lines = [paint.dim((padRight('', label) + header).trimEnd())];
  evaluation.confusion.forEach((counts, truth) => {
    const total = evaluation.classes[truth].support;
    const cells = counts.map((count, prediction) =>
      drawCell({ count, total, worst, isRight: truth === prediction }, cell, style),
    );
    const upper = cells.map(([count]) => count).join('');
    const lower = cells.map(([, share]) => share).join('');
    lines.push(`${padRight(labels[truth], label)}${upper}${paint.dim(padLeft(grouped(total), support))}`);
    lines.push(`${padRight('', label)}${lower}`.trimEnd());
  });
  return lines;
}

const LEGEND_STEPS = 8;

/** What its colours mean, a line: no mistake to the most frequent; nothing where there are no such colours, or no mistakes. */
export function matrixLegend(
  evaluation: ConfusionShown,
  { paint, say, background = 'dark' }: Style,
): string[] {
  const worst = worstShare(evaluation);
  if (paint.level < 2 || worst === 0) return [];
  const swatches = Array.from({ length: LEGEND_STEPS }, (_, step) => {
    const color = rampColor(WRONG[background], step / (LEGEND_STEPS - 1), paint.level);
    return paint.on('  ', color, color);
  });
  return [
    `${paint.dim(say('wrong: 0'))} ${swatches.join('')} ${paint.dim(say(`${percentage(worst, 1)} % of the row`))}`,
  ];
}

/** The columns that each part of the matrix takes, and its names. */
function layoutFor({ classes, confusion }: ConfusionShown, { paint, glyphs, width }: Style) {
  const names = classes.map(({ name }) => safeText(name));
  const support = GAP + Math.max(...classes.map((row) => grouped(row.support).length));
  const digits = String(Math.max(...confusion.flat())).length;
  const wished = Math.min(MAX_CELL, Math.max(USUAL_CELL, digits + 2));
  // Names too long for a column are told apart by number.
  const numbered = names.some((name) => displayWidth(name) >= wished);
  const places = String(classes.length - 1).length;
  const labels = names.map((name, index) =>
    truncate(numbered ? `${padLeft(String(index), places)} ${name}` : name, MAX_LABEL, glyphs.ellipsis),
  );
  const label = GAP + blockWidth(labels) + (paint.level > 0 ? GAP : 0);
  const cell = Math.min(wished, Math.floor((width - label - support) / classes.length));
  if (cell < MIN_CELL) return null;
  const headers = names.map((name, index) =>
    numbered ? String(index) : truncate(name, cell - 1, glyphs.ellipsis),
  );
  return { label, cell, support, headers, labels };
}

interface Cell {
  readonly count: number;
  /** Of the row. */
  readonly total: number;
  /** The largest share of a wrong cell. */
  readonly worst: number;
  readonly isRight: boolean;
}

/** A cell's two lines. */
function drawCell(cell: Cell, width: number, style: Style): [string, string] {
  const { count, total, isRight } = cell;
  const { paint, glyphs, background = 'dark' } = style;
  const isEmpty = count === 0 && !(isRight && total > 0);
  const digits = isEmpty ? glyphs.zero : shortCount(count, width - 2);
  const upper = `${padLeft(digits, width - 1)} `;
  const share = count === 0 ? '' : percentage(count / total, width > MIN_CELL ? 1 : 0);
  const lower = `${padLeft(share, width - 1)} `;
  if (paint.level === 0 && isRight && !isEmpty) return [padLeft(`[${digits}]`, width), lower];
  const strength = strengthOf(cell);
  // Of the 16 colours none is faint.
  const isPlain = paint.level === 0 || (paint.level === 1 && (isEmpty || (!isRight && strength < 0.5)));
  if (isPlain) return [isEmpty ? paint.dim(upper) : upper, lower];
  const ground = rampColor((isRight ? RIGHT : WRONG)[background], strength, paint.level);
  const text = textOn(ground);
  return [paint.on(isRight ? paint.bold(upper) : upper, text, ground), paint.on(lower, text, ground)];
}

/** How strong a cell's colour is, 0..1. */
function strengthOf({ count, total, worst, isRight }: Cell): number {
  if (count === 0) return 0;
  return isRight ? (count / total) ** RIGHT_BEND : (count / total / worst) ** WRONG_BEND;
}

/** A count in few characters: 9999, `12k` for 12,345. */
function shortCount(count: number, maxCharacters: number): string {
  const digits = String(count);
  if (digits.length <= maxCharacters) return digits;
  for (const [power, suffix] of ['k', 'M', 'G', 'T'].entries()) {
    const whole = String(Math.floor(count / 1000 ** (power + 1)));
    if (whole.length < maxCharacters) return whole + suffix;
  }
  return digits;
}
