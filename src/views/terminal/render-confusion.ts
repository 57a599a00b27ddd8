import { topConfusions } from '../../counting/confusion-matrix.js';
import { grouped, percent, percentage, timesWords } from '../../counting/wording.js';
import type { Rgb, Style } from './terminal.js';
import { blockWidth, displayWidth, padLeft, padRight, printable, truncate } from './text-layout.js';

/** What was taken for what. */
export interface Confused {
  readonly classes: readonly { readonly name: string; readonly support: number }[];
  /** `[truth][prediction]` counts. */
  readonly confusion: readonly (readonly number[])[];
}

const MAX_NAME = 20;
const MIN_NAME = 4;
/** The columns between the parts of a line: an arrow, a gap, a comma, ` of all `. */
const BETWEEN = 16;

/**
 * The most frequent confusions, a line for each: `4 → 9   38 times, 3.9 % of all 4`. Names are cut to what fits; where
 * even that is too wide, ` of all 4` is left out.
 */
export function renderConfusionList({ classes, confusion }: Confused, limit: number, style: Style): string[] {
  const { glyphs } = style;
  const found = topConfusions(confusion, limit).map(({ truth, prediction, count, share }) => {
    return { truth, prediction, times: timesWords(count), share: percent(share, 1, glyphs.absent) };
  });
  const times = blockWidth(found.map((row) => row.times));
  const share = blockWidth(found.map((row) => row.share));
  const room = Math.floor((style.width - times - share - BETWEEN) / 3);
  const most = Math.max(MIN_NAME, Math.min(MAX_NAME, room));
  const name = (index: number) => truncate(printable(classes[index].name), most, glyphs.ellipsis);
  const truths = blockWidth(found.map((row) => name(row.truth)));
  const predictions = blockWidth(found.map((row) => name(row.prediction)));
  return found.map((row) => {
    const truth = name(row.truth);
    const pair = `${padLeft(truth, truths)} ${glyphs.arrow} ${padRight(name(row.prediction), predictions)}`;
    const line = `${pair}  ${padLeft(row.times, times)}, ${padLeft(row.share, share)}`;
    const whole = `${line} of all ${truth}`;
    return displayWidth(whole) <= style.width ? whole : line;
  });
}

/** The colours of a cell's ground, its count, and the quieter share below. */
interface Heat {
  readonly ground: Rgb;
  readonly text: Rgb;
  readonly quiet: Rgb;
}

const RIGHT_LOW: Rgb = [16, 52, 64];
const RIGHT_HIGH: Rgb = [38, 166, 154];
const WRONG_LOW: Rgb = [56, 18, 16];
const WRONG_HIGH: Rgb = [255, 96, 48];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** Relative brightness 0..255 with the weights of ITU-R BT.601. */
const brightness = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/**
 * The colours of a cell that holds `share` (0..1) of its row. Both scales spread where the shares of a useful network
 * lie: right ones near 1, wrong ones near 0.
 */
function heat(share: number, isRight: boolean): Heat {
  const ground = isRight ? mix(RIGHT_LOW, RIGHT_HIGH, share ** 3) : mix(WRONG_LOW, WRONG_HIGH, share ** 0.35);
  const text = brightness(ground) > 100 ? BLACK : WHITE;
  return { ground, text, quiet: mix(text, ground, 0.2) };
}

/** A cell holds three digits, a space before them, and the mark of the diagonal after them. */
const MIN_CELL = 5;
const USUAL_CELL = 6;
const MAX_CELL = 8;
const MAX_LABEL = 14;
const GAP = 1;

/** The columns that each part of the matrix takes, and its names. */
interface MatrixLayout {
  readonly label: number;
  readonly cell: number;
  readonly support: number;
  readonly headers: readonly string[];
  readonly labels: readonly string[];
}

/**
 * The confusion matrix as lines: rows are the truth, columns the prediction. A cell has its count and, below, its share
 * of the row in percent, on a ground coloured by that share; without colour the diagonal stands in brackets. The last
 * column is the class's support.
 *
 * @returns null where it does not fit into the style's width
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

function layoutFor({ classes, confusion }: Confused, { paint, glyphs, width }: Style): MatrixLayout | null {
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
  const label = GAP + blockWidth(labels);
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

/** A count in few characters: 9999, `12k` for 12,345. */
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
