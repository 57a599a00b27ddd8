import { grouped, percentage } from '../../../counting/wording.js';
import { safeText } from '../../../errors.js';
import type {
  Distribution,
  LayerReport,
  NetworkReport,
  NeuronSummary,
} from '../../../insight/network-report.js';
import { drawHistogram } from '../draw-neurons.js';
import { signed, signedBar } from '../draw-signed-picture.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { besideOrBelow, flow, inTiles, joinBlocks, padLeft, padRight, titled, wrap } from '../text-layout.js';
import { type HeadShown, lookHeading } from './look-parts.js';

const HISTOGRAM_ROWS = 4;
const BAR = 5;
/** Of a wider layer those neurons are shown that matter most. */
const MOST_LISTED = 32;
const GAP = 2;

/** What is drawn of a network. */
export interface NetworkShown extends HeadShown {
  readonly network: NetworkReport;
}

/** A whole network for a terminal: its numbers, and what its neurons are worth; every line ends with a newline. */
export function renderNetwork(view: NetworkShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { network, model } = view;
  const { layers, parameters, neurons } = network;
  if (neurons.length === 0) return '';
  return joinBlocks([
    [...lookHeading(`Network of ${safeText(model.name)}`, view, style), ...accuracyLine(network, style)],
    parametersBlock(layers, parameters, style),
    ...layers.map((layer) => numbersBlock(layer, style)),
    neuronsBlock(network, style),
    firingNotes(network, style),
  ]);
}

function accuracyLine({ correct, images }: NetworkReport, { width, say }: Style): string[] {
  if (correct === null) return wrap(say('accuracy not known: there are no labels'), width);
  const facts = [`accuracy ${percentage(correct / images, 2)} %`, `${grouped(images - correct)} wrong`];
  return flow(facts.map(say), width, say(', '));
}

/** How the number of parameters adds up: `784 x 16 weights + 16 biases = 12,560`. */
function parametersBlock(layers: readonly LayerReport[], parameters: number, style: Style): string[] {
  const { times, arrow } = style.glyphs;
  const sizes = [layers[0].inputs, ...layers.map(({ outputs }) => outputs)].join(` ${arrow} `);
  const lines = layers.map(
    ({ layer, inputs, outputs, activation, parameters: own }) =>
      `layer ${layer}: ${grouped(inputs)} ${times} ${outputs} weights + ${outputs} biases = ${grouped(own)}, ${activation}`,
  );
  const sum = `together ${layers.map(({ parameters: own }) => grouped(own)).join(' + ')}`;
  return [
    ...titled(`${grouped(parameters)} parameters`, sizes, style),
    ...[...lines, sum].flatMap((line) => wrap(style.say(line), style.width)),
  ];
}

function numbersBlock({ layer, weights, biases }: LayerReport, style: Style): string[] {
  const left = distributionBlock(`Layer ${layer}, weights`, weights, style);
  return besideOrBelow(left, distributionBlock(`Layer ${layer}, biases`, biases, style), style.width);
}

function distributionBlock(title: string, found: Distribution, style: Style): string[] {
  const { count, least, most, mean, deviation, histogram } = found;
  const columns = Math.max(histogram.length, 24);
  const [low, high] = [signed(rounded(least)), signed(rounded(most))];
  return [
    `${style.paint.bold(style.say(title))}  ${style.paint.dim(grouped(count))}`,
    ...drawHistogram(histogram, HISTOGRAM_ROWS, style.unicode),
    style.paint.dim(low + padLeft(high, Math.max(1, columns - low.length))),
    style.say(`mean ${signed(rounded(mean))}, spread ${rounded(deviation)}`),
  ];
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** A list for each layer: how often each neuron fires, and what is lost without it. */
function neuronsBlock(network: NetworkReport, style: Style): string[] {
  const { layers, neurons, images, correct } = network;
  const largest = Math.max(...neurons.map((neuron) => Math.abs(worth(neuron))));
  const lists = layers.map(({ layer }) => {
    const own = neurons.filter((neuron) => neuron.layer === layer);
    const left = own.length - MOST_LISTED;
    if (left > 0) own.sort((a, b) => Math.abs(worth(b)) - Math.abs(worth(a)));
    const lines = own.slice(0, MOST_LISTED).map((neuron) => neuronLine(neuron, images, largest, style));
    const head = style.paint.dim(
      `${padRight('', 5)}${padLeft(style.say('fires'), 7)}${padLeft(style.say('lost'), 7)}`,
    );
    return [head, ...lines, ...(left > 0 ? [style.paint.dim(style.say(`and ${left} more`))] : [])];
  });
  const lost = correct === null ? '% of the verdicts that change' : 'accuracy';
  const remark = `lost: ${lost} when it is silenced${correct === null ? '' : ', in points'}`;
  return [...titled('Neurons', remark, style), ...inTiles(lists, GAP, style.width)];
}

function neuronLine(neuron: NeuronSummary, images: number, largest: number, { say }: Style): string {
  const { fires, layer, neuron: n } = neuron;
  const share = fires === 0 ? 'never' : fires === images ? 'always' : `${percentage(fires / images, 1)} %`;
  const lost = worth(neuron);
  const points = ((100 * lost) / images).toFixed(2);
  const bar = signedBar(-lost, largest, BAR);
  return `${padRight(`${layer}:${n}`, 5)}${padLeft(say(share), 7)}${padLeft(points, 7)} ${bar}`.trimEnd();
}

/** The images that are lost without the neuron; the verdicts that change where truths are not known. */
function worth({ lost, changed }: NeuronSummary): number {
  return lost ?? changed;
}

function firingNotes({ layers, neurons, images }: NetworkReport, { width, say }: Style): string[] {
  const named = (wanted: number) => {
    const found = neurons.filter(({ fires }) => fires === wanted);
    const names = found.slice(0, MOST_LISTED).map(({ layer, neuron }) => `${layer}:${neuron}`);
    const more = found.length > names.length ? [`and ${found.length - names.length} more`] : [];
    return found.length === 0 ? 'none' : [...names, ...more].join(', ');
  };
  const isSame = layers.every(({ firesAbove }) => firesAbove === layers[0].firesAbove);
  const each = layers.map(({ layer, firesAbove }) => `${firesAbove} in layer ${layer}`);
  const thresholds = isSame ? layers[0].firesAbove : each.join(', ');
  return [
    `never fire: ${named(0)}`,
    `always fire: ${named(images)}`,
    `A neuron fires where its activation is above ${thresholds}.`,
  ].flatMap((line) => wrap(say(line), width));
}
