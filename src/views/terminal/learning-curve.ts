import { percentage } from '../../counting/wording.js';
import type { EpochReport } from '../../training/training-epochs.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import { padLeft } from './text-width.js';

/** One epoch of a learning curve. */
export interface CurvePoint {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the training images. */
  readonly loss: number;
  /** 0..1 on the held-out images; null when there are none. */
  readonly accuracy: number | null;
}

/** How a run went, epoch by epoch. */
export interface LearningCurve {
  /** In order of their epochs. */
  readonly points: readonly CurvePoint[];
  /** The epoch that was chosen. */
  readonly bestEpoch: number;
  /** What to call the run; null for the only one. */
  readonly title: string | null;
}

/** The learning curve of the run that was chosen. */
export function curveOf(reports: readonly EpochReport[], best: EpochReport, restarts: number): LearningCurve {
  const points = reports
    .filter(({ run, isDiverged }) => run === best.run && !isDiverged)
    .map(({ epoch, loss, validationAccuracy }) => ({
      epoch,
      loss,
      accuracy: Number.isFinite(validationAccuracy) ? validationAccuracy : null,
    }));
  return { points, bestEpoch: best.epoch, title: restarts > 1 ? `run ${best.run + 1} of ${restarts}` : null };
}

/** A value of each epoch, and how it is written. */
export interface CurveSeries {
  readonly name: string;
  readonly values: readonly { readonly epoch: number; readonly value: number }[];
  readonly words: (value: number) => string;
}

const ROWS = 6;
const AXIS_COLUMNS = 9;
const MOST_COLUMNS = 64;

/** The two series of a curve: the loss, and the accuracy where images were held out. */
export function seriesOf({ points }: LearningCurve): CurveSeries[] {
  const accuracies = points.flatMap(({ epoch, accuracy }) =>
    accuracy === null ? [] : [{ epoch, value: accuracy }],
  );
  const loss: CurveSeries = {
    name: 'training loss',
    values: points.map(({ epoch, loss }) => ({ epoch, value: loss })),
    words: (value) => value.toPrecision(3),
  };
  const accuracy: CurveSeries = {
    name: 'validation accuracy',
    values: accuracies,
    words: (value) => `${percentage(value, 2)} %`,
  };
  return accuracies.length > 0 ? [loss, accuracy] : [loss];
}

/** The curve as lines for a terminal, braille where there is Unicode, one plot a series; nothing for one epoch alone. */
export function renderLearningCurve(curve: LearningCurve, options: RenderOptions): string[] {
  if (curve.points.length < 2) return [];
  const style = createStyle(options);
  const columns = Math.max(10, Math.min(MOST_COLUMNS, options.width - AXIS_COLUMNS - 2));
  const plots = seriesOf(curve).flatMap((series) => [
    style.paint.bold(series.name) + style.paint.dim(curve.title ? ` (${curve.title})` : ''),
    ...plot(series, columns, style),
  ]);
  return [...plots, ...epochAxis(curve, columns, style)];
}

function plot({ values, words }: CurveSeries, columns: number, { paint, unicode }: Style): string[] {
  // A cell of braille is two dots wide and four high; without Unicode it is one sign.
  const [perColumn, perRow] = unicode ? [2, 4] : [1, 1];
  const [width, height] = [columns * perColumn, ROWS * perRow];
  const numbers = values.map(({ value }) => value);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const [first, last] = [values[0].epoch, values[values.length - 1].epoch];
  const cells = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  for (let x = 0; x < width; x++) {
    const epoch = first + ((last - first) * x) / Math.max(1, width - 1);
    const share = high > low ? (valueAt(values, epoch) - low) / (high - low) : 0.5;
    const y = Math.round((1 - share) * (height - 1));
    cells[Math.floor(y / perRow)][Math.floor(x / perColumn)] |= unicode ? brailleDot(x % 2, y % 4) : 1;
  }
  return cells.map((row, index) => {
    const label = index === 0 ? words(high) : index === ROWS - 1 ? words(low) : '';
    const line = Array.from(row, (cell) =>
      cell === 0 ? ' ' : unicode ? String.fromCodePoint(0x2800 + cell) : '*',
    ).join('');
    return `${paint.dim(`${padLeft(label, AXIS_COLUMNS)} ${unicode ? '│' : '|'}`)}${line.trimEnd()}`;
  });
}

/** Between two epochs it goes straight. */
function valueAt(values: CurveSeries['values'], epoch: number): number {
  const next = values.findIndex((point) => point.epoch >= epoch);
  if (next <= 0) return values[Math.max(0, next)].value;
  const [a, b] = [values[next - 1], values[next]];
  return a.value + ((b.value - a.value) * (epoch - a.epoch)) / (b.epoch - a.epoch);
}

/** The bit of a dot in its cell: Unicode numbers the left three, the right three, then the two lowest. */
function brailleDot(x: number, y: number): number {
  return y < 3 ? 1 << (y + 3 * x) : 0x40 << x;
}

function epochAxis({ points, bestEpoch }: LearningCurve, columns: number, style: Style): string[] {
  const { paint, unicode } = style;
  const [first, last] = [points[0].epoch, points[points.length - 1].epoch];
  const at = Math.round(((bestEpoch - first) / (last - first)) * (columns - 1));
  const [dash, corner, mark] = unicode ? ['─', '└', '▲'] : ['-', '+', '^'];
  const rule = `${corner}${dash.repeat(at)}${mark}${dash.repeat(columns - 1 - at)}`;
  const ends = `${first}${padLeft(`${last}`, columns - `${first}`.length)}`;
  const indent = ' '.repeat(AXIS_COLUMNS + 1);
  const best = ` epoch, ${mark} ${bestEpoch} was chosen`;
  return [paint.dim(`${indent}${rule}`), paint.dim(`${indent} ${ends}`), paint.dim(`${indent}${best}`)];
}
