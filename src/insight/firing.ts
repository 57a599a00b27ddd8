import type { ActivationName } from '../network/activations.js';
import type { LayerRun } from './run-images.js';

/**
 * A neuron fires where its activation is above this: where Σwa + b is above 0, that is where the weighted sum is
 * above the threshold -b. A softmax knows no such threshold: there it is half of all there is to share.
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
