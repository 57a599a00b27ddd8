import type { GateResult } from '../../counting/gate-result.js';
import { besideLimit, layersWords } from '../../counting/wording.js';
import type { Normalization } from '../../network/normalization.js';
import { findingsEn } from './finding-words.js';

/** What the report says, in English. The other languages say the same: see `Words`. */
export const en = {
  language: 'en' as string,
  title: (data: string) => `How well it reads: ${data}`,
  skip: 'Skip to the content',
  contents: 'Contents',
  back: 'back to the matrix',
  absent: 'none',
  numbers: 'The numbers',
  listed: (items: readonly string[]) => items.join(', '),
  sentences: (items: readonly string[]) => items.join(' '),
  bracketed: (text: string) => ` (${text})`,
  titled: (title: string, text: string) => `${title}: ${text}`,
  range: (low: string, high: string) => `${low} – ${high}`,
  axis: (name: string) => `${name} %`,

  evaluated: 'Result',
  accuracyLine: (range: string | null, wrong: string, of: string) =>
    `accuracy${range === null ? '' : `, ${range}`}; ${wrong} of ${of} wrong`,
  dataset: (name: string) => name,
  resultOf: (network: string, data: string, images: string) => `The network ${network} on ${data}, ${images}`,
  findings: findingsEn,

  provenance: 'What was evaluated',
  provenanceOpen: 'Data, network, loss',
  data: 'data',
  fileOf: (path: string) => `${path}:`,
  images: (count: string) => `${count} images`,
  partialImages: (count: string) =>
    count === '1' ? 'the first image only' : `the first ${count} images only`,
  noDigest: 'no digest',
  input: 'input',
  pixels: (height: number, width: number) => `${height} × ${width} pixels`,
  brightness: ({ transposed, ...normalization }: Normalization) => {
    const [from, to] = endsOf(normalization);
    return `brightness 0 to 255 taken as ${from} to ${to}${transposed ? ', column by column' : ''}`;
  },
  network: 'network',
  layers: layersWords,
  networkOf: (name: string, layers: string, parameters: string) =>
    `${name}, ${layers}, ${parameters} weights and biases`,
  accuracy: 'accuracy',
  interval: (low: string, high: string) => `95 % interval ${low} to ${high} %`,
  otherReading: (how: string, flags: string, count: string, share: { accuracy: string; asRead: string }) =>
    `Read in another way (${how}), ${share.accuracy} of ${count} images are right, not ${share.asRead}: say ${flags}`,
  nearChance:
    'No better than chance, and no other reading fits: do the labels belong to these images, and was the network trained on such?',
  gates: (all: number, failed: number) =>
    failed === 0
      ? `Good enough: it passed ${all === 1 ? 'the gate' : `all ${all} gates`}`
      : `Not good enough: it failed ${failed} of ${all} ${all === 1 ? 'gate' : 'gates'}`,
  gatePassed: 'passed',
  gateFailed: 'failed',
  gate: ({ name, expected, found, limit }: GateResult) => {
    const short = found.replace(/\d\.\d{5,}(?!e)/g, (number) => besideLimit(Number(number), limit));
    return `${name}: expected ${expected}, found ${short}`;
  },
  loss: 'loss',
  lossOf: (mean: string, name: string) => `${mean} (${name}, per image)`,

  matrix: 'Confusion matrix',
  matrixNote:
    'Rows are the truth, columns the prediction, shaded by the share of the row. Each cell leads to its images.',
  matrixTooLarge: (classes: number) =>
    `A matrix of ${classes} classes is too large for a page; these are its largest confusions.`,
  heatRight: 'read right, up to %',
  heatWrong: 'taken for another, up to %',
  corner: 'truth \\ prediction',
  all: 'all',
  cell: (truth: string, prediction: string, count: string, share: string) =>
    truth === prediction
      ? `${truth}, recognised: ${count}, ${share} of all ${truth}`
      : `${truth} taken for ${prediction}: ${count}, ${share} of all ${truth}`,
  confusions: 'Where it goes wrong',
  confusion: 'confusion',
  times: 'times',
  shareOfTruth: 'of the true class',

  classes: 'Classes',
  className: 'class',
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
  support: 'support',
  mean: 'mean',

  reliability: 'Is it as right as it is sure?',
  reliabilityNote: (error: string, few: number) =>
    `Each bar: of the images with this confidence, how many were right, with its 95 % interval and the number of images; faint where they are fewer than ${few}. On the dashed line they would be as many as promised. Expected calibration error ${error}.`,
  noCalibration: 'The outputs of this network are not in 0 to 1, so they promise nothing.',
  confidence: 'confidence',
  count: 'images',
  right: 'right',

  thresholds: 'What if it might stay silent?',
  thresholdsNote:
    'As only more confident predictions are let through, fewer images are answered, and more of the answers are right. The marks: only what is at least 50, 75, 90, 95 or 99 % sure.',
  threshold: 'threshold',
  answered: 'answered',

  ranking: 'How well does it tell each class from the others?',
  rankingNote:
    "Each class's probability (its output's share of the sum of all outputs) as a test for that class: from a low threshold to a high one, how many of its images are found, and how many others with them.",
  noRanking: 'The outputs of this network are no probabilities, so that curves and areas are not defined.',
  roc: 'ROC curves',
  falsePositives: 'false positives',
  truePositives: 'true positives',
  precisionRecall: 'Precision-recall curves',
  lowestCurve: (name: string, area: string) => `thick the lowest, ${name}, with an area of ${area}`,
  rocArea: 'ROC area',
  precisionRecallArea: 'precision-recall area',
  top: 'best guesses',
  topK: (k: number) => `top-${k}`,
  macroF1: 'macro F1',
  agreement: 'agreement',
  kappa: 'Cohen’s kappa',
  matthews: 'Matthews correlation',
  probability: 'probabilities',
  logLoss: 'log loss',
  brier: 'Brier score',
  abstaining: 'silence',
  riskCoverageArea: 'area under risk-coverage',

  slices: 'Which images are read worse',
  slicesNote:
    'The weakest first, with 95 % intervals; the dashed line is the accuracy of all images. In colour, and called apart: what differs from all other images beyond doubt (Fisher’s exact test, p below 0.05, adjusted for all values by Holm).',
  sliceTitle: (name: string, _source: string) => `By ${name}`,
  sliceValue: (value: string, _source: string) => value,
  sliceColumn: 'value',
  intervalColumn: '95 % interval',
  toTheRest: 'to the rest, in points',
  apart: 'apart',
  fewImages: 'few images',
  weakestOf: (shown: string, of: string) => `The weakest ${shown} of ${of} values.`,

  mistakes: 'Worst mistakes',
  mistakesNote: 'Wrong, and most sure of it.',
  doubt: (rank: number) => `label? ${rank}`,
  doubtNote:
    'The badge marks a label in doubt, 1 the most: two judges prefer another class, the network, and the ten images most like this one by their own labels. The label may be wrong, or both judges; look for yourself.',
  moreDoubt: 'Less sure, but the label is in doubt',
  noDoubt: 'No label is in doubt: wherever the network was wrong, the images most like it have its label.',
  noMistakes: 'None.',
  caption: (truth: string, prediction: string, confidence: string) =>
    `${truth} → ${prediction}, ${confidence}`,
  alt: (index: string, truth: string, prediction: string) =>
    `image ${index}, labelled ${truth}, read as ${prediction}`,

  neurons: 'What the neurons look for',
  neuronsNote:
    'Green: light here excites the neuron. Blue: it inhibits. Black: it does not matter. The colours are full at the value after ±, which at most one pixel in a hundred exceeds; weak ones are drawn a little brighter than they are.',
  rampLow: 'inhibits: −',
  rampHigh: '+ excites',
  bias: (value: string) => `bias ${value}`,
  outputOf: (name: string) => `output ${name}`,
  layerWeights: (layer: number, outputs: string) => `Layer ${layer}: the weights of its ${outputs} neurons`,
  layerGradient: (layer: number, outputs: string, over: string) =>
    `Layer ${layer}: what excites its ${outputs} neurons, the mean gradient over the first ${over} images`,
  onlyFirst: (shown: string) => `The first ${shown} are shown.`,
  neuronAlt: (layer: number, neuron: number, bias: string) =>
    `weights of neuron ${layer}:${neuron}, bias ${bias}`,

  journey: 'From the image to the answer',
  journeyNote:
    'Of each class the image that was read right with the most confidence: the neurons of a layer light those of the next, until one output wins.',
  journeySome: (shown: number, of: number, most: number) =>
    `${shown} of ${of} classes are here: those of which an image was read right, ${most} at most.`,
  journeyChoose: (hasMistake: boolean) =>
    `Choose an image${hasMistake ? '; the last one is the most confident mistake' : ''}`,
  journeyImage: (index: string, truth: string, prediction: string, confidence: string) =>
    truth === prediction
      ? `Image ${index} is read as ${prediction}, as its label says: ${confidence}.`
      : `Image ${index}, labelled ${truth}, is read as ${prediction}: ${confidence}.`,
  journeyTruth: 'The dashed ring is around the output of its label.',
  journeyNegative: 'A neuron whose activation is negative is dark, too; its lines are not.',
  journeyLines:
    'A line is an activation times its weight: the larger that is, the stronger the line. The strongest fiftieth of those that reach a layer are drawn in full, the weakest are left out. From the image comes the sum of all pixels.',
  journeyAlt: 'the image, the activations of every layer as lit circles, and what each adds to the next',
  layerName: (layer: number) => `layer ${layer}`,
  partOf: (shown: string, of: string) => `${shown} of ${of}`,
  sumOf: (name: string) => `What moves output ${name}`,
  neuron: 'neuron',
  timesWeight: 'activation × weight',
  othersOf: (count: string) => `the other ${count}`,
  biasName: 'bias',
  sumName: 'sum z',
  pushes: 'pushes up',
  holds: 'holds back',
  lit: 'activation',
  activation: 'activation',
  output: 'output',

  cells: 'The images of each cell',
  cellsNote: 'A row of the matrix to open, the most confident images first.',
  cellRow: (truth: string, images: string, wrong: string) => `${truth}: ${images} images, ${wrong} misread`,
  shownOf: (shown: string, of: string) => `${shown} of ${of}`,
  madeBy: 'Made by digitflow. This page is complete in itself: it needs no network and no script.',
};

/** What pixels 0 and 255 become, in digits enough to read. */
export function endsOf({
  scale,
  offset,
}: Pick<Normalization, 'scale' | 'offset'>): readonly [string, string] {
  const words = (value: number) => String(Number(value.toPrecision(4)));
  return [words(offset), words(255 * scale + offset)];
}
