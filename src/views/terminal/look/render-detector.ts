import { grouped, percent, percentage } from '../../../counting/wording.js';
import type { DetectorImage, DetectorReport } from '../../../insight/detector.js';
import { type ActivationName, activate } from '../../../network/activations.js';
import { ownSide } from '../../picture.js';
import { curveLegend, curveMarks, drawActivation } from '../draw-neurons.js';
import { drawSignedCells, drawSignedPicture, isColored, signed, signLegend } from '../draw-signed-picture.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { beside, besideOrBelow, flow, joinBlocks, padLeft, titled, wrap } from '../text-layout.js';
import { type ExtremesShown, extremeBlocks, listClasses, lookHeading, moreClasses } from './look-parts.js';

const MAX_NAME = 12;

/** What is drawn of a detector. */
export interface DetectorShown extends ExtremesShown {
  readonly detector: DetectorReport;
}

/** A pattern detector for a terminal: its weights, its curves, and what it finds; every line ends with a newline. */
export function renderDetector(view: DetectorShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { detector } = view;
  const titles = ['Brightest matches', 'image, truth, weighted sum', 'Darkest matches'] as const;
  return joinBlocks([
    [...lookHeading('Detector', view, style), ...facts(detector, style)],
    besideOrBelow(weightsBlock(detector, style), classesBlock(view, style), style.width),
    curvesBlock(detector, style),
    ...extremeBlocks(
      view,
      [detector.brightest, detector.darkest],
      titles,
      (image) => imageWords(image).map(style.say),
      style,
    ),
  ]);
}

function facts(detector: DetectorReport, { width, say }: Style): string[] {
  const { weights, bias, threshold, fires, images, least, mean, most } = detector;
  const positive = weights.filter((weight) => weight > 0).length;
  const negative = weights.filter((weight) => weight < 0).length;
  return [
    ...flow(
      [`${positive} positive weights`, `${negative} negative`, `bias ${signed(bias)}`].map(say),
      width,
      say(', '),
    ),
    ...wrap(say(`lights only where its weighted sum is above ${Number(threshold.toPrecision(6))}`), width),
    say(`lights on ${grouped(fires)} of ${grouped(images)} (${percentage(fires / images, 1)} %)`),
    ...flow(
      [`weighted sums from ${signed(least)}`, `mean ${signed(mean)}`, `to ${signed(most)}`].map(say),
      width,
      say(', '),
    ),
  ];
}

/** Without colours a picture has one sign for two rows; so each weight gets its own, and what is 0 all around is left out. */
function weightsBlock(detector: DetectorReport, style: Style): string[] {
  const { height, width, weights } = detector;
  const title = 'Its weights';
  const legend = style.say(signLegend('positive', 'negative', style));
  if (!isColored(style)) {
    const [rows, columns] = regionOf(detector);
    const names = rows.map((row) => padLeft(String(row), String(rows[rows.length - 1]).length));
    const values = Float64Array.from(
      rows.flatMap((row) => columns.map((column) => weights[row * width + column])),
    );
    const picture = { height: rows.length, width: columns.length, values };
    const cells = drawSignedCells(picture, style.width - names[0].length - 1, style);
    const where = `rows ${rangeOf(rows)}, columns ${rangeOf(columns)}`;
    if (cells !== null) return [...titled(title, where, style), ...beside([names, cells], 1), legend];
  }
  const picture = { height, width, values: weights };
  const isSmaller = width > style.width;
  const remark = isSmaller ? 'drawn smaller: each point is the strongest of several' : '';
  return [
    ...titled(title, remark, style),
    ...drawSignedPicture(picture, ownSide(picture, style.width), style),
    legend,
  ];
}

/** The rows and columns in which there are weights; all of them where there are none. */
function regionOf({ height, width, weights }: DetectorReport): [rows: number[], columns: number[]] {
  const [rows, columns] = [
    Array.from({ length: height }, (_, y) => y),
    Array.from({ length: width }, (_, x) => x),
  ];
  const span = (places: number[], isUsed: (place: number) => boolean) => {
    const [first, last] = [places.findIndex(isUsed), places.findLastIndex(isUsed)];
    return first < 0 ? places : places.slice(first, last + 1);
  };
  return [
    span(rows, (y) => columns.some((x) => weights[y * width + x] !== 0)),
    span(columns, (x) => rows.some((y) => weights[y * width + x] !== 0)),
  ];
}

function rangeOf(places: readonly number[]): string {
  return `${places[0]} to ${places[places.length - 1]}`;
}

/** The share of each class's images that it lights on. */
function classesBlock({ detector, classes }: DetectorShown, style: Style): string[] {
  const shares = detector.firesByClass;
  const foremost = (a: number, b: number) => (shares[b] ?? -1) - (shares[a] ?? -1);
  const listed = listClasses(classes, 'class', MAX_NAME, foremost, style);
  const lines = listed.shown.map((k, row) => {
    const bar = style.glyphs.bar.repeat(Math.round((shares[k] ?? 0) * 12));
    const share = padLeft(percent(shares[k], 1, style.glyphs.absent), 8);
    return `${listed.names[row]} ${share} ${bar}`.trimEnd();
  });
  return [style.paint.bold(style.say('Lights on, of each class')), ...lines, ...moreClasses(listed, style)];
}

/** Sigmoid and ReLU over the weighted sum, with the images' sums on them. */
function curvesBlock(
  { bias, threshold, least, most, brightest, darkest }: DetectorReport,
  style: Style,
): string[] {
  const sums = (images: readonly DetectorImage[]) => images.map(({ weightedSum }) => weightedSum);
  const marks = curveMarks(sums(brightest), sums(darkest));
  const [from, to] = [Math.min(least, threshold - 6), Math.max(most, threshold + 6)];
  const plus = bias === 0 ? '' : ` ${bias < 0 ? '-' : '+'} ${Math.abs(bias)}`;
  const curve = (title: string, name: ActivationName) => {
    const at = (sum: number) => activate(name, Float64Array.of(sum + bias))[0];
    return drawActivation(
      { title: `${title}(${style.say('sum')}${plus})`, at, from, to, marks, threshold },
      style,
    );
  };
  return [...curve('sigmoid', 'sigmoid'), ...curve('ReLU', 'relu'), ...curveLegend(style)];
}

function imageWords({ weightedSum, sigmoid }: DetectorImage): string[] {
  return [
    `sum ${signed(Number(weightedSum.toPrecision(3)))}`,
    `sigmoid ${sigmoid < 0.005 && sigmoid > 0 ? sigmoid.toExponential(0) : sigmoid.toFixed(2)}`,
  ];
}
