import { grouped, percentage } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type { NeuronImage, NeuronReport } from '../../../insight/neuron-report.js';
import { activate } from '../../../network/activations.js';
import type { ImageSize } from '../../../network/network.js';
import { largestOf } from '../../picture.js';
import { curveLegend, curveMarks, drawActivation, lamp, shortValue } from '../draw-neurons.js';
import { drawWeights, drawWithLegend, signed, signedBar, signedColumn } from '../draw-signed-picture.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { besideOrBelow, flow, joinBlocks, padLeft, wrap } from '../text-layout.js';
import {
  type ExtremesShown,
  extremeBlocks,
  type HeadShown,
  listClasses,
  lookHeading,
  moreClasses,
} from './look-parts.js';

const MAX_NAME = 12;
const BAR = 8;
/** The columns after the name of a class: what lights the neuron, and what it does, with its bar. */
const VALUES_COLUMNS = 21 + BAR;

/** What is drawn of a neuron. */
export interface NeuronShown extends ExtremesShown {
  readonly data: HeadShown['data'] & ImageSize;
  readonly neuron: NeuronReport;
}

/** One neuron for a terminal: what it looks for, what lights it, what it does; every line ends with a newline. */
export function renderNeuronReport(view: NeuronShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { neuron, model } = view;
  const title = `Neuron ${neuron.layer}:${neuron.neuron} of ${safeText(model.name)}`;
  const titles = ['Lights it most', 'image, truth, activation (sum + bias)', 'Lights it least'] as const;
  return joinBlocks([
    [...lookHeading(title, view, style), ...facts(neuron, style)],
    besideOrBelow(patternBlock(view, style), classesBlock(view, style), style.width),
    ...incomingBlock(neuron, style),
    ...outgoingBlocks(neuron, style),
    ...curveBlock(neuron, style),
    ...extremeBlocks(view, [neuron.lightsMost, neuron.lightsLeast], titles, imageWords, style),
  ]);
}

function facts(found: NeuronReport, { width, say }: Style): string[] {
  const { activation, weights, bias, threshold, firesAbove, fires, images } = found;
  const [mean, least, most] = [found.mean, found.least, found.most].map((value) => shortValue(value).trim());
  const above = Number(threshold.toPrecision(4));
  const firing =
    activation === 'softmax'
      ? `fires where its share is above ${firesAbove}`
      : `threshold ${above}: fires where its weighted sum is above (activation above ${firesAbove})`;
  return [
    ...flow(
      [activation, `${grouped(weights.length)} weights`, `bias ${signed(bias)}`].map(say),
      width,
      say(', '),
    ),
    ...wrap(say(firing), width),
    say(`fires on ${grouped(fires)} images (${percentage(fires / images, 1)} %)`),
    ...flow([`activation ${mean} on average`, `from ${least}`, `to ${most}`].map(say), width, say(', ')),
  ];
}

function patternBlock({ neuron, data }: NeuronShown, style: Style): string[] {
  const { kind, values } = neuron.looksFor;
  const { paint, say } = style;
  const picture = { height: data.height, width: data.width, values };
  const title =
    kind === 'weights'
      ? [paint.bold(say('Its weights'))]
      : [paint.bold(say('What raises its sum')), paint.dim(say('mean gradient, all images'))];
  return [
    ...title,
    ...drawWithLegend(picture, 'raises it', 'lowers it', style),
    paint.dim(say(`strongest: ${Number(largestOf(values).toPrecision(3))}`)),
  ];
}

/** For each class how much it lights the neuron, and how much the neuron raises its output. */
function classesBlock({ neuron, classes }: NeuronShown, style: Style): string[] {
  const { meanByClass, effect } = neuron;
  const { paint, glyphs, say } = style;
  const known = meanByClass.map((mean) => mean ?? 0);
  const brightest = Math.max(1, ...known.map(Math.abs));
  const effects = effect?.meanOnOutputs ?? new Float64Array(classes.length);
  const largest = largestOf(effects);
  const foremost = (a: number, b: number) =>
    Math.abs(effects[b]) - Math.abs(effects[a]) || known[b] - known[a];
  const widest = Math.min(MAX_NAME, style.width - VALUES_COLUMNS);
  const listed = listClasses(classes, 'class', widest, foremost, style);
  const lines = listed.shown.map((k, row) => {
    const lit = `${lamp(Math.max(0, known[k]) / brightest, style)} ${shortValue(known[k])}`;
    const light = meanByClass[k] === null ? padLeft(glyphs.absent, 8) : lit;
    const does = effect && `  ${signedColumn(effects[k])} ${signedBar(effects[k], largest, BAR)}`;
    return `${listed.names[row]}  ${light}${does ?? ''}`.trimEnd();
  });
  const notes = [
    'lights: mean activation by truth',
    ...(effect === null ? [] : ['output: mean change of the class,', '  with it less without it']),
  ];
  return [
    paint.bold(say('What lights it, what it does')),
    paint.dim(
      `${listed.head}${padLeft(say('lights'), 8)}${effect === null ? '' : padLeft(say('output'), 10)}`,
    ),
    ...lines,
    ...moreClasses(listed, style),
    ...notes.map(say).map(paint.dim),
  ];
}

/** Its weights, where they are not a picture. */
function incomingBlock({ layer, weights }: NeuronReport, style: Style): string[][] {
  return layer === 1 ? [] : [drawWeights(`Its weights from layer ${layer - 1}`, weights, layer - 1, style)];
}

/** Its activation function over the weighted sum, its bias as the threshold, the images on it; none for a softmax. */
function curveBlock(
  { activation, bias, threshold, lightsMost, lightsLeast }: NeuronReport,
  style: Style,
): string[][] {
  const sumsOf = (images: readonly NeuronImage[]) => images.map(({ sum }) => sum - bias);
  const [most, least] = [sumsOf(lightsMost), sumsOf(lightsLeast)];
  if (activation === 'softmax' || most.length + least.length === 0) return [];
  const from = Math.min(...most, ...least, threshold - 6);
  const to = Math.max(...most, ...least, threshold + 6);
  const at = (weightedSum: number) => activate(activation, Float64Array.of(weightedSum + bias))[0];
  const plus = `${bias < 0 ? '-' : '+'} ${Number(Math.abs(bias).toPrecision(4))}`;
  const marks = curveMarks(most, least);
  const curve = { title: `${activation}(sum ${plus})`, at, from, to, marks, threshold };
  return [[...drawActivation(curve, style), ...curveLegend(style)]];
}

/** Where it goes, and what is lost without it; nothing for an output. */
function outgoingBlocks({ layer, effect, images }: NeuronReport, style: Style): string[][] {
  if (effect === null) return [];
  const { changed, lost, outgoing } = effect;
  let silenced = `silenced: ${grouped(changed)} of ${grouped(images)} verdicts change`;
  if (lost !== null) {
    const [count, points] = [grouped(Math.abs(lost)), percentage(Math.abs(lost) / images, 2)];
    silenced += `, ${count} ${lost >= 0 ? 'fewer' : 'more'} right (${points} points)`;
  }
  return [
    drawWeights(`Its weights into layer ${layer + 1}`, outgoing, layer + 1, style),
    wrap(style.say(silenced), style.width),
  ];
}

function imageWords({ sum, value }: NeuronImage): string[] {
  return [`${shortValue(value).trim()} (${signed(Number(sum.toPrecision(3)))})`];
}
