import type { ActivationName } from '../network/activations.js';
import { feedForward, predictedClass } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';

/** The activations of one layer for an image. */
export interface LayerActivity {
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

/**
 * The activations of all layers, with winner and runner-up.
 *
 * @param brightness `(height * width)` float64, from `brightnessOf`; trusted to fit the network.
 */
export function explain(network: Pick<Network, 'layers'>, brightness: Float64Array): Explanation {
  const activations = feedForward(network, brightness).slice(1);
  const outputs = activations[activations.length - 1];
  const winner = predictedClass(outputs);
  const others = outputs.map((output, k) => (k === winner ? Number.NEGATIVE_INFINITY : output));
  const runnerUp = outputs.length > 1 ? predictedClass(others) : null;
  return {
    layers: activations.map((values, l) => ({ activation: network.layers[l].activation, values })),
    winner,
    runnerUp,
    margin: runnerUp === null ? null : outputs[winner] - outputs[runnerUp],
  };
}
