import type { ActivationName } from '../network/activations.js';
import { type Network, parameterCount } from '../network/network.js';
import { type Ablation, ablate } from './ablate.js';
import { type Firing, firingOf, firingThreshold } from './neuron-report.js';
import { countCorrect, type ImageSet, runImages, verdictsOf } from './run-images.js';

/** How numbers are spread. */
export interface Distribution {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** The standard deviation of the population (divided by the count). */
  readonly deviation: number;
  /** Counts in bins of equal width from `least` to `most`; a number between two bins is in the right one. */
  readonly histogram: readonly number[];
}

/** The distribution of at least one number. The histogram has one bin where all numbers are equal. */
export function distributionOf(values: Float64Array, bins: number): Distribution {
  const count = values.length;
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
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
export interface LayerReport {
  /** From 1, the first hidden layer. */
  readonly layer: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: ActivationName;
  /** A neuron fires above this activation: see `firingThreshold`. */
  readonly firesAbove: number;
  /** How many weights and biases. */
  readonly parameters: number;
  readonly weights: Distribution;
  readonly biases: Distribution;
}

/** How often one neuron fires on many images, and what is lost without it. */
export type NeuronSummary = Firing & Omit<Ablation, 'effects'>;

/** The numbers of a network, and what each of its neurons is worth. */
export interface NetworkReport {
  readonly parameters: number;
  readonly layers: readonly LayerReport[];
  readonly images: number;
  /** How many predictions are right; null without labels. */
  readonly correct: number | null;
  /** All neurons, layer by layer, the outputs last. */
  readonly neurons: readonly NeuronSummary[];
}

/** Looks at a whole network: its numbers, and its neurons on many images. In float64. */
export function networkReport(network: Pick<Network, 'layers' | 'image'>, images: ImageSet): NetworkReport {
  const { layers } = network;
  const runs = runImages(network, images);
  const firing = layers.flatMap(({ activation }, l) => firingOf(activation, runs[l]));
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
    neurons: ablate(network, images, undefined, runs).map(({ effects: _, ...ablation }, n) => ({
      ...ablation,
      ...firing[n],
    })),
  };
}
