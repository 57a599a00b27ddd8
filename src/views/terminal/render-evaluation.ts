import type { Evaluation } from '../../counting/evaluation.js';
import type { GateResult } from '../../counting/gate-result.js';
import {
  counted,
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
import { renderClassTable } from './render-classes.js';
import { matrixLegend, renderConfusionList, renderMatrix } from './render-confusion.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import { beside, blockWidth, joinBlocks, labelled, titled, wrap } from './text-layout.js';

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
    const remark = `image, truth ${style.glyphs.arrow} prediction, confidence`;
    blocks.push([
      ...titled('Worst mistakes', remark, style),
      ...wrap(style.say(confidenceWords(evaluation)), style.width).map(style.paint.dim),
      '',
      ...drawMistakes(evaluation, pictures, style),
    ]);
  }
  return joinBlocks(blocks);
}

/** What the number beside a verdict is. */
function confidenceWords({ model }: Evaluation): string {
  const { activations, runtime } = model;
  const last = runtime === undefined ? activations.at(-1) : undefined;
  const sum =
    last === 'softmax'
      ? '; all outputs add up to 100 %'
      : last === 'sigmoid'
        ? '; sigmoids need not add up to 100 %'
        : '';
  return `confidence: the largest output${sum}`;
}

/** The matrix, the scores and the top confusions, beside each other where the width allows it. */
function renderDetails(evaluation: Evaluation, style: Style): string[][] {
  const { paint, width, say } = style;
  const classes = [paint.bold(say('Classes')), '', ...renderClassTable(evaluation, style)];
  const confusions = (limit: number) => {
    const list = renderConfusionList(evaluation, limit, style);
    return list.length > 0 ? [[paint.bold(say('Where it goes wrong')), '', ...list]] : [];
  };
  const matrixLines = renderMatrix(evaluation, style);
  if (matrixLines === null) {
    const note = `The matrix of ${evaluation.classes.length} classes does not fit here; --format csv has all of it.`;
    return [...inOneRow([classes, ...confusions(CONFUSIONS_ALONE)], width), wrap(say(note), width)];
  }
  const remark = 'rows: truth, columns: prediction; % of the row';
  const legend = matrixLegend(evaluation, style);
  const matrix = [...titled('Confusion matrix', remark, style), '', ...matrixLines, ...legend];
  const column = [...classes, ...confusions(CONFUSIONS_WITH_MATRIX).flatMap((lines) => ['', ...lines])];
  const wide = inOneRow([matrix, column], width);
  if (wide.length === 1) return wide;
  return [matrix, ...inOneRow([classes, ...confusions(CONFUSIONS_WITH_CLASSES)], width)];
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
    ...(partial ? ['', ...wrap(say(partialWords(images)), style.width).map(paint.warn)] : []),
    ...(reading === null ? [] : ['', ...wrap(say(safeText(reading)), style.width).map(paint.warn)]),
  ];
}

/** Of a part of an input. */
export function partialWords(images: number): string {
  const count = images === 1 ? 'counts' : 'count';
  return `Partial: the input was not read to its end; ${counted(images, 'image')} ${count}.`;
}

function gateLines(gates: readonly GateResult[], { paint, width, say }: Style): string[] {
  const lines = wrap(say(safeText(gatesWords(gates))), width);
  return gates.every(({ passed }) => passed) ? lines : lines.map(paint.warn);
}

function dataFacts({ data, images }: Evaluation, { paint }: Style): string[] {
  const digest = data.files[0]?.sha256;
  const name = paint.bold(safeText(data.dataset ?? data.name));
  return [name, counted(images, 'image'), digest ? digestWords(digest) : 'sha256 not computed'];
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

/** Terms are explained where they first appear. */
const CALIBRATION_TERM = 'mean gap between confidence and accuracy';

function lossFacts({ loss, calibration }: Evaluation, { glyphs }: Style): string[] {
  const mean = loss.mean === null ? glyphs.absent : loss.mean.toPrecision(4);
  const error = calibration?.expectedCalibrationError ?? null;
  const calibrated =
    error === null ? [] : [`calibration error ${percent(error, 2, glyphs.absent)} (${CALIBRATION_TERM})`];
  return [`${mean} (${safeText(loss.name)} per image)`, ...calibrated];
}

function speedFacts({ imagesPerSecond, seconds, workers }: Evaluation): string[] {
  const rate = imagesPerSecond === null ? [] : [rateWords(imagesPerSecond)];
  return [...rate, durationWords(seconds), threadWords(workers)];
}
