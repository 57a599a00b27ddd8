import type { Evaluation } from '../tally/evaluation.js';
import type { Scores } from '../tally/scores.js';
import { grouped, percent } from '../tally/wording.js';
import { displayWidth, padLeft, padRight, printable, truncate } from './display-width.js';
import type { Style } from './style.js';

const MAX_NAME = 20;
const SCORE_COLUMNS = [11, 9, 9] as const;

/** Precision, recall, F1 and support of each class as lines, with their means below. What is not defined is `–`. */
export function renderClassTable({ classes, macro }: Evaluation, { paint, glyphs }: Style): string[] {
  const names = classes.map(({ name }) => truncate(printable(name), MAX_NAME, glyphs.ellipsis));
  const nameWidth = Math.max('class'.length, ...names.map(displayWidth));
  const supports = classes.map(({ support }) => grouped(support));
  const supportWidth = 2 + Math.max('support'.length, ...supports.map((text) => text.length));
  const line = (name: string, scores: readonly string[], support: string) =>
    [
      padRight(name, nameWidth),
      ...scores.map((score, column) => padLeft(score, SCORE_COLUMNS[column])),
      padLeft(support, supportWidth),
    ].join('');
  const cells = ({ precision, recall, f1 }: Scores) =>
    [precision, recall, f1].map((share) => percent(share, 1, glyphs.absent));
  return [
    paint.dim(line('class', ['precision', 'recall', 'F1'], 'support')),
    ...classes.map((scores, index) => line(names[index], cells(scores), supports[index])),
    paint.dim(line('mean', cells(macro), '').trimEnd()),
  ];
}
