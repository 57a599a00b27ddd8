import { counted, durationWords, networkWords, percent, percentage } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { FlipReport, StressReport } from '../../../judging/stress-report.js';
import { threadWords } from '../progress.js';
import { accuracyFacts } from '../render-evaluation.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { blockWidth, inLines, joinBlocks, labelled, padLeft, padRight, wrap } from '../text-layout.js';

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
    ...(partial ? ['', paint.warn(say('Partial: the input was not read to its end.'))] : []),
  ];
  const blocks = [head];
  if (images > 0 && report.corruptions.length > 0) blocks.push(renderCurves(report, style));
  if (report.flips !== null && report.flips.images > 0) blocks.push(...renderFlips(report.flips, style));
  return joinBlocks([...blocks, [paint.dim(say(`seed ${seed}: the same images come out again`))]]);
}

function worseFacts({ mean, worst, corruptions }: StressReport, { paint, glyphs }: Style): string[] {
  if (mean === null || worst === null) return ['nothing was made worse'];
  const count = corruptions.reduce((sum, { points }) => sum + points.length, 0);
  const lowest = percent(worst.accuracy, 1, glyphs.absent);
  return [
    `${paint.bold(percent(mean, 2, glyphs.absent))} on average of ${counted(count, 'way')}`,
    `worst ${paint.bold(lowest)} (${worst.corruption} ${worst.strength})`,
  ];
}

const NAME_COLUMNS = 10;
const CELL_COLUMNS = 11;

/** A row for each corruption: its strengths with the accuracy at each, and a curve where there is room. */
function renderCurves({ corruptions, clean }: StressReport, style: Style): string[] {
  const { paint, glyphs, width, unicode, say } = style;
  const nameColumns = Math.max(NAME_COLUMNS, 1 + blockWidth(corruptions.map(({ name }) => say(name))));
  const fits = width >= nameColumns + 5 * CELL_COLUMNS + 14;
  const remark = paint.dim(`  ${say('%, after each strength; then the mean, and the curve')}`);
  const lines = wrap(paint.bold(say('Accuracy')) + remark, width);
  for (const { name, points, mean } of corruptions) {
    const cells = points.map(({ strength, accuracy }) => {
      const share = accuracy === null ? glyphs.absent : percentage(accuracy, 1);
      return paint.dim(padLeft(`${strength}`, 5)) + padLeft(share, 6);
    });
    const all = [clean.accuracy, ...points.map(({ accuracy }) => accuracy)];
    const tail = [
      padLeft(mean === null ? glyphs.absent : percentage(mean, 1), 6),
      ...(unicode ? [sparkline(all)] : []),
    ];
    if (fits) lines.push(padRight(say(name), nameColumns) + cells.join('') + tail.join('  '));
    else lines.push(`${say(name)}  ${tail.join('  ').trim()}`, ...inLines(cells, 0, width));
  }
  const units = corruptions.map(({ name, unit }) => `${say(name)}${say(': ')}${say(unit)}`).join(say('; '));
  return [...lines, '', ...wrap(units, width).map(paint.dim)];
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
  const lines = [
    paint.bold(say('Nearest flip')) +
      paint.dim(
        `  ${say(`how much of white has to change for another verdict, over ${counted(images, 'image')}`)}`,
      ),
    ' '.repeat(nameColumns) + header.map((cell) => paint.dim(padLeft(cell, 9))).join(''),
  ];
  const notes: string[] = [];
  for (const { norm, quantiles, within1, within10, proven } of distances) {
    const name = say(
      norm === 'largest' ? `largest pixel (L${style.unicode ? '∞' : 'inf'})` : 'Euclidean (L2)',
    );
    const cells = quantiles.map((value) => padLeft(value === null ? glyphs.absent : value.toPrecision(3), 9));
    lines.push(padRight(name, nameColumns) + cells.join(''));
    const least = proven.toSorted((a, b) => a - b)[Math.floor(proven.length / 2)];
    notes.push(
      `${name}: found by search. That nothing nearer flips it is proven to 1 % on ${within1}, to 10 % on ${within10}; half of ` +
        `the images are proven up to ${least.toPrecision(3)}.`,
    );
  }
  return [
    lines.flatMap((line) => wrap(line, width)),
    notes.flatMap((note) => wrap(say(note), width)).map(paint.dim),
  ];
}
