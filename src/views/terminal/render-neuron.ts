import { grouped, percentage } from '../../counting/wording.js';
import { type NeuronArithmetic, strongestInputs } from '../../insight/neuron-arithmetic.js';
import type { NeuronImage, NeuronReport } from '../../insight/neuron-report.js';
import { activate } from '../../network/activations.js';
import type { Picture } from '../picture.js';
import { curveLegend, drawActivation, lamp, markSigns, shortValue } from './draw-neurons.js';
import { drawImages } from './draw-picture.js';
import {
  drawSignedPicture,
  drawWeights,
  largestOf,
  signedBar,
  signedColumn,
  signedLegend,
} from './draw-signed-picture.js';
import { type HeadShown, lookHeading, titled } from './look-heading.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import {
  beside,
  besideOrBelow,
  blockWidth,
  flow,
  padLeft,
  padRight,
  printable,
  truncate,
  wrap,
} from './text-width.js';

/** How many of the strongest inputs are listed, for and against. */
const LISTED = 5;

/** The size of the image that layer 1 looks at. */
interface Size {
  readonly height: number;
  readonly width: number;
}

/** How one neuron came to its value: its sum, what pushed it for and against, and for layer 1 where. */
export function renderNeuron(found: NeuronArithmetic, { height, width }: Size, style: Style): string[] {
  const { layer, neuron, weightedSum, bias, sum, value, activation, contributions } = found;
  const { pushedFor, pushedAgainst } = strongestInputs(contributions, LISTED);
  const list = (title: string, indices: readonly number[]) => [
    title,
    ...(indices.length === 0 ? ['  nothing'] : indices.map((i) => `  ${inputLine(found, i, width)}`)),
  ];
  const lists = [list('most for it', pushedFor), list('most against it', pushedAgainst)];
  const product = style.unicode ? 'Σwa' : 'sum of w a';
  const facts = [
    `${product} ${signed(weightedSum)}`,
    `bias ${signed(bias)}`,
    `sum ${signed(sum)}`,
    `${activation} of it ${value.toPrecision(4)}`,
  ];
  const block = [style.paint.bold(`Neuron ${layer}:${neuron}`), ...flow(facts, style.width), ''];
  if (layer === 1) {
    const picture = { height, width, values: contributions };
    block.push(...drawSignedPicture(picture, Math.min(width, style.width), style));
    block.push(...flow([signedLegend(style, 'for', 'against')], style.width), '');
  }
  const joined = beside(lists, 3);
  const fits = joined.every((line) => line.length <= style.width);
  return [...block, ...(fits ? joined : lists.flat())];
}

/** `row 7, column 12: 0.50 x +1.20 = +0.60`, or `neuron 3: ...`. */
function inputLine({ layer, inputs, weights, contributions }: NeuronArithmetic, i: number, width: number) {
  const place = layer === 1 ? `pixel ${Math.floor(i / width)},${i % width}` : `${layer - 1}:${i}`;
  return `${place}: ${inputs[i].toFixed(2)} x ${signed(weights[i])} = ${signed(contributions[i])}`;
}

/** `+1.25`, `-0.03`: four digits. */
export function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Number(Math.abs(value).toPrecision(4))}`;
}

const MAX_NAME = 12;
const MOST_CURVE_COLUMNS = 60;
/** More classes, or inputs, than this are shown by the strongest of them. */
const MOST_LISTED = 20;
const BAR = 8;
/** What stands behind the name of a class: what lights, and what it does, with its bar. */
const VALUES_COLUMNS = 21 + BAR;

/** What is drawn of a neuron. */
export interface NeuronShown extends HeadShown {
  readonly data: HeadShown['data'] & { readonly height: number; readonly width: number };
  readonly neuron: NeuronReport;
  readonly pictures: { readonly most: readonly Picture[]; readonly least: readonly Picture[] };
}

/** One neuron, for a terminal: what it looks for, what lights it, what it does. Lines that end with a newline each. */
export function renderNeuronReport(view: NeuronShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { neuron, pictures } = view;
  const { lightsMost, lightsLeast } = neuron;
  const [signs, lowSigns] = [markSigns(lightsMost.length, 'a'), markSigns(lightsLeast.length, 'A')];
  const blocks = [
    [...lookHeading(`Neuron ${neuron.layer}:${neuron.neuron}`, view, style), ...facts(neuron, style)],
    besideOrBelow(lookedForBlock(view, style), classesBlock(view, style), style.width),
    ...(neuron.layer === 1 ? [] : [incomingBlock(neuron, style)]),
    ...outgoingBlock(neuron, style),
    ...curveBlock(neuron, signs, lowSigns, style),
    [
      ...titled('Lights it most', 'image, truth, activation (sum + bias)', style),
      ...tiles(view, lightsMost, pictures.most, signs, style),
    ],
    [...titled('Lights it least', '', style), ...tiles(view, lightsLeast, pictures.least, lowSigns, style)],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function facts(found: NeuronReport, { width }: Style): string[] {
  const { activation, weights, bias, threshold, fires, images, mean, least, most } = found;
  const share = `${percentage(fires / images, 1)} %`;
  return [
    ...flow([activation, `${grouped(weights.length)} weights`, `bias ${signed(bias)}`], width),
    ...wrap(thresholdWords(found, threshold), width),
    ...flow([`fires on ${grouped(fires)} images (${share})`], width),
    ...flow(
      [
        `activation ${shortValue(mean).trim()} on average`,
        `from ${shortValue(least).trim()}`,
        `to ${shortValue(most).trim()}`,
      ],
      width,
    ),
  ];
}

function thresholdWords({ activation, firesAbove }: NeuronReport, threshold: number): string {
  if (activation === 'softmax') return `fires where its share is above ${firesAbove}`;
  const above = Number(threshold.toPrecision(4));
  return `threshold ${above}: fires where its weighted sum is above (activation above ${firesAbove})`;
}

function lookedForBlock({ neuron, data }: NeuronShown, style: Style): string[] {
  const { kind, values } = neuron.looksFor;
  const { height, width } = data;
  const columns = Math.min(width, style.width);
  const title = kind === 'weights' ? ['Its weights'] : ['What raises its sum', 'mean gradient, all images'];
  return [
    style.paint.bold(title[0]),
    ...title.slice(1).map(style.paint.dim),
    ...drawSignedPicture({ height, width, values }, columns, style),
    ...flow([signedLegend(style, 'raises it', 'lowers it')], style.width),
    style.paint.dim(`strongest: ${Number(largestOf(values).toPrecision(3))}`),
  ];
}

/** For each class how much it lights the neuron, and how much the neuron raises its output. */
function classesBlock({ neuron, classes }: NeuronShown, style: Style): string[] {
  const { meanByClass, effect } = neuron;
  const known = meanByClass.map((mean) => mean ?? 0);
  const brightest = Math.max(1, ...known.map(Math.abs));
  const effects = effect?.meanOnOutputs ?? new Float64Array(classes.length);
  const largest = largestOf(effects);
  const order = Array.from(classes.keys());
  const isMany = order.length > MOST_LISTED;
  if (isMany) order.sort((a, b) => Math.abs(effects[b]) - Math.abs(effects[a]) || known[b] - known[a]);
  const shown = order.slice(0, MOST_LISTED);
  const widest = Math.min(MAX_NAME, style.width - VALUES_COLUMNS);
  const names = shown.map((k) => truncate(printable(classes[k]), widest, style.glyphs.ellipsis));
  const nameWidth = Math.max('class'.length, blockWidth(names));
  const lines = shown.map((k, row) => {
    const mean = meanByClass[k];
    const light =
      mean === null
        ? padLeft(style.glyphs.absent, 8)
        : `${lamp(Math.max(0, mean) / brightest, style)} ${shortValue(mean)}`;
    const does =
      effect === null ? '' : `  ${signedColumn(effects[k])} ${signedBar(effects[k], largest, BAR)}`;
    return `${padRight(names[row], nameWidth)}  ${light}${does}`.trimEnd();
  });
  const head = `${padRight('class', nameWidth)}  lights${effect === null ? '' : '    output'}`;
  const notes =
    effect === null
      ? ['lights: mean activation by truth']
      : [
          'lights: mean activation by truth',
          'output: mean change of the class,',
          '  with it less without it',
        ];
  const more = isMany ? [`and ${order.length - shown.length} more (--format json)`] : [];
  return [
    style.paint.bold('What lights it, what it does'),
    style.paint.dim(head),
    ...lines,
    ...[...more, ...notes].map(style.paint.dim),
  ];
}

function incomingBlock({ layer, weights }: NeuronReport, style: Style): string[] {
  return drawWeights(`Its weights from layer ${layer - 1}`, weights, layer - 1, style);
}

/** Its activation function over the weighted sum, its bias as the threshold, the images on it; none for a softmax. */
function curveBlock(
  { activation, bias, threshold, lightsMost, lightsLeast }: NeuronReport,
  signs: readonly string[],
  lowSigns: readonly string[],
  style: Style,
): string[][] {
  const shown = [...lightsMost, ...lightsLeast];
  if (activation === 'softmax' || shown.length === 0) return [];
  const all = [...signs, ...lowSigns];
  const marks = shown.map(({ sum }, n) => ({ weightedSum: sum - bias, sign: all[n] })).reverse();
  const sums = marks.map(({ weightedSum }) => weightedSum);
  const [from, to] = [Math.min(...sums, threshold - 6), Math.max(...sums, threshold + 6)];
  const at = (weightedSum: number) => activate(activation, Float64Array.of(weightedSum + bias))[0];
  const plus = `${bias < 0 ? '-' : '+'} ${Number(Math.abs(bias).toPrecision(4))}`;
  const curve = { title: `${activation}(sum ${plus})`, at, from, to, marks, threshold };
  return [
    [...drawActivation(curve, Math.min(MOST_CURVE_COLUMNS, style.width), style), ...curveLegend(style)],
  ];
}

/** Where it goes, and what is lost without it; nothing for an output. */
function outgoingBlock({ layer, effect, images }: NeuronReport, style: Style): string[][] {
  if (effect === null) return [];
  const { changed, lost, outgoing } = effect;
  const right =
    lost === null
      ? ''
      : `, ${grouped(Math.abs(lost))} ${lost >= 0 ? 'fewer' : 'more'} right (${percentage(Math.abs(lost) / images, 2)} points)`;
  return [
    drawWeights(`Its weights into layer ${layer + 1}`, outgoing, layer + 1, style),
    wrap(`silenced: ${grouped(changed)} of ${grouped(images)} verdicts change${right}`, style.width),
  ];
}

function tiles(
  { classes }: NeuronShown,
  images: readonly NeuronImage[],
  pictures: readonly Picture[],
  signs: readonly string[],
  style: Style,
): string[] {
  const captioned = images.map(({ index, truth, sum, value }, position) => ({
    picture: pictures[position],
    caption: [
      `${signs[position]} #${index}${truth === null ? '' : `  ${classes[truth]}`}`,
      `${shortValue(value).trim()} (${signed(Number(sum.toPrecision(3)))})`,
    ],
  }));
  return drawImages(captioned, style);
}
