import type { Evaluation } from '../tally/evaluation.js';
import {
  digestWords,
  durationWords,
  grouped,
  networkWords,
  percent,
  percentage,
  rateWords,
} from '../tally/wording.js';
import { flow } from './columns.js';
import { padRight, printable } from './display-width.js';
import type { Style } from './style.js';

const LABEL_COLUMNS = 13;

/** What was evaluated, and how well it did in the whole: a label and its facts, a line or more each. */
export function renderHeading(evaluation: Evaluation, style: Style): string[] {
  const { paint } = style;
  const entry = (label: string, facts: readonly string[]) =>
    flow(facts, style.width - LABEL_COLUMNS).map(
      (line, row) => paint.dim(padRight(row === 0 ? label : '', LABEL_COLUMNS)) + line,
    );
  return [
    ...entry('data', dataFacts(evaluation, style)),
    ...entry('input', [
      `${evaluation.data.height} ${style.glyphs.times} ${evaluation.data.width} pixels`,
      printable(evaluation.normalization),
    ]),
    ...entry('network', networkFacts(evaluation, style)),
    '',
    ...entry('accuracy', accuracyFacts(evaluation, style)),
    ...entry('loss', lossFacts(evaluation, style)),
    ...entry('speed', speedFacts(evaluation)),
    ...partialNote(evaluation, style),
  ];
}

function dataFacts({ data, images }: Evaluation, { paint }: Style): string[] {
  const digest = data.files[0]?.sha256;
  const name = paint.bold(printable(data.dataset ?? data.name));
  return [name, `${grouped(images)} images`, digest ? digestWords(digest) : 'sha256 not computed'];
}

function networkFacts({ model }: Evaluation, { paint }: Style): string[] {
  return [
    paint.bold(printable(model.name)),
    networkWords(model),
    ...(model.sha256 ? [digestWords(model.sha256)] : []),
  ];
}

function accuracyFacts(
  { accuracy, interval, images, correct }: Evaluation,
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
  return [
    `${mean} (${printable(loss.name)} per image)`,
    ...(error === null ? [] : [`calibration error ${percent(error, 2, glyphs.absent)}`]),
  ];
}

function speedFacts({ imagesPerSecond, seconds, workers }: Evaluation): string[] {
  const threads = workers === 0 ? 'no threads' : workers === 1 ? '1 worker' : `${workers} workers`;
  return [...(imagesPerSecond === null ? [] : [rateWords(imagesPerSecond)]), durationWords(seconds), threads];
}

function partialNote({ partial, images }: Evaluation, { paint }: Style): string[] {
  return partial
    ? ['', paint.warn(`Partial: the input was not read to its end; ${grouped(images)} images count.`)]
    : [];
}
