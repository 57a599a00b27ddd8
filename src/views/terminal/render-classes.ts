import type { Scores } from '../../counting/confusion-matrix.js';
import type { Evaluation } from '../../counting/evaluation.js';
import type { OutputScores } from '../../counting/metrics/outputs-tally.js';
import { grouped, percent } from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import type { Style } from './terminal.js';
import { blockWidth, flow, padLeft, padRight, truncate } from './text-layout.js';

const MAX_NAME = 20;
const MIN_NAME = 4;
const TERMS = [
  'precision: how many named so are it',
  'recall: how many of a class are found',
  'F1: both in one',
  'support: images',
];
const AREA_TERMS = 'ROC and PR area: how well its output ranks a class before the others';
/** Notes below a narrow table may be wider than that. */
const MIN_NOTE = 40;

/** A column of the table of classes: its texts, and the columns that it takes at least. */
interface ScoreColumn {
  readonly heading: string;
  readonly least: number;
  readonly texts: readonly string[];
}

/**
 * Precision, recall, F1, areas and support of each class as lines, with their means and the terms below; `–` for undefined scores.
 * Where it is narrow the areas are a second table.
 */
export function renderClassTable(evaluation: Evaluation, style: Style): string[] {
  const { paint, width, say } = style;
  const lines = tableLines(evaluation, style);
  const terms = evaluation.outputs ? [...TERMS, AREA_TERMS] : TERMS;
  const room = Math.min(width, Math.max(blockWidth(lines), MIN_NOTE));
  return [...lines, '', ...flow(terms.map(say), room, say(', ')).map(paint.dim)];
}

function tableLines({ classes, macro, outputs }: Evaluation, style: Style): string[] {
  const { absent } = style.glyphs;
  const share = (name: string, digits: number, values: readonly (number | null)[]) => {
    return {
      heading: style.say(name),
      least: digits + 6,
      texts: values.map((value) => percent(value, digits, absent)),
    };
  };
  const score = (heading: string, of: (scores: Scores) => number | null) =>
    share(heading, 1, [...classes, macro].map(of));
  const scores = [
    score('precision', ({ precision }) => precision),
    score('recall', ({ recall }) => recall),
    score('F1', ({ f1 }) => f1),
  ];
  const area = (heading: string, of: (scores: OutputArea) => number | null) =>
    outputs ? [share(heading, 2, [...outputs.classes, outputs].map(of))] : [];
  const areas = [
    ...area('ROC area', ({ rocArea }) => rocArea),
    ...area('PR area', ({ averagePrecision }) => averagePrecision),
  ];
  const support = {
    heading: style.say('support'),
    least: 0,
    texts: classes.map((row) => grouped(row.support)),
  };
  const names = classes.map(({ name }) => safeText(name));
  const whole = scoreTable(names, [...scores, ...areas, support], style);
  if (areas.length === 0 || blockWidth(whole) <= style.width) return whole;
  return [...scoreTable(names, [...scores, support], style), '', ...scoreTable(names, areas, style)];
}

type OutputArea = Pick<OutputScores, 'rocArea' | 'averagePrecision'>;

function scoreTable(
  names: readonly string[],
  columns: readonly ScoreColumn[],
  { paint, glyphs, width, say }: Style,
): string[] {
  const [className, mean] = [say('class'), say('mean')];
  const widths = columns.map(({ heading, least, texts }) => Math.max(least, blockWidth([heading, ...texts])));
  const needed = widths.reduce((sum, each) => sum + each, 0);
  const longest = Math.min(MAX_NAME, blockWidth([className, mean, ...names]));
  const gap = longest + needed + 2 * widths.length <= width ? 2 : 1;
  const room = width - needed - gap * widths.length;
  const nameWidth = Math.max(MIN_NAME, Math.min(longest, room));
  const line = (name: string, texts: readonly string[]) =>
    padRight(truncate(name, nameWidth, glyphs.ellipsis), nameWidth) +
    texts.map((text, column) => padLeft(text, gap + widths[column])).join('');
  const textsOf = (row: number) => columns.map(({ texts }) => texts[row] ?? '');
  return [
    paint.dim(
      line(
        className,
        columns.map(({ heading }) => heading),
      ),
    ),
    ...names.map((name, row) => line(name, textsOf(row))),
    paint.dim(line(mean, textsOf(names.length)).trimEnd()),
  ];
}
