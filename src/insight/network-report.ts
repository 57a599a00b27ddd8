import type { ActivationName } from '../network/activations.js';
import { type Layer, type LayeredNetwork, type Network, parameterCount } from '../network/network.js';
import { checkPlace, type NeuronPlace } from './explain.js';
import {
  activateRun,
  columnOf,
  compareVerdicts,
  countCorrect,
  type ImageSet,
  type LayerRun,
  layerSums,
  runImages,
  type Spread,
  spreadOf,
  type Verdicts,
  verdictsOf,
} from './run-images.js';

/** What changes for many images when one neuron is silenced. */
export interface Ablation extends NeuronPlace {
  /** How many predictions differ from those with the neuron. */
  readonly changed: number;
  /** How many predictions are right; null without labels. */
  readonly correct: number | null;
  /** How many fewer are right than with the neuron, below 0 where the neuron did harm; null without labels. */
  readonly lost: number | null;
  /** The output with the neuron, less that without it, the mean over all images: `(classes)` float64. */
  readonly effects: Float64Array;
}

/**
 * Silences neurons, one at a time: a silenced neuron always gives 0. Default: all neurons, layer by layer.
 *
 * @param runs what `runImages` gives for the images, if the caller has it.
 * @throws DigitflowError USAGE for a neuron that the network does not have.
 */
export function ablate(
  network: LayeredNetwork,
  { labels, ...images }: ImageSet,
  places: readonly NeuronPlace[] = allNeurons(network),
  runs: readonly LayerRun[] = runImages(network, images),
): Ablation[] {
  for (const place of places) checkPlace(network, place);
  const before = runs[runs.length - 1];
  const predictionsBefore = verdictsOf(before).predictions;
  return places.map((place) => {
    const values = silencedOutputs(network, runs, place);
    const { predictions } = verdictsOf({ outputs: before.outputs, values });
    const { changed, rightToWrong, wrongToRight } = compareVerdicts(predictionsBefore, predictions, labels);
    const correct = labels && countCorrect(predictions, labels);
    const lost = labels && rightToWrong - wrongToRight;
    return { ...place, changed, correct, lost, effects: meanDifference(before, values) };
  });
}

/** Every neuron of a network, layer by layer, the outputs last. */
export function allNeurons({ layers }: Pick<Network, 'layers'>): NeuronPlace[] {
  return layers.flatMap(({ outputs }, l) =>
    Array.from({ length: outputs }, (_, neuron) => ({ layer: l + 1, neuron })),
  );
}

/**
 * The outputs when a neuron gives 0: `(count, classes)` float64, right but for the last digits. It subtracts what the
 * neuron gave from the sums of the next layer, so that a wide layer need not be summed again for each of its neurons.
 * Images for which the neuron gave 0 keep their outputs.
 */
function silencedOutputs(
  { layers }: Pick<Network, 'layers'>,
  runs: readonly LayerRun[],
  { layer, neuron }: NeuronPlace,
): Float64Array {
  const { outputs: width, values: given } = runs[layer - 1];
  if (layer === layers.length) return given.map((value, at) => (at % width === neuron ? 0 : value));
  const next = layers[layer];
  const lit: number[] = [];
  for (let at = neuron, image = 0; at < given.length; at += width, image++)
    if (given[at] !== 0) lit.push(image);
  const sums = new Float64Array(lit.length * next.outputs);
  for (const [row, image] of lit.entries()) {
    const value = given[image * width + neuron];
    for (let k = 0; k < next.outputs; k++) {
      const share = next.weights[k * next.inputs + neuron] * value;
      sums[row * next.outputs + k] = runs[layer].sums[image * next.outputs + k] - share;
    }
  }
  let { values } = activateRun(next, sums);
  for (const deeper of layers.slice(layer + 1)) {
    ({ values } = activateRun(deeper, layerSums(deeper, values, lit.length)));
  }
  const { values: before, outputs: classes } = runs[runs.length - 1];
  const outputs = before.slice();
  for (const [row, image] of lit.entries()) {
    outputs.set(values.subarray(row * classes, (row + 1) * classes), image * classes);
  }
  return outputs;
}

function meanDifference({ outputs, values }: LayerRun, after: Float64Array): Float64Array {
  return meanActivations({ outputs, values: values.map((value, at) => value - after[at]) });
}

/** The mean of each neuron of a layer over all images: `(outputs)` float64. */
function meanActivations({ outputs, values }: Pick<LayerRun, 'outputs' | 'values'>): Float64Array {
  const sums = new Float64Array(outputs);
  for (let at = 0; at < values.length; at++) sums[at % outputs] += values[at];
  return sums.map((sum) => sum / Math.max(1, values.length / outputs));
}

/** What a network makes of many images. */
export interface NetworkResponse extends Verdicts {
  /** The mean activation of each neuron: for each layer, the outputs last, `(outputs)` float64. */
  readonly means: readonly Float64Array[];
}

/** What all layers gave, in short. */
export function responseOf(runs: readonly LayerRun[]): NetworkResponse {
  return { ...verdictsOf(runs[runs.length - 1]), means: runs.map(meanActivations) };
}

/**
 * A neuron fires where its activation is above this, that is where its weighted sum is above -b. A softmax has no such
 * threshold: there it fires with more than half of the whole.
 */
export function firingThreshold(activation: ActivationName): number {
  return activation === 'sigmoid' || activation === 'softmax' ? 0.5 : 0;
}

/** How often a neuron fires, and the spread of its activation. */
export interface Firing extends Spread {
  /** On how many images its activation is above `firingThreshold`. */
  readonly fires: number;
}

/** How often a neuron fires that has these activations. */
export function firingOf(activation: ActivationName, values: Float64Array): Firing {
  const threshold = firingThreshold(activation);
  let fires = 0;
  for (const value of values) if (value > threshold) fires++;
  return { fires, ...spreadOf(values) };
}

/** How numbers are spread. */
export interface Distribution extends Spread {
  /** How many numbers there are. */
  readonly count: number;
  /** The standard deviation of the population (divided by the count). */
  readonly deviation: number;
  /** Counts in bins of equal width from `least` to `most`; a number between two bins is in the right one. */
  readonly histogram: readonly number[];
}

/** The distribution of at least one number. The histogram has one bin where all numbers are equal. */
export function distributionOf(values: Float64Array, bins: number): Distribution {
  const count = values.length;
  const { least, most, mean } = spreadOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const histogram = new Array<number>(most > least ? bins : 1).fill(0);
  for (const value of values) {
    const share = most > least ? (value - least) / (most - least) : 0;
    histogram[Math.min(histogram.length - 1, Math.floor(share * histogram.length))]++;
  }
  return { count, least, most, mean, deviation: Math.sqrt(variance), histogram };
}

/** Of each histogram. */
const BINS = 24;

/** The numbers of one layer. */
export interface LayerReport extends Pick<Layer, 'inputs' | 'outputs' | 'activation'> {
  /** From 1, the first hidden layer. */
  readonly layer: number;
  /** A neuron fires above this activation: see `firingThreshold`. */
  readonly firesAbove: number;
  /** How many weights and biases. */
  readonly parameters: number;
  /** How its weights are spread. */
  readonly weights: Distribution;
  /** How its biases are spread. */
  readonly biases: Distribution;
}

/** How often one neuron fires, and what is lost without it. */
export type NeuronSummary = Firing & Omit<Ablation, 'effects'>;

/** The numbers of a network, and what each of its neurons is worth. */
export interface NetworkReport {
  /** How many weights and biases. */
  readonly parameters: number;
  /** The first hidden one first, the outputs last. */
  readonly layers: readonly LayerReport[];
  /** How many it was run on. */
  readonly images: number;
  /** How many predictions are right; null without labels. */
  readonly correct: number | null;
  /** All neurons, layer by layer, the outputs last. */
  readonly neurons: readonly NeuronSummary[];
}

/** Looks at a whole network: its numbers, and its neurons on many images. In float64. */
export function networkReport(network: LayeredNetwork, images: ImageSet): NetworkReport {
  const { layers } = network;
  const runs = runImages(network, images);
  return {
    parameters: parameterCount(network),
    layers: layers.map(({ inputs, outputs, activation, weights, biases }, l) => ({
      ...{ layer: l + 1, inputs, outputs, activation, firesAbove: firingThreshold(activation) },
      parameters: weights.length + biases.length,
      weights: distributionOf(weights, BINS),
      biases: distributionOf(biases, BINS),
    })),
    images: images.count,
    correct: images.labels && countCorrect(verdictsOf(runs[runs.length - 1]).predictions, images.labels),
    neurons: ablate(network, images, undefined, runs).map(({ effects: _, ...ablation }) => {
      const { outputs, values } = runs[ablation.layer - 1];
      const { activation } = layers[ablation.layer - 1];
      return { ...ablation, ...firingOf(activation, columnOf(values, outputs, ablation.neuron)) };
    }),
  };
}
