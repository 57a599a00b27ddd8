import { grouped, percentage } from '../tally/wording.js';
import type { Confused } from './confused.js';
import { displayWidth, padLeft, padRight, printable, truncate } from './display-width.js';
import { heat } from './heat.js';
import type { Style } from './style.js';

/** A cell holds three digits, a space before them, and the mark of the diagonal after them. */
const MIN_CELL = 5;
const USUAL_CELL = 6;
const MAX_CELL = 8;
const MAX_LABEL = 14;
const GAP = 1;

/** How wide each part of the matrix is, in columns. */
interface Layout {
  readonly label: number;
  readonly cell: number;
  readonly support: number;
  readonly headers: readonly string[];
  readonly labels: readonly string[];
}

/**
 * The confusion matrix as lines: rows are the truth, columns the prediction; each cell has its count and, below,
 * its share of the row in percent, on a ground coloured by that share. Without colour the diagonal stands in
 * brackets. The last column is the class's support.
 *
 * @returns null when it does not fit into the style's width.
 */
export function renderMatrix(evaluation: Confused, style: Style): string[] | null {
  const layout = layoutFor(evaluation, style);
  if (layout === null) return null;
  const { paint } = style;
  const { label, cell, support, headers, labels } = layout;
  const header = headers.map((name) => `${padLeft(name, cell - 1)} `).join('');
  const lines = [paint.dim((padRight('', label) + header).trimEnd())];
  evaluation.confusion.forEach((counts, truth) => {
    const total = evaluation.classes[truth].support;
    const cells = counts.map((count, prediction) =>
      drawCell(count, total, truth === prediction, cell, style),
    );
    const upper = cells.map(([count]) => count).join('');
    const lower = cells.map(([, share]) => share).join('');
    lines.push(`${padRight(labels[truth], label)}${upper}${paint.dim(padLeft(grouped(total), support))}`);
    lines.push(`${padRight('', label)}${lower}`.trimEnd());
  });
  return lines;
}

function layoutFor({ classes, confusion }: Confused, { paint, glyphs, width }: Style): Layout | null {
  const names = classes.map(({ name }) => printable(name));
  const support = GAP + Math.max(...classes.map((row) => grouped(row.support).length));
  const digits = String(Math.max(...confusion.flat())).length;
  const wished = Math.min(MAX_CELL, Math.max(USUAL_CELL, digits + 2));
  // Names too long for a column are told apart by number.
  const numbered = names.some((name) => displayWidth(name) >= wished);
  const places = String(classes.length - 1).length;
  const labels = names.map((name, index) =>
    truncate(numbered ? `${padLeft(String(index), places)} ${name}` : name, MAX_LABEL, glyphs.ellipsis),
  );
  const label = GAP + Math.max(...labels.map(displayWidth));
  const cell = Math.min(wished, Math.floor((width - label - support) / classes.length));
  if (cell < MIN_CELL) return null;
  const headers = names.map((name, index) =>
    numbered ? String(index) : truncate(name, cell - 1, glyphs.ellipsis),
  );
  return { label: label + (paint.level ? GAP : 0), cell, support, headers, labels };
}

/** The two lines of a cell. */
function drawCell(
  count: number,
  total: number,
  isRight: boolean,
  width: number,
  style: Style,
): [string, string] {
  const { paint, glyphs } = style;
  const digits = shortCount(count, width - 2);
  if (count === 0 && !(isRight && total > 0)) {
    return [paint.dim(`${padLeft(glyphs.zero, width - 1)} `), ' '.repeat(width)];
  }
  const share = padLeft(count === 0 ? '' : percentage(count / total, width > MIN_CELL ? 1 : 0), width - 1);
  if (paint.level === 0) {
    return [isRight ? padLeft(`[${digits}]`, width) : `${padLeft(digits, width - 1)} `, `${share} `];
  }
  const { ground, text, quiet } = heat(count / total, isRight);
  const upper = `${padLeft(digits, width - 1)} `;
  return [
    paint.on(isRight ? paint.bold(upper) : upper, text, ground),
    paint.on(`${share} `, paint.level === 1 ? text : quiet, ground),
  ];
}

/** A count in few characters: `9,999` as 9999, `12,345` as 12k. */
function shortCount(count: number, maxCharacters: number): string {
  const digits = String(count);
  if (digits.length <= maxCharacters) return digits;
  for (const [suffix, unit] of [
    ['k', 1e3],
    ['M', 1e6],
    ['G', 1e9],
    ['T', 1e12],
  ] as const) {
    const whole = String(Math.floor(count / unit));
    if (whole.length < maxCharacters) return whole + suffix;
  }
  return digits;
}
