import { type ActivationName, activate, backThroughActivation } from '../network/activations.js';
import { feedForward, transposedTimes } from '../network/feed-forward.js';
import type { Layer, Network } from '../network/network.js';
import { checkPlace, type NeuronPlace } from './explain.js';
import { ablate } from './network-report.js';
import {
  type ImageSet,
  type LayerRun,
  meanByClass,
  rankImages,
  runImages,
  verdictsOf,
} from './run-images.js';

/**
 * The pattern that a neuron looks for: by how much a little more light in a pixel raises its sum z.
 *
 * In layer 1 these are its weights, the same for every image. In deeper layers it depends on the image, since a saturated
 * neuron in between passes nothing on: then it is the mean of ∂z/∂x over all the images.
 *
 * @param runs what `runImages` gives for the images.
 * @returns `(height * width)` float64, row by row.
 */
export function neuronPattern(
  { layers }: Pick<Network, 'layers'>,
  runs: readonly LayerRun[],
  { layer, neuron }: NeuronPlace,
): Float64Array {
  const row = rowOf(layers[layer - 1], neuron);
  if (layer === 1) return row;
  const { outputs, values } = runs[0];
  const count = values.length / outputs;
  const before = { layers: layers.slice(0, layer - 1) };
  const mean = new Float64Array(outputs);
  for (let image = 0; image < count; image++) {
    const activations = before.layers.map(({ outputs: width }, l) =>
      runs[l].values.subarray(image * width, (image + 1) * width),
    );
    const deltas = firstDeltas(before, activations, row);
    for (let n = 0; n < outputs; n++) mean[n] += deltas[n] / count;
  }
  return transposedTimes(layers[0], mean);
}

/** The incoming weights of one neuron: `(inputs)` float64. */
export function rowOf({ weights, inputs }: Pick<Layer, 'weights' | 'inputs'>, neuron: number): Float64Array {
  return weights.slice(neuron * inputs, (neuron + 1) * inputs);
}

/** z of the first layer, Wx + b: `(outputs)` float64, for brightness `(inputs)`. */
export function firstSums({ layers }: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array {
  return feedForward({ layers: [{ ...layers[0], activation: 'identity' }] }, brightness)[1];
}

/**
 * The activations of every layer but the input, from z of the first layer, whose many weights need not be summed again.
 */
export function forwardFromSums({ layers }: Pick<Network, 'layers'>, sums: Float64Array): Float64Array[] {
  return feedForward({ layers: layers.slice(1) }, activate(layers[0].activation, sums));
}

/**
 * ∂F/∂z of the first layer, `(outputs)` float64, for F = Σ `outputGradient` · outputs. Its product with the first layer's
 * weights is the gradient of every pixel.
 *
 * @param activations from `forwardFromSums`.
 */
export function firstDeltas(
  { layers }: Pick<Network, 'layers'>,
  activations: readonly Float64Array[],
  outputGradient: Float64Array,
): Float64Array {
  let gradient = outputGradient;
  for (let l = layers.length - 1; l > 0; l--) {
    gradient = transposedTimes(
      layers[l],
      backThroughActivation(layers[l].activation, activations[l], gradient),
    );
  }
  return backThroughActivation(layers[0].activation, activations[0], gradient);
}

/** What a neuron says to one image. */
export interface NeuronImage {
  /** Which image, from 0. */
  readonly index: number;
  /** Class indices; the truth is null where it is not known. */
  readonly truth: number | null;
  readonly prediction: number;
  /** z = Σ wᵢaᵢ + b. */
  readonly sum: number;
  /** f(z). */
  readonly value: number;
}

/** What one neuron looks for, and what it does. */
export interface NeuronReport extends NeuronPlace, Firing {
  readonly activation: ActivationName;
  /** wᵢ, `(inputs)` float64. */
  readonly weights: Float64Array;
  readonly bias: number;
  /** -b: it fires where Σ wᵢaᵢ is above it. */
  readonly threshold: number;
  /** It fires above this activation: see `firingThreshold`. */
  readonly firesAbove: number;
  /** `(height * width)` float64: see `neuronPattern`. `gradient` is a mean over the images, `weights` is not. */
  readonly looksFor: { readonly kind: 'weights' | 'gradient'; readonly values: Float64Array };
  readonly images: number;
  /** The images with the largest sums, and the smallest, the most extreme first. */
  readonly lightsMost: readonly NeuronImage[];
  readonly lightsLeast: readonly NeuronImage[];
  /** Its mean activation on the images of each class; null for a class without images, or without labels. */
  readonly meanByClass: readonly (number | null)[];
  /** Null for an output. */
  readonly effect: NeuronEffect | null;
}

/** What a hidden neuron does to the outputs. */
export interface NeuronEffect {
  /** Its weights into the next layer, the outputs for the last hidden one: `(outputs of that layer)` float64. */
  readonly outgoing: Float64Array;
  /** Each output, less the same with the neuron silenced, its mean over all images: `(classes)` float64. */
  readonly meanOnOutputs: Float64Array;
  /** How many verdicts change when it is silenced, and how many fewer are right then; null without labels. */
  readonly changed: number;
  readonly lost: number | null;
}

/**
 * Looks at one neuron: its pattern, the images that light it, its effect. In float64.
 *
 * @param wanted how many of the images that light it most, and as many that light it least.
 * @throws DigitflowError USAGE for a neuron that the network does not have.
 */
export function neuronReport(
  network: Pick<Network, 'layers' | 'image' | 'classes'>,
  images: ImageSet,
  place: NeuronPlace,
  wanted = 5,
): NeuronReport {
  checkPlace(network, place);
  const { layer, neuron } = place;
  const { layers, classes } = network;
  const { activation, biases } = layers[layer - 1];
  const runs = runImages(network, images);
  const { outputs, sums, values } = runs[layer - 1];
  const column = (of: Float64Array) =>
    Float64Array.from({ length: images.count }, (_, image) => of[image * outputs + neuron]);
  const [ownSums, ownValues] = [column(sums), column(values)];
  const { predictions } = verdictsOf(runs[runs.length - 1]);
  const shown = (index: number): NeuronImage => ({
    ...{ index, truth: images.labels?.[index] ?? null, prediction: predictions[index] },
    ...{ sum: ownSums[index], value: ownValues[index] },
  });
  const { most: brightest, least: darkest } = rankImages(ownSums, wanted);
  return {
    ...{ layer, neuron, activation },
    weights: rowOf(layers[layer - 1], neuron),
    bias: biases[neuron],
    threshold: 0 - biases[neuron],
    firesAbove: firingThreshold(activation),
    looksFor: { kind: layer === 1 ? 'weights' : 'gradient', values: neuronPattern(network, runs, place) },
    images: images.count,
    ...firingOf(activation, { outputs: 1, sums: ownSums, values: ownValues })[0],
    lightsMost: brightest.map(shown),
    lightsLeast: darkest.map(shown),
    meanByClass: meanByClass(ownValues, images.labels, classes.length),
    effect: layer === layers.length ? null : effectOf(),
  };

  function effectOf(): NeuronEffect {
    const [{ effects, changed, lost }] = ablate(network, images, [place], runs);
    const { weights, inputs, outputs: next } = layers[layer];
    const outgoing = Float64Array.from({ length: next }, (_, k) => weights[k * inputs + neuron]);
    return { outgoing, meanOnOutputs: effects, changed, lost };
  }
}

/**
 * A neuron fires where its activation is above this, that is where its weighted sum is above -b. A softmax has no such
 * threshold: there it fires with more than half of the whole.
 */
export function firingThreshold(activation: ActivationName): number {
  return activation === 'sigmoid' || activation === 'softmax' ? 0.5 : 0;
}

/** How often a neuron fires, and how much. */
export interface Firing {
  /** On how many images its activation is above `firingThreshold`. */
  readonly fires: number;
  /** Its activation's mean, least and most; NaN for no images. */
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** How often each neuron of a layer fires. */
export function firingOf(activation: ActivationName, { outputs, values }: LayerRun): Firing[] {
  const threshold = firingThreshold(activation);
  return Array.from({ length: outputs }, (_, neuron) => {
    let [fires, sum] = [0, 0];
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = neuron; at < values.length; at += outputs) {
      const value = values[at];
      if (value > threshold) fires++;
      sum += value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    const count = values.length / outputs;
    return count === 0
      ? { fires, mean: Number.NaN, least: Number.NaN, most: Number.NaN }
      : { fires, mean: sum / count, least, most };
  });
}
