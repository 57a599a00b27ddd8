import { DigitflowError } from '../errors.js';
import type { ActivationName } from '../network/activations.js';
import { feedForward, predictedClass, times } from '../network/feed-forward.js';
import type { Layer, Network } from '../network/network.js';

/** The activations of one layer for an image. */
export interface LayerActivity {
  /** That of the layer. */
  readonly activation: ActivationName;
  /** `(outputs)` float64. */
  readonly values: Float64Array;
}

/** How an image passes through a network, and which class wins. */
export interface Explanation {
  /** The hidden layers in order, the outputs last. */
  readonly layers: readonly LayerActivity[];
  /** The class with the largest output, the first of equals. */
  readonly winner: number;
  /** The class with the next largest output; null where there is only one class. */
  readonly runnerUp: number | null;
  /** The winner's output less the runner-up's; null where there is only one class. */
  readonly margin: number | null;
}

/** The activations of all layers for a `brightness` `(height * width)`, with winner and runner-up. */
export function explain(network: Pick<Network, 'layers'>, brightness: Float64Array): Explanation {
  const activations = feedForward(network, brightness).slice(1);
  return {
    layers: activations.map((values, l) => ({ activation: network.layers[l].activation, values })),
    ...verdictOf(activations[activations.length - 1]),
  };
}

/** Winner and runner-up of outputs `(classes)`. */
export function verdictOf(outputs: Float64Array): Pick<Explanation, 'winner' | 'runnerUp' | 'margin'> {
  const winner = predictedClass(outputs);
  const others = outputs.map((output, k) => (k === winner ? Number.NEGATIVE_INFINITY : output));
  const runnerUp = outputs.length > 1 ? predictedClass(others) : null;
  return { winner, runnerUp, margin: runnerUp === null ? null : outputs[winner] - outputs[runnerUp] };
}

/** A neuron's place: layer 1 is the first hidden one, the last is the output; neurons count from 0. */
export interface NeuronPlace {
  /** From 1: the first hidden one. */
  readonly layer: number;
  /** From 0. */
  readonly neuron: number;
}

/** How the value of one neuron comes about: value = f(Σ wᵢaᵢ + b). Arrays are `(inputs)` float64. */
export interface NeuronArithmetic extends NeuronPlace {
  /** f. */
  readonly activation: ActivationName;
  /** wᵢ. */
  readonly weights: Float64Array;
  /** aᵢ: brightness for layer 1, the layer before it for the others. */
  readonly inputs: Float64Array;
  /** wᵢaᵢ: above 0 for the neuron's firing, below 0 against it. */
  readonly contributions: Float64Array;
  /** Σ wᵢaᵢ. */
  readonly weightedSum: number;
  /** b. */
  readonly bias: number;
  /** z = Σ wᵢaᵢ + b. */
  readonly sum: number;
  /** f(z); of a softmax it depends on the other neurons of the layer, too. */
  readonly value: number;
}

/**
 * The arithmetic of one neuron for the `brightness` `(height * width)` of an image.
 *
 * @throws DigitflowError USAGE for a layer or neuron that the network does not have.
 */
export function neuronArithmetic(
  network: Pick<Network, 'layers'>,
  brightness: Float64Array,
  place: NeuronPlace,
): NeuronArithmetic {
  checkPlace(network, place);
  return arithmeticOf(network, feedForward(network, brightness), place);
}

/** The same for the activations of all layers, the brightness first: neurons may have been silenced. */
export function arithmeticOf(
  network: Pick<Network, 'layers'>,
  activations: readonly Float64Array[],
  { layer, neuron }: NeuronPlace,
): NeuronArithmetic {
  const { biases, activation } = network.layers[layer - 1];
  const weights = rowOf(network.layers[layer - 1], neuron);
  const inputs = activations[layer - 1];
  const contributions = weights.map((weight, i) => weight * inputs[i]);
  const weightedSum = contributions.reduce((sum, contribution) => sum + contribution, 0);
  const bias = biases[neuron];
  return {
    ...{ layer, neuron, activation, weights, inputs, contributions, weightedSum, bias },
    sum: weightedSum + bias,
    value: activations[layer][neuron],
  };
}

/** How an image passes through one layer: a' = f(Wa + b). */
export interface LayerArithmetic {
  /** a, `(inputs)` float64: brightness for layer 1, the layer before it for the others. */
  readonly inputs: Float64Array;
  /** Wa, `(outputs)` float64. */
  readonly weightedSums: Float64Array;
  /** z = Wa + b, `(outputs)` float64. */
  readonly sums: Float64Array;
  /** a' = f(z), `(outputs)` float64. */
  readonly values: Float64Array;
}

/**
 * The arithmetic of one layer, from 1, for the `brightness` `(height * width)` of an image.
 *
 * @throws DigitflowError USAGE for a layer that the network does not have.
 */
export function layerArithmetic(
  network: Pick<Network, 'layers'>,
  brightness: Float64Array,
  layer: number,
): LayerArithmetic {
  checkLayer(network, layer);
  const activations = feedForward(network, brightness);
  const { weights, biases } = network.layers[layer - 1];
  const inputs = activations[layer - 1];
  const weightedSums = times(weights, inputs);
  const sums = weightedSums.map((sum, n) => sum + biases[n]);
  return { inputs, weightedSums, sums, values: activations[layer] };
}

/** The incoming weights of one neuron: `(inputs)` float64. */
export function rowOf({ weights, inputs }: Layer, neuron: number): Float64Array {
  return weights.slice(neuron * inputs, (neuron + 1) * inputs);
}

/** @throws DigitflowError USAGE for a layer or neuron that the network does not have. */
export function checkPlace(network: Pick<Network, 'layers'>, { layer, neuron }: NeuronPlace): void {
  const name = `neuron ${layer}:${neuron}`;
  checkLayer(network, layer, name);
  const last = network.layers[layer - 1].outputs - 1;
  if (!Number.isSafeInteger(neuron) || neuron < 0 || neuron > last) {
    const expected = `a neuron from 0 to ${last} in layer ${layer}`;
    throw new DigitflowError(
      'USAGE',
      `${name}: expected ${expected}, found ${neuron}; give one that is there`,
    );
  }
}

/** @throws DigitflowError USAGE for a layer that the network does not have. */
export function checkLayer(
  { layers }: Pick<Network, 'layers'>,
  layer: number,
  name = `layer ${layer}`,
): void {
  if (Number.isSafeInteger(layer) && layer >= 1 && layer <= layers.length) return;
  const expected = `a layer from 1 to ${layers.length} (the output)`;
  const advice = 'layer 1 is the first hidden one';
  throw new DigitflowError('USAGE', `${name}: expected ${expected}, found ${layer}; ${advice}`);
}

/** The `count` largest contributions above 0 and the `count` smallest below, strongest first, by input index. */
export function strongestInputs(
  contributions: Float64Array,
  count: number,
): { readonly pushedFor: number[]; readonly pushedAgainst: number[] } {
  const order = Array.from(contributions.keys()).sort((a, b) => contributions[b] - contributions[a] || a - b);
  const pushedFor = order.filter((i) => contributions[i] > 0).slice(0, count);
  const pushedAgainst = order.reverse().filter((i) => contributions[i] < 0);
  return { pushedFor, pushedAgainst: pushedAgainst.slice(0, count) };
}
