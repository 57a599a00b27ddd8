import { grouped } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import { signedCell } from '../draw-signed-picture.js';
import type { Style } from '../terminal.js';
import { blockWidth, padLeft, padRight, truncate } from '../text-layout.js';

const MAX_NAME = 14;
/** Where the matrix does not fit, so many of its cells are listed: mistakes, since the table of classes has what is right. */
const MOST_LISTED = 8;

type Confusion = readonly (readonly number[])[];

/** A count less another: `+1,250`, `-3`, and a dot for no difference. */
export function signedCount(difference: number, { glyphs }: Style, words = grouped): string {
  if (difference === 0) return glyphs.zero;
  return `${difference < 0 ? '-' : '+'}${words(Math.abs(difference))}`;
}

/**
 * A confusion matrix less another, cell by cell: rows are the truth, columns the verdict. Where it is too wide, the mistakes
 * that differ most.
 */
export function drawDifference(
  classes: readonly string[],
  before: Confusion,
  after: Confusion,
  style: Style,
): string[] {
  const differences = after.map((counts, truth) => counts.map((count, k) => count - before[truth][k]));
  const largest = differences.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return [style.say('no cell differs')];
  return drawMatrix(classes, differences, largest, style) ?? listCells(classes, differences, style);
}

function drawMatrix(
  classes: readonly string[],
  differences: readonly (readonly number[])[],
  largest: number,
  style: Style,
): string[] | null {
  const { paint, glyphs } = style;
  const texts = differences.map((row) => row.map((value) => signedCount(value, style, String)));
  const digits = blockWidth(texts.flat());
  // Names too long for a column are told apart by number.
  const isNumbered = classes.some((name) => blockWidth([safeText(name)]) > Math.max(digits, 3));
  const places = String(classes.length - 1).length;
  const labels = classes.map((name, k) => {
    const label = isNumbered ? `${padLeft(String(k), places)} ${safeText(name)}` : safeText(name);
    return truncate(label, MAX_NAME, glyphs.ellipsis);
  });
  const heads = isNumbered ? classes.map((_, k) => String(k)) : labels;
  const label = blockWidth(labels);
  const cell = Math.max(digits, blockWidth(heads));
  if (label + 1 + (cell + 1) * classes.length > style.width) return null;
  const rows = texts.map((row, truth) => {
    const cells = row.map((text, k) => {
      const [value, padded] = [differences[truth][k], `${padLeft(text, cell)} `];
      return value === 0 ? paint.dim(padded) : signedCell(padded, value, largest, style);
    });
    return `${padRight(labels[truth], label)} ${cells.join('')}`.trimEnd();
  });
  const head = heads.map((name) => padLeft(name, cell)).join(' ');
  return [paint.dim(`${padRight('', label)} ${head}`), ...rows];
}

function listCells(
  classes: readonly string[],
  differences: readonly (readonly number[])[],
  style: Style,
): string[] {
  const { paint, glyphs, say } = style;
  const cells = differences.flatMap((row, truth) => row.map((value, k) => ({ truth, k, value })));
  const moved = cells.filter(({ truth, k, value }) => truth !== k && value !== 0);
  moved.sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.truth - b.truth || a.k - b.k);
  const shown = moved.slice(0, MOST_LISTED);
  const name = (k: number) => truncate(safeText(classes[k]), MAX_NAME, glyphs.ellipsis);
  const widest = blockWidth(shown.flatMap(({ truth, k }) => [name(truth), name(k)]));
  const digits = blockWidth(shown.map(({ value }) => signedCount(value, style)));
  const lines = shown.map(
    ({ truth, k, value }) =>
      `${padLeft(name(truth), widest)} ${glyphs.arrow} ${padRight(name(k), widest)} ${padLeft(signedCount(value, style), digits)}`,
  );
  const left = moved.length - shown.length;
  return left > 0 ? [...lines, paint.dim(say(`and ${left} more (--format json)`))] : lines;
}
