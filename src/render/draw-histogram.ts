import type { Style } from './style.js';

/** A column's top: from an eighth of a line to a whole one. */
const EIGHTHS = ' ▁▂▃▄▅▆▇█';
/** The same in halves, without Unicode. */
const HALVES = ' .#';

/** Counts as columns `rows` lines high, one character each; the highest fills all of them, none above 0 is empty. */
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
