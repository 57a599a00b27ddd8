import { counted, durationWords, networkWords, percent, percentage } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { FlipReport, StressReport } from '../../../judging/stress-report.js';
import { threadWords } from '../progress.js';
import { accuracyFacts } from '../render-evaluation.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { blockWidth, joinBlocks, labelled, padLeft, padRight, titled, wrap } from '../text-layout.js';

/** A stress test for a terminal. */
export function renderStress(report: StressReport, options: RenderOptions): string {
  const style = createStyle(options);
  const { data, model, images, seed, clean, partial, seconds, workers } = report;
  const { paint, say } = style;
  const head = [
    ...labelled('data', [paint.bold(safeText(data.dataset ?? data.name)), counted(images, 'image')], style),
    ...labelled('network', [paint.bold(safeText(model.name)), networkWords(model)], style),
    ...labelled('speed', [durationWords(seconds), threadWords(workers)], style),
    '',
    ...labelled('as they are', accuracyFacts({ ...clean, images }, style), style),
    ...labelled('made worse', worseFacts(report, style), style),
    ...(partial ? ['', ...wrap(say(PARTIAL), style.width).map(paint.warn)] : []),
  ];
  const blocks = [head];
  if (images > 0 && report.corruptions.length > 0) blocks.push(renderCurves(report, style));
  if (report.flips !== null && report.flips.images > 0) blocks.push(...renderFlips(report.flips, style));
  return joinBlocks([
    ...blocks,
    wrap(say(`seed ${seed}: the same images come out again`), style.width).map(paint.dim),
  ]);
}

const PARTIAL = 'Partial: the input was not read to its end.';

function worseFacts({ mean, worst, corruptions }: StressReport, { paint, glyphs }: Style): string[] {
  if (mean === null || worst === null) return ['nothing was made worse'];
  const count = corruptions.reduce((sum, { points }) => sum + points.length, 0);
  const lowest = percent(worst.accuracy, 1, glyphs.absent);
  return [
    `${paint.bold(percent(mean, 2, glyphs.absent))} on average of ${counted(count, 'way')}`,
    `worst ${paint.bold(lowest)} (${worst.corruption} ${worst.strength})`,
  ];
}

/** Five cells beside each other, where a row has a line of its own. */
const NARROW_CELLS = 5;
const NAME_COLUMNS = 10;
const CELL_COLUMNS = 11;

/** A row for each corruption: its strengths with the accuracy at each, and a curve where there is room. */
function renderCurves({ corruptions, clean }: StressReport, style: Style): string[] {
  const { paint, glyphs, width, unicode, say } = style;
  const nameColumns = Math.max(NAME_COLUMNS, 1 + blockWidth(corruptions.map(({ name }) => say(name))));
  const fits = width >= nameColumns + 5 * CELL_COLUMNS + 14;
  const [each, below] = [
    '%, after each strength; then the mean',
    '%, below each strength; beside the name the mean',
  ];
  const lines = titled('Accuracy', `${fits ? each : below}${unicode ? ', and the curve' : ''}`, style);
  for (const { name, points, mean } of corruptions) {
    const strengths = points.map(({ strength }) => `${strength}`);
    const shares = points.map(({ accuracy }) =>
      accuracy === null ? glyphs.absent : percentage(accuracy, 1),
    );
    const all = [clean.accuracy, ...points.map(({ accuracy }) => accuracy)];
    const tail = [
      padLeft(mean === null ? glyphs.absent : percentage(mean, 1), 6),
      ...(unicode ? [sparkline(all)] : []),
    ];
    if (fits) {
      const cells = shares.map((share, n) => paint.dim(padLeft(strengths[n], 5)) + padLeft(share, 6));
      lines.push(padRight(say(name), nameColumns) + cells.join('') + tail.join('  '));
    } else {
      const [above, below] = [narrowRow(strengths, width), narrowRow(shares, width)];
      lines.push(padRight(say(name), nameColumns) + tail.join('  '), paint.dim(above), below);
    }
  }
  const units = corruptions.map(({ name, unit }) => `${say(name)}${say(': ')}${say(unit)}`).join(say('; '));
  return [...lines, '', ...wrap(units, width).map(paint.dim)];
}

/** Cells in columns that fill a narrow line. */
function narrowRow(cells: readonly string[], width: number): string {
  const columns = Math.min(9, Math.floor(width / NARROW_CELLS));
  return cells.map((cell) => padLeft(cell, columns)).join('');
}

/** Eighths of a block; from the accuracy of guessing among ten up. */
function sparkline(values: readonly (number | null)[]): string {
  return values
    .map((value) => '▁▂▃▄▅▆▇█'[Math.max(0, Math.min(7, Math.floor(((value ?? 0) - 0.1) / 0.9 / 0.125)))])
    .join('');
}

/** How few changes flip a verdict: quantiles over the images, and how far they are proven. */
function renderFlips({ images, distances }: FlipReport, style: Style): string[][] {
  const { paint, glyphs, width, say } = style;
  const header = ['5 %', '25 %', 'median', '75 %', '95 %'].map(say);
  const nameColumns = 20;
  const fits = width >= nameColumns + 9 * header.length;
  const remark = `how much of white has to change for another verdict, over ${counted(images, 'image')}`;
  const heads = narrowRow(header, fits ? 9 * header.length : width);
  const lines = [
    ...titled('Nearest flip', remark, style),
    paint.dim(fits ? ' '.repeat(nameColumns) + heads : heads),
  ];
  const notes: string[] = [];
  for (const { norm, quantiles, within1, within10, proven } of distances) {
    const name = say(
      norm === 'largest' ? `largest pixel (L${style.unicode ? '∞' : 'inf'})` : 'Euclidean (L2)',
    );
    const cells = quantiles.map((value) => (value === null ? glyphs.absent : value.toPrecision(3)));
    if (fits) lines.push(padRight(name, nameColumns) + narrowRow(cells, 9 * cells.length));
    else lines.push(name, narrowRow(cells, width));
    const least = proven.toSorted((a, b) => a - b)[Math.floor(proven.length / 2)];
    notes.push(
      `${name}: found by search. That nothing nearer flips it is proven to 1 % on ${within1}, to 10 % on ${within10}; half of ` +
        `the images are proven up to ${least.toPrecision(3)}.`,
    );
  }
  return [lines, notes.flatMap((note) => wrap(say(note), width)).map(paint.dim)];
}
