import { type Scores, topConfusions } from '../counting/confusion-matrix.js';
import type { Evaluation } from '../counting/evaluation.js';
import type { OutputScores } from '../counting/metrics/outputs-tally.js';
import { isApart, type Slice, type SliceValue } from '../counting/slices.js';
import {
  chanceWords,
  counted,
  digestWords,
  durationWords,
  gatesWords,
  grouped,
  metricFacts,
  networkWords,
  percent,
  rateWords,
  readingWords,
  signedPoints,
  timesWords,
} from '../counting/wording.js';
import { safeText } from '../errors.js';

/** A matrix of more classes is too wide to read in a rendered page. */
const MAX_MATRIX_CLASSES = 26;
const MAX_CONFUSIONS = 10;
const MAX_SLICE_VALUES = 50;

/** A value that is not defined. */
export const ABSENT = '–';

/** Text on one line, with the characters escaped that mean something in Markdown, HTML or a table, or steer what shows it. */
export function escaped(text: string): string {
  return safeText(text.replace(/\s+/g, ' ')).replace(
    /[\\`*_[\]<>|&~#]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** A table of escaped cells; all columns but the first are aligned as `others` says. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  others = '---:',
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : others));
  return [header, rule, ...rows].map(line).join('\n');
}

/** The evaluation as a Markdown report with GitHub's tables, and a newline at its end. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  const sections = [
    title(evaluation),
    gates(evaluation),
    summary(evaluation),
    matrix(evaluation),
    scores(evaluation),
  ];
  const slices = (evaluation.slices ?? []).map(slice);
  return `${[...sections, confusions(evaluation), mistakes(evaluation), ...slices].filter(Boolean).join('\n\n')}\n`;
}

function title(evaluation: Evaluation): string {
  const { data, images, partial } = evaluation;
  const reading = readingWords(evaluation);
  const notes = [
    ...(partial ? [`**Partial:** the input was not read to its end; ${grouped(images)} images count.`] : []),
    ...(reading === null ? [] : [`**${escaped(reading)}**`]),
  ];
  return [`# Evaluation on ${escaped(data.dataset ?? data.name)}`, ...notes].join('\n\n');
}

function gates({ gates = [] }: Evaluation): string {
  if (gates.length === 0) return '';
  const rows = gates.map(({ name, passed, expected, found }) => [
    escaped(name),
    passed ? 'passed' : '**failed**',
    escaped(expected),
    escaped(found),
  ]);
  return `**${escaped(gatesWords(gates))}**\n\n${table(['gate', '', 'expected', 'found'], rows, '---')}`;
}

function summary(evaluation: Evaluation): string {
  const { model, data, images, correct, accuracy, interval, loss, calibration } = evaluation;
  const file = (name: string, sha256: string | null) =>
    sha256 ? `${escaped(name)} (${digestWords(sha256)})` : escaped(name);
  const accuracyWords = interval
    ? `${percent(interval.low, 2, ABSENT)} to ${percent(interval.high, 2, ABSENT)}, Wilson`
    : ABSENT;
  const rows = [
    ['data', data.files.map(({ path, sha256 }) => file(path, sha256)).join('<br>') || escaped(data.name)],
    ['network', `${file(model.name, model.sha256)}, ${escaped(networkWords(model))}`],
    ['normalization', escaped(evaluation.normalization)],
    ['images', `${grouped(images)} of ${data.height} × ${data.width}`],
    ['correct', grouped(correct)],
    ['accuracy', `**${percent(accuracy, 2, ABSENT)}**`],
    ['95 % interval', accuracyWords],
    [`loss (${escaped(loss.name)} per image)`, loss.mean === null ? ABSENT : loss.mean.toPrecision(4)],
    ['expected calibration error', percent(calibration?.expectedCalibrationError ?? null, 2, ABSENT)],
    ...metricFacts(evaluation, ABSENT).map(([label, facts]) => [label, facts.join(', ')]),
    ['time', `${durationWords(evaluation.seconds)}, ${evaluation.workers} workers`],
    ['speed', evaluation.imagesPerSecond === null ? ABSENT : rateWords(evaluation.imagesPerSecond)],
  ];
  return table(['', ''], rows, '---');
}

function matrix({ classes, confusion }: Evaluation): string {
  const heading = '## Confusion matrix\n\n';
  if (classes.length > MAX_MATRIX_CLASSES) {
    return `${heading}${classes.length} classes are too many for a page; \`--format csv\` has the whole matrix.`;
  }
  const rows = confusion.map((counts, truth) => [
    `**${escaped(classes[truth].name)}**`,
    ...counts.map((count, prediction) => {
      if (count === 0) return '·';
      const words = `${grouped(count)}<br>${percent(count / classes[truth].support, 1, ABSENT)}`;
      return prediction === truth ? `**${words}**` : words;
    }),
  ]);
  const names = classes.map(({ name }) => escaped(name));
  return `${heading}Rows are the truth, columns the prediction; shares are of the row.\n\n${table(['', ...names], rows)}`;
}

function scores({ classes, macro, outputs }: Evaluation): string {
  const cells = (score: Scores) =>
    [score.precision, score.recall, score.f1].map((share) => percent(share, 1, ABSENT));
  const areas = (of: Pick<OutputScores, 'rocArea' | 'averagePrecision'> | undefined) =>
    of === undefined ? [] : [of.rocArea, of.averagePrecision].map((area) => percent(area, 2, ABSENT));
  const rows = classes.map((score, k) => {
    const shares = [...cells(score), ...areas(outputs?.classes[k])];
    return [escaped(score.name), ...shares, grouped(score.support)];
  });
  const support = classes.reduce((sum, score) => sum + score.support, 0);
  const mean = ['*mean*', ...cells(macro), ...areas(outputs), grouped(support)];
  const heads = ['precision', 'recall', 'F1', ...(outputs ? ['ROC area', 'PR area'] : [])];
  return `## Classes\n\n${table(['class', ...heads, 'support'], [...rows, mean])}`;
}

function confusions({ classes, confusion }: Evaluation): string {
  const rows = topConfusions(confusion, MAX_CONFUSIONS).map(({ truth, prediction, count, share }) => [
    `${escaped(classes[truth].name)} → ${escaped(classes[prediction].name)}`,
    timesWords(count),
    percent(share, 1, ABSENT),
  ]);
  if (rows.length === 0) return '';
  return `## Most frequent confusions\n\n${table(['', 'count', 'of the class'], rows)}`;
}

function mistakes({ classes, calibration, mistakes }: Evaluation): string {
  if (mistakes.length === 0) return '';
  const rows = mistakes.map(({ index, name, truth, prediction, confidence }) => [
    name === undefined ? `#${index}` : escaped(name),
    escaped(classes[truth].name),
    escaped(classes[prediction].name),
    calibration ? percent(confidence, 1, ABSENT) : confidence.toPrecision(4),
  ]);
  return `## Worst mistakes\n\n${table(['image', 'truth', 'prediction', 'confidence'], rows)}`;
}

function slice({ name, values }: Slice): string {
  const remark = (row: SliceValue) => (isApart(row) ? 'apart' : row.isFew ? 'few images' : '');
  const rows = values
    .slice(0, MAX_SLICE_VALUES)
    .map((row) => [
      row.value === '' ? ABSENT : escaped(row.value),
      grouped(row.images),
      percent(row.accuracy, 2, ABSENT),
      `${percent(row.interval.low, 1, ABSENT)} to ${percent(row.interval.high, 1, ABSENT)}`,
      signedPoints(row.difference, ABSENT),
      chanceWords(row.adjusted, ABSENT),
      remark(row),
    ]);
  const left = values.length - rows.length;
  const note =
    "The weakest first; p is of Fisher's exact test against all others, adjusted for all values by Holm." +
    (left > 0 ? ` ${counted(left, 'value')} more are in \`--format json\`.` : '');
  const header = ['value', 'images', 'accuracy', '95 % interval', 'to the rest', 'p', ''];
  return `## By ${escaped(name)}\n\n${note}\n\n${table(header, rows)}`;
}
