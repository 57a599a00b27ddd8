import { type CurveSeries, type LearningCurve, placeOf, seriesOf } from '../learning-curve.js';
import { BRAILLE_EMPTY, brailleDot } from './draw-picture.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import { plotAxis, plotRows, wrap } from './text-layout.js';

const ROWS = 6;
const AXIS_COLUMNS = 10;
const MOST_COLUMNS = 64;

/** The curve as lines for a terminal, one plot for each series, in braille where there is Unicode; none for a single epoch. */
export function renderLearningCurve(curve: LearningCurve, options: RenderOptions): string[] {
  if (curve.points.length < 2) return [];
  const style = createStyle(options);
  const columns = Math.max(10, Math.min(MOST_COLUMNS, options.width - AXIS_COLUMNS - 1));
  const plots = seriesOf(curve).flatMap((series) => [
    ...wrap(
      style.paint.bold(style.say(series.name)) +
        style.paint.dim(series.isLog ? ` ${style.say('log scale')}` : '') +
        style.paint.dim(curve.title ? ` ${style.say(`(${curve.title})`)}` : ''),
      options.width,
    ),
    ...plot(series, columns, style),
  ]);
  return [...plots, ...epochAxis(curve, columns, style)];
}

function plot(series: CurveSeries, columns: number, style: Style): string[] {
  const { values, words } = series;
  const { unicode } = style;
  // A cell of braille is two dots wide and four high; without Unicode it is one sign.
  const [perColumn, perRow] = unicode ? [2, 4] : [1, 1];
  const [width, height] = [columns * perColumn, ROWS * perRow];
  const numbers = values.map(({ value }) => value);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const [first, last] = [values[0].epoch, values[values.length - 1].epoch];
  const place = placeOf(series, { low, high });
  const cells = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  for (let x = 0; x < width; x++) {
    const epoch = first + ((last - first) * x) / Math.max(1, width - 1);
    const share = high > low ? place(valueAt(values, epoch)) : 0.5;
    const y = Math.round((1 - share) * (height - 1));
    cells[Math.floor(y / perRow)][Math.floor(x / perColumn)] |= unicode ? brailleDot(y % 4, x % 2) : 1;
  }
  const sign = (cell: number) =>
    cell === 0 ? ' ' : unicode ? String.fromCodePoint(BRAILLE_EMPTY + cell) : '*';
  const rows = cells.map((row) => Array.from(row, sign).join(''));
  return plotRows(rows, [`${words(high)} `, `${words(low)} `], AXIS_COLUMNS, style);
}

/** The value at an epoch; between two epochs on a straight line. */
function valueAt(values: CurveSeries['values'], epoch: number): number {
  const next = values.findIndex((point) => point.epoch >= epoch);
  if (next <= 0) return values[Math.max(0, next)].value;
  const [a, b] = [values[next - 1], values[next]];
  return a.value + ((b.value - a.value) * (epoch - a.epoch)) / (b.epoch - a.epoch);
}

function epochAxis({ points, bestEpoch }: LearningCurve, columns: number, style: Style): string[] {
  const [first, last] = [points[0].epoch, points[points.length - 1].epoch];
  const at = Math.round(((bestEpoch - first) / (last - first)) * (columns - 1));
  const best = `${' '.repeat(AXIS_COLUMNS)} ${style.say(`epoch, ${style.glyphs.tick} ${bestEpoch} was chosen`)}`;
  return [...plotAxis(at, columns, [`${first}`, `${last}`], AXIS_COLUMNS, style), style.paint.dim(best)];
}
