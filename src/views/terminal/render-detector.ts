import { grouped, percent, percentage } from '../../counting/wording.js';
import type { DetectorImage, DetectorReport } from '../../insight/detector.js';
import type { Picture } from '../picture.js';
import { curveLegend, drawActivation, markSigns } from './draw-neurons.js';
import { drawImages } from './draw-picture.js';
import { drawSignedPicture, signedLegend } from './draw-signed-picture.js';
import { type HeadShown, titled } from './look-heading.js';
import { signed } from './render-neuron.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import {
  besideOrBelow,
  blockWidth,
  flow,
  padLeft,
  padRight,
  printable,
  truncate,
  wrap,
} from './text-width.js';

const MAX_NAME = 12;
const MOST_LISTED = 20;
const MOST_CURVE_COLUMNS = 60;

/** What is drawn of a detector. */
export interface DetectorShown extends HeadShown {
  readonly detector: DetectorReport;
  readonly pictures: { readonly most: readonly Picture[]; readonly least: readonly Picture[] };
}

/** A pattern detector, for a terminal: its weights, its curves, and what it finds. Lines that end with a newline each. */
export function renderDetector(view: DetectorShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { detector, pictures } = view;
  const { brightest, darkest } = detector;
  const letters = markSigns(brightest.length, 'a');
  const lowLetters = markSigns(darkest.length, 'A');
  const blocks = [
    facts(view, style),
    besideOrBelow(weightsBlock(detector, style), classesBlock(view, style), style.width),
    curvesBlock(detector, letters, lowLetters, style),
    [
      ...titled('Brightest matches', 'image, truth, weighted sum', style),
      ...tiles(view, brightest, pictures.most, letters, style),
    ],
    [...titled('Darkest matches', '', style), ...tiles(view, darkest, pictures.least, lowLetters, style)],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function facts({ detector, data }: DetectorShown, style: Style): string[] {
  const { weights, bias, threshold, fires, images, least, mean, most } = detector;
  const positive = weights.filter((weight) => weight > 0).length;
  const negative = weights.filter((weight) => weight < 0).length;
  const name = truncate(printable(data.name), style.width - 1, style.glyphs.ellipsis);
  const count = `${grouped(images)} ${images === 1 ? 'image' : 'images'}`;
  const round = (value: number) => signed(Number(value.toPrecision(4)));
  return [
    ...flow([style.paint.bold('Detector'), style.paint.dim(count), style.paint.dim(name)], style.width),
    ...flow([`${positive} positive weights`, `${negative} negative`, `bias ${signed(bias)}`], style.width),
    ...wrap(`lights only where its weighted sum is above ${Number(threshold.toPrecision(6))}`, style.width),
    ...flow(
      [`lights on ${grouped(fires)} of ${grouped(images)} (${percentage(fires / images, 1)} %)`],
      style.width,
    ),
    ...flow([`weighted sums from ${round(least)}`, `mean ${round(mean)}`, `to ${round(most)}`], style.width),
  ];
}

function weightsBlock({ height, width, weights }: DetectorReport, style: Style): string[] {
  const columns = Math.min(width, style.width);
  return [
    style.paint.bold('Its weights'),
    ...drawSignedPicture({ height, width, values: weights }, columns, style),
    ...flow([signedLegend(style, 'positive', 'negative')], style.width),
  ];
}

/** On how many images of each class it lights. */
function classesBlock({ detector, classes }: DetectorShown, style: Style): string[] {
  const shares = detector.firesByClass;
  const order = Array.from(classes.keys());
  const isMany = order.length > MOST_LISTED;
  if (isMany) order.sort((a, b) => (shares[b] ?? -1) - (shares[a] ?? -1));
  const shown = order.slice(0, MOST_LISTED);
  const names = shown.map((k) => truncate(printable(classes[k]), MAX_NAME, style.glyphs.ellipsis));
  const nameWidth = Math.max('class'.length, blockWidth(names));
  const sign = style.unicode ? '█' : '#';
  const lines = shown.map((k, row) => {
    const share = shares[k];
    const bar = share === null ? '' : sign.repeat(Math.round(share * 12));
    return `${padRight(names[row], nameWidth)} ${padLeft(percent(share, 1, style.glyphs.absent), 8)} ${bar}`.trimEnd();
  });
  const more = isMany ? [style.paint.dim(`and ${order.length - shown.length} more (--format json)`)] : [];
  return [style.paint.bold('Lights on, of each class'), ...lines, ...more];
}

/** Sigmoid and ReLU over the weighted sum, with the images' sums on them. */
function curvesBlock(
  detector: DetectorReport,
  letters: readonly string[],
  lowLetters: readonly string[],
  style: Style,
): string[] {
  const { bias, threshold, least, most, brightest, darkest } = detector;
  const marks = [
    ...darkest.map(({ weightedSum }, n) => ({ weightedSum, sign: lowLetters[n] })).reverse(),
    ...brightest.map(({ weightedSum }, n) => ({ weightedSum, sign: letters[n] })).reverse(),
  ];
  const [from, to] = [Math.min(least, threshold - 6), Math.max(most, threshold + 6)];
  const shared = { from, to, marks, threshold };
  const columns = Math.min(MOST_CURVE_COLUMNS, style.width);
  const plus = bias === 0 ? '' : ` ${bias < 0 ? '-' : '+'} ${Math.abs(bias)}`;
  return [
    ...drawActivation(
      { ...shared, title: `sigmoid(sum${plus})`, at: (sum) => 1 / (1 + Math.exp(-(sum + bias))) },
      columns,
      style,
    ),
    ...drawActivation(
      { ...shared, title: `ReLU(sum${plus})`, at: (sum) => Math.max(0, sum + bias) },
      columns,
      style,
    ),
    ...curveLegend(style),
  ];
}

function tiles(
  { classes }: DetectorShown,
  images: readonly DetectorImage[],
  pictures: readonly Picture[],
  letters: readonly string[],
  style: Style,
): string[] {
  const captioned = images.map(({ index, truth, weightedSum, sigmoid }, n) => ({
    picture: pictures[n],
    caption: [
      `${letters[n]} #${index}${truth === null ? '' : `  ${classes[truth]}`}`,
      `sum ${signed(Number(weightedSum.toPrecision(3)))}`,
      `sigmoid ${sigmoid < 0.005 && sigmoid > 0 ? sigmoid.toExponential(0) : sigmoid.toFixed(2)}`,
    ],
  }));
  return drawImages(captioned, style);
}
