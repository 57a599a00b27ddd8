import type { Scores } from '../../counting/confusion-matrix.js';
import type { Evaluation } from '../../counting/evaluation.js';
import type { GateResult } from '../../counting/gate-result.js';
import type { OutputScores } from '../../counting/metrics/outputs-tally.js';
import {
  digestWords,
  durationWords,
  gatesWords,
  grouped,
  metricFacts,
  networkWords,
  percent,
  percentage,
  rateWords,
  readingWords,
} from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import type { Interval } from '../../statistics/intervals.js';
import type { Picture } from '../picture.js';
import { drawMistakes } from './draw-picture.js';
import { threadWords } from './progress.js';
import { renderConfusionList, renderMatrix } from './render-confusion.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import {
  beside,
  blockWidth,
  displayWidth,
  joinBlocks,
  labelled,
  padLeft,
  padRight,
  truncate,
  wrap,
} from './text-layout.js';

/** How many confusions are listed: no more lines than what stands beside them. */
const CONFUSIONS_WITH_MATRIX = 6;
const CONFUSIONS_WITH_CLASSES = 10;
const CONFUSIONS_ALONE = 20;
const GAP = 3;

/** The report for a terminal; `pictures` are in the order of `evaluation.mistakes`, and may be fewer. */
export function renderEvaluation(
  evaluation: Evaluation,
  pictures: readonly Picture[],
  options: RenderOptions,
): string {
  const style = createStyle(options);
  const blocks = [renderHeading(evaluation, style)];
  if (evaluation.images > 0) blocks.push(...renderDetails(evaluation, style));
  if (evaluation.mistakes.length > 0) {
    const remark = style.paint.dim(style.say(`image, truth ${style.glyphs.arrow} prediction, confidence`));
    const title = `${style.paint.bold(style.say('Worst mistakes'))}  ${remark}`;
    blocks.push([title, '', ...drawMistakes(evaluation, pictures, style)]);
  }
  return joinBlocks(blocks);
}

/** The matrix, the scores and the top confusions, beside each other where the width allows it. */
function renderDetails(evaluation: Evaluation, style: Style): string[][] {
  const { paint, say } = style;
  const classes = [paint.bold(say('Classes')), '', ...renderClassTable(evaluation, style)];
  const confusions = (limit: number) => {
    const list = renderConfusionList(evaluation, limit, style);
    return list.length > 0 ? [[paint.bold(say('Where it goes wrong')), '', ...list]] : [];
  };
  const matrixLines = renderMatrix(evaluation, style);
  if (matrixLines === null) {
    const note = `The matrix of ${evaluation.classes.length} classes does not fit here; --format csv has all of it.`;
    return [
      ...inOneRow([classes, ...confusions(CONFUSIONS_ALONE)], style.width),
      wrap(say(note), style.width),
    ];
  }
  const remark = 'rows: truth, columns: prediction; % of the row';
  const matrix = [`${paint.bold(say('Confusion matrix'))}  ${paint.dim(say(remark))}`, '', ...matrixLines];
  const column = [...classes, ...confusions(CONFUSIONS_WITH_MATRIX).flatMap((lines) => ['', ...lines])];
  const wide = inOneRow([matrix, column], style.width);
  if (wide.length === 1) return wide;
  return [matrix, ...inOneRow([classes, ...confusions(CONFUSIONS_WITH_CLASSES)], style.width)];
}

/** The blocks beside each other as one block, or as they are where that would be too wide. */
function inOneRow(blocks: string[][], width: number): string[][] {
  const columns = blocks.reduce((sum, block) => sum + blockWidth(block), GAP * (blocks.length - 1));
  return columns <= width ? [beside(blocks, GAP)] : blocks;
}

/** What was evaluated, and how well it did: lines of a label and its facts. */
function renderHeading(evaluation: Evaluation, style: Style): string[] {
  const { paint, say } = style;
  const { partial, images, gates } = evaluation;
  const reading = readingWords(evaluation);
  const entry = (label: string, facts: readonly string[]) => labelled(label, facts, style);
  return [
    ...entry('data', dataFacts(evaluation, style)),
    ...entry('input', [
      `${evaluation.data.height} ${style.glyphs.times} ${evaluation.data.width} pixels`,
      safeText(evaluation.normalization),
    ]),
    ...entry('network', networkFacts(evaluation, style)),
    '',
    ...entry('accuracy', accuracyFacts(evaluation, style)),
    ...entry('loss', lossFacts(evaluation, style)),
    ...metricFacts(evaluation, style.glyphs.absent).flatMap(([label, facts]) => entry(label, facts)),
    ...entry('speed', speedFacts(evaluation)),
    ...(gates === undefined ? [] : ['', ...gateLines(gates, style)]),
    ...(partial
      ? ['', paint.warn(say(`Partial: the input was not read to its end; ${grouped(images)} images count.`))]
      : []),
    ...(reading === null ? [] : ['', ...wrap(say(safeText(reading)), style.width).map(paint.warn)]),
  ];
}

function gateLines(gates: readonly GateResult[], { paint, width, say }: Style): string[] {
  const lines = wrap(say(safeText(gatesWords(gates))), width);
  return gates.every(({ passed }) => passed) ? lines : lines.map(paint.warn);
}

function dataFacts({ data, images }: Evaluation, { paint }: Style): string[] {
  const digest = data.files[0]?.sha256;
  const name = paint.bold(safeText(data.dataset ?? data.name));
  return [name, `${grouped(images)} images`, digest ? digestWords(digest) : 'sha256 not computed'];
}

function networkFacts({ model }: Evaluation, { paint }: Style): string[] {
  const digest = model.sha256 ? [digestWords(model.sha256)] : [];
  return [paint.bold(safeText(model.name)), networkWords(model), ...digest];
}

/** How many of the images were right. */
interface AccuracyShown extends Pick<Evaluation, 'accuracy' | 'images' | 'correct'> {
  readonly interval: Interval | null;
}

/** How many were right, with the interval of the share. */
export function accuracyFacts(
  { accuracy, interval, images, correct }: AccuracyShown,
  { paint, glyphs }: Style,
): string[] {
  if (accuracy === null || interval === null) return [`${glyphs.absent} (no image was evaluated)`];
  const [low, high] = [percentage(interval.low, 2), percentage(interval.high, 2)];
  return [
    `${paint.bold(percent(accuracy, 2, glyphs.absent))} (95 % interval ${low} to ${high} %)`,
    `${grouped(images - correct)} of ${grouped(images)} wrong`,
  ];
}

function lossFacts({ loss, calibration }: Evaluation, { glyphs }: Style): string[] {
  const mean = loss.mean === null ? glyphs.absent : loss.mean.toPrecision(4);
  const error = calibration?.expectedCalibrationError ?? null;
  const calibrated = error === null ? [] : [`calibration error ${percent(error, 2, glyphs.absent)}`];
  return [`${mean} (${safeText(loss.name)} per image)`, ...calibrated];
}

function speedFacts({ imagesPerSecond, seconds, workers }: Evaluation): string[] {
  const rate = imagesPerSecond === null ? [] : [rateWords(imagesPerSecond)];
  return [...rate, durationWords(seconds), threadWords(workers)];
}

const MAX_NAME = 20;
const SCORE_COLUMNS = [11, 9, 9] as const;
const AREA_COLUMNS = [10, 10] as const;

/** Precision, recall, F1, areas and support of each class as lines, with their means below; `–` for undefined scores. */
export function renderClassTable(
  { classes, macro, outputs }: Evaluation,
  { paint, glyphs, say }: Style,
): string[] {
  const names = classes.map(({ name }) => truncate(safeText(name), MAX_NAME, glyphs.ellipsis));
  const [className, support, mean] = ['class', 'support', 'mean'].map(say);
  const nameWidth = Math.max(...[className, mean, ...names].map(displayWidth));
  const supports = classes.map(({ support }) => grouped(support));
  const supportWidth = 2 + Math.max(displayWidth(support), ...supports.map((text) => text.length));
  const columns = outputs ? [...SCORE_COLUMNS, ...AREA_COLUMNS] : SCORE_COLUMNS;
  const line = (name: string, scores: readonly string[], support: string) => {
    const cells = scores.map((score, column) => padLeft(score, columns[column]));
    return padRight(name, nameWidth) + cells.join('') + padLeft(support, supportWidth);
  };
  const cells = ({ precision, recall, f1 }: Scores) =>
    [precision, recall, f1].map((share) => percent(share, 1, glyphs.absent));
  const areas = (of: Pick<OutputScores, 'rocArea' | 'averagePrecision'> | undefined) =>
    of === undefined ? [] : [of.rocArea, of.averagePrecision].map((area) => percent(area, 2, glyphs.absent));
  const heads = ['precision', 'recall', 'F1', ...(outputs ? ['ROC area', 'PR area'] : [])].map(say);
  return [
    paint.dim(line(className, heads, support)),
    ...classes.map((scores, k) =>
      line(names[k], [...cells(scores), ...areas(outputs?.classes[k])], supports[k]),
    ),
    paint.dim(line(mean, [...cells(macro), ...areas(outputs)], '').trimEnd()),
  ];
}
