import { counted, digestWords, percent } from '../../counting/wording.js';
import type { FlipDistances, StressReport } from '../../judging/stress-report.js';
import { ABSENT, escaped, table } from '../evaluation-markdown.js';
import { csvField } from '../rows/row-shape.js';

/** What a norm measures, in words. */
export function normWords(norm: FlipDistances['norm']): string {
  return norm === 'largest' ? 'largest pixel (L∞)' : 'Euclidean (L2)';
}

/** A stress test as Markdown with GitHub's tables, and a newline at its end. */
export function stressMarkdown(report: StressReport): string {
  const { model, data, images, clean, corruptions, mean, worst, flips, seed, partial } = report;
  const share = (value: number | null) => percent(value, 1, ABSENT);
  const digest = model.sha256 ? ` (${digestWords(model.sha256)})` : '';
  const sections = [
    `# Stress test of ${escaped(model.name)}${digest}`,
    `${escaped(data.dataset ?? data.name)}, ${counted(images, 'image')}, seed ${seed}. ` +
      `As they are: **${share(clean.accuracy)}**; mean of all corruptions: **${share(mean)}**` +
      (worst === null ? '.' : `; worst: ${share(worst.accuracy)} (${worst.corruption} ${worst.strength}).`),
    ...(partial ? ['**Partial:** the input was not read to its end.'] : []),
    table(
      ['corruption', 'unit', '1', '2', '3', '4', '5', 'mean'],
      corruptions.map(({ name, unit, points, mean: own }) => [
        name,
        unit,
        ...points.map(({ accuracy, strength }) => `${share(accuracy)} (${strength})`),
        share(own),
      ]),
    ),
  ];
  if (flips !== null) {
    const rows = flips.distances.map(({ norm, quantiles, within1, within10 }) => [
      normWords(norm),
      ...quantiles.map((value) => (value === null ? ABSENT : value.toPrecision(3))),
      `${within1}`,
      `${within10}`,
    ]);
    const header = ['nearest flip', '5 %', '25 %', 'median', '75 %', '95 %', 'proven to 1 %', 'to 10 %'];
    sections.push(`Of ${counted(flips.images, 'image')}, in shares of white:`, table(header, rows));
  }
  return `${sections.join('\n\n')}\n`;
}

/**
 * A stress test as one tidy CSV table: `corruption,strength,images,correct,accuracy,low,high`, the images as they are first
 * (`none`, 0). Fields are quoted as in RFC 4180; lines end with LF.
 */
export function stressCsv({ images, clean, corruptions }: StressReport): string {
  const lines = ['corruption,strength,images,correct,accuracy,low,high'];
  const row = (name: string, strength: number, { correct, accuracy, interval }: StressReport['clean']) =>
    lines.push(
      [
        csvField(name),
        strength,
        images,
        correct,
        accuracy ?? '',
        interval?.low ?? '',
        interval?.high ?? '',
      ].join(','),
    );
  row('none', 0, clean);
  for (const { name, points } of corruptions) for (const point of points) row(name, point.strength, point);
  return `${lines.join('\n')}\n`;
}
