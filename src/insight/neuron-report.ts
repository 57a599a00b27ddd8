import type { ActivationName } from '../network/activations.js';
import { transposedTimes } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import { firstDeltas } from './attribution.js';
import { checkPlace, type NeuronPlace, rowOf } from './explain.js';
import { type Ablation, ablate, type Firing, firingOf, firingThreshold } from './network-report.js';
import {
  columnOf,
  type ImageSet,
  type LayerRun,
  meanByClass,
  rankImages,
  runImages,
  verdictsOf,
} from './run-images.js';

/**
 * The pattern that a neuron looks for: by how much a little more light in a pixel raises its sum z. It is
 * `(height * width)` float64, row by row.
 *
 * In layer 1 these are its weights, the same for every image. In deeper layers it depends on the image, since a saturated
 * neuron in between passes nothing on: then it is the mean of ∂z/∂x over all the images.
 *
 * @param runs what `runImages` gives for the images.
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

/** What a neuron says to one image. Classes are indices. */
export interface NeuronImage {
  /** Which image, from 0. */
  readonly index: number;
  /** Null where it is not known. */
  readonly truth: number | null;
  /** The class that the network takes it for. */
  readonly prediction: number;
  /** z = Σ wᵢaᵢ + b. */
  readonly sum: number;
  /** f(z). */
  readonly value: number;
}

/** What one neuron looks for, and what it does. */
export interface NeuronReport extends NeuronPlace, Firing {
  /** f. */
  readonly activation: ActivationName;
  /** wᵢ, `(inputs)` float64. */
  readonly weights: Float64Array;
  /** b. */
  readonly bias: number;
  /** -b: it fires where Σ wᵢaᵢ is above it. */
  readonly threshold: number;
  /** It fires above this activation: see `firingThreshold`. */
  readonly firesAbove: number;
  /** `(height * width)` float64: see `neuronPattern`. `gradient` is a mean over the images, `weights` is not. */
  readonly looksFor: { readonly kind: 'weights' | 'gradient'; readonly values: Float64Array };
  /** How many it was asked about. */
  readonly images: number;
  /** The images with the largest sums, the largest first. */
  readonly lightsMost: readonly NeuronImage[];
  /** The images with the smallest sums, the smallest first. */
  readonly lightsLeast: readonly NeuronImage[];
  /** Its mean activation on the images of each class; null for a class without images, or without labels. */
  readonly meanByClass: readonly (number | null)[];
  /** Null for an output. */
  readonly effect: NeuronEffect | null;
}

/** What a hidden neuron does to the outputs. */
export interface NeuronEffect extends Pick<Ablation, 'changed' | 'lost'> {
  /** Its weights into the next layer, the outputs for the last hidden one: `(outputs of that layer)` float64. */
  readonly outgoing: Float64Array;
  /** Each output, less the same with the neuron silenced, its mean over all images: `(classes)` float64. */
  readonly meanOnOutputs: Float64Array;
}

/**
 * Looks at one neuron: its pattern, its effect, and the `wanted` images that light it most, and least. In float64.
 *
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
  const [ownSums, ownValues] = [sums, values].map((of) => columnOf(of, outputs, neuron));
  const { predictions } = verdictsOf(runs[runs.length - 1]);
  const shown = (index: number): NeuronImage => ({
    ...{ index, truth: images.labels?.[index] ?? null, prediction: predictions[index] },
    ...{ sum: ownSums[index], value: ownValues[index] },
  });
  const { most, least } = rankImages(ownSums, wanted);
  return {
    ...{ layer, neuron, activation },
    weights: rowOf(layers[layer - 1], neuron),
    bias: biases[neuron],
    threshold: 0 - biases[neuron],
    firesAbove: firingThreshold(activation),
    looksFor: { kind: layer === 1 ? 'weights' : 'gradient', values: neuronPattern(network, runs, place) },
    images: images.count,
    ...firingOf(activation, ownValues),
    lightsMost: most.map(shown),
    lightsLeast: least.map(shown),
    meanByClass: meanByClass(ownValues, images.labels, classes.length),
    effect: layer === layers.length ? null : effectOf(),
  };

  function effectOf(): NeuronEffect {
    const [{ effects, changed, lost }] = ablate(network, images, [place], runs);
    const { weights, inputs } = layers[layer];
    return { outgoing: columnOf(weights, inputs, neuron), meanOnOutputs: effects, changed, lost };
  }
}
