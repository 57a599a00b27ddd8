import type { Network } from './network.js';

/** The costs a network can be judged by. */
export type LossName = 'squared error' | 'cross-entropy';

/** ln p is not taken below this, so that a p that underflowed to 0 costs 100 and not Infinity. Source: PyTorch's BCELoss. */
const SMALLEST_LOG = -100;

/** The cost that goes with a network's outputs: cross-entropy for softmax, the video's squared error for all else. */
export function lossOf(network: Pick<Network, 'layers'>): LossName {
  return network.layers.at(-1)?.activation === 'softmax' ? 'cross-entropy' : 'squared error';
}

/**
 * The cost of one image: Σ(a - y)² where y is 1 for the label and 0 for all others, or -ln p[label].
 *
 * @param outputs `(classes)` float64, the last layer's activations.
 * @param label the class the image really is, from 0.
 * @returns at least 0; finite for finite outputs.
 */
export function loss(outputs: Float64Array, label: number, name: LossName): number {
  if (name === 'cross-entropy') return -Math.max(Math.log(outputs[label]), SMALLEST_LOG);
  return outputs.reduce((sum, a, k) => sum + (a - desired(k, label)) ** 2, 0);
}

/** y: what output `k` should be for an image of class `label`. */
export function desired(k: number, label: number): 0 | 1 {
  return k === label ? 1 : 0;
}
