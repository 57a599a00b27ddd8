import { percentage } from '../counting/wording.js';
import { safeText } from '../errors.js';
import type { EpochReport } from '../training/training-epochs.js';
import { logTicks, type Range, roundStep, ticksAround } from './ticks.js';

/** One epoch of a learning curve. */
export interface CurvePoint {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the training images. */
  readonly loss: number;
  /** 0..1 on the held-out images; null where there are none. */
  readonly accuracy: number | null;
}

/** How a training run went, epoch by epoch, and which epoch was chosen. */
export interface LearningCurve {
  readonly points: readonly CurvePoint[];
  readonly bestEpoch: number;
  /** The name of the run; null where there is only one. */
  readonly title: string | null;
}

/** One value of each epoch, and how it is put into words. */
export interface CurveSeries {
  readonly name: string;
  readonly values: readonly { readonly epoch: number; readonly value: number }[];
  readonly words: (value: number) => string;
  /** Whether it is drawn on a logarithmic axis: all values are above 0. */
  readonly isLog: boolean;
}

/** The learning curve of the run that was chosen. */
export function curveOf(reports: readonly EpochReport[], best: EpochReport, restarts: number): LearningCurve {
  const own = reports.filter(({ run, isDiverged }) => run === best.run && !isDiverged);
  const points = own.map(({ epoch, loss, validationAccuracy: accuracy }) => {
    return { epoch, loss, accuracy: Number.isFinite(accuracy) ? accuracy : null };
  });
  return { points, bestEpoch: best.epoch, title: restarts > 1 ? `run ${best.run + 1} of ${restarts}` : null };
}

/** The two series of a curve: the loss, and the accuracy where images were held out. */
export function seriesOf({ points }: LearningCurve): CurveSeries[] {
  const accuracies = points.flatMap(({ epoch, accuracy }) =>
    accuracy === null ? [] : [{ epoch, value: accuracy }],
  );
  const loss: CurveSeries = {
    name: 'training loss',
    values: points.map(({ epoch, loss }) => ({ epoch, value: loss })),
    words: (value) => value.toPrecision(3),
    // It falls by ever less: what comes late would be a flat line.
    isLog: points.every(({ loss }) => loss > 0),
  };
  const accuracy: CurveSeries = {
    name: 'validation accuracy',
    values: accuracies,
    words: (value) => `${percentage(value, 2)} %`,
    isLog: false,
  };
  return accuracies.length > 0 ? [loss, accuracy] : [loss];
}

/** Where a value stands on its axis between 0 and 1, which are `low` and `high`. */
export function placeOf({ isLog }: CurveSeries, { low, high }: Range): (value: number) => number {
  const scale = isLog ? Math.log : (value: number) => value;
  return (value) => (scale(value) - scale(low)) / (scale(high) - scale(low));
}

const WIDTH = 720;
const PANEL_HEIGHT = 210;
const PANEL_GAP = 58;
/** The room of the name of an epoch. */
const EPOCH_LABEL = 48;
const MARGIN = { left: 76, right: 24, top: 48, bottom: 48 };

const STYLE = `
  svg { color-scheme: light dark; font: 13px system-ui, sans-serif; }
  .paper { fill: #fff; } text { fill: #444; } .title { fill: #111; font-weight: 600; }
  .grid { stroke: #e4e4e4; } .axis { stroke: #888; } .best { stroke: #888; stroke-dasharray: 4 4; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .series0 { stroke: #b3541e; } .series1 { stroke: #1f6f9f; } .dot0 { fill: #b3541e; } .dot1 { fill: #1f6f9f; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16181c; } text { fill: #b9bec7; } .title { fill: #f2f3f5; }
    .grid { stroke: #2b2f36; } .axis, .best { stroke: #7d838d; }
    .series0 { stroke: #f0a070; } .series1 { stroke: #7cc4f0; } .dot0 { fill: #f0a070; } .dot1 { fill: #7cc4f0; }
  }`;

/** The curve, of at least one epoch, as an SVG document that stands alone, light or dark as its reader's screen is. */
export function learningCurveSvg(curve: LearningCurve): string {
  const series = seriesOf(curve);
  const height = MARGIN.top + series.length * PANEL_HEIGHT + (series.length - 1) * PANEL_GAP + MARGIN.bottom;
  const title = `Learning curve${curve.title ? `, ${curve.title}` : ''}`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(title)}: epoch ${curve.bestEpoch} was chosen</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    ...series.flatMap((one, index) => panel(one, curve, index)),
    ...epochLabels(curve, height),
    '</svg>',
  ].join('\n')}\n`;
}

function panel(series: CurveSeries, curve: LearningCurve, index: number): string[] {
  const { name, values, words, isLog } = series;
  const top = MARGIN.top + index * (PANEL_HEIGHT + PANEL_GAP);
  const ticks = ticksOf(series);
  const place = placeOf(series, { low: ticks[0], high: ticks[ticks.length - 1] });
  const x = epochScale(curve);
  const y = (value: number) => top + PANEL_HEIGHT * (1 - place(value));
  const grid = ticks.flatMap((value) => [
    line('grid', MARGIN.left, WIDTH - MARGIN.right, y(value), y(value)),
    `<text x="${MARGIN.left - 8}" y="${fixed(y(value) + 4)}" text-anchor="end">${tickWords(value, isLog)}</text>`,
  ]);
  const points = values.map(({ epoch, value }) => `${fixed(x(epoch))},${fixed(y(value))}`).join(' ');
  const best = values.find(({ epoch }) => epoch === curve.bestEpoch);
  return [
    `<text class="title" x="${MARGIN.left}" y="${top - 14}">${name}${isLog ? ', on a log scale' : ''}</text>`,
    ...grid,
    line('axis', MARGIN.left, MARGIN.left, top, top + PANEL_HEIGHT),
    line('axis', MARGIN.left, WIDTH - MARGIN.right, top + PANEL_HEIGHT, top + PANEL_HEIGHT),
    `<polyline class="line series${index}" points="${points}"/>`,
    ...(best ? bestMark(x(best.epoch), y(best.value), top, index, words(best.value)) : []),
  ];
}

/** Round values, of which the first and the last hold the series. */
function ticksOf({ values, isLog }: CurveSeries): number[] {
  const numbers = values.map(({ value }) => value);
  return isLog ? logTicks(numbers) : ticksAround(numbers);
}

function tickWords(value: number, isLoss: boolean): string {
  return isLoss ? String(value) : `${Number((100 * value).toPrecision(6))} %`;
}

function bestMark(x: number, y: number, top: number, index: number, words: string): string[] {
  // The words must stay inside: left of a mark near the right edge, below a mark near the top.
  const isRight = x > WIDTH - 120;
  const textY = y - top < 20 ? y + 20 : y - 8;
  return [
    line('best', x, x, top, top + PANEL_HEIGHT),
    `<circle class="dot${index}" cx="${fixed(x)}" cy="${fixed(y)}" r="4"/>`,
    `<text x="${fixed(x + (isRight ? -8 : 8))}" y="${fixed(textY)}" text-anchor="${isRight ? 'end' : 'start'}">${words}</text>`,
  ];
}

function epochLabels(curve: LearningCurve, height: number): string[] {
  const x = epochScale(curve);
  const [first, last] = [curve.points[0].epoch, curve.points[curve.points.length - 1].epoch];
  const step = Math.max(1, roundStep(last - first || 1));
  // The ends are always named; what would stand in their way is not.
  const inner = Array.from({ length: Math.ceil(last / step) }, (_, n) => n * step).filter(
    (epoch) => x(epoch) >= x(first) + EPOCH_LABEL && x(epoch) <= x(last) - EPOCH_LABEL,
  );
  const y = height - MARGIN.bottom + 20;
  return [
    ...[...new Set([first, ...inner, last])].map(
      (epoch) => `<text x="${fixed(x(epoch))}" y="${y}" text-anchor="middle">${epoch}</text>`,
    ),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${y + 20}" text-anchor="middle">epoch (${curve.bestEpoch} was chosen)</text>`,
  ];
}

function epochScale({ points }: LearningCurve): (epoch: number) => number {
  const [first, last] = [points[0].epoch, points[points.length - 1].epoch];
  const width = WIDTH - MARGIN.left - MARGIN.right;
  return (epoch) => MARGIN.left + (last > first ? ((epoch - first) / (last - first)) * width : width / 2);
}

function line(kind: string, x1: number, x2: number, y1: number, y2: number): string {
  return `<line class="${kind}" x1="${fixed(x1)}" x2="${fixed(x2)}" y1="${fixed(y1)}" y2="${fixed(y2)}"/>`;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return safeText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
