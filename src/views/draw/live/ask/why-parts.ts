import { type Attribution, attribute } from '../../../../insight/attribution.js';
import type { NeuronPlace } from '../../../../insight/explain.js';
import type { Layer } from '../../../../network/network.js';

/** What is asked of the thread that answers. */
export interface WhyQuestion {
  readonly layers: readonly Layer[];
  readonly silenced: readonly NeuronPlace[];
  /** `(height * width)` float64. */
  readonly brightness: Float64Array;
  /** The brightness of a black pixel, with which the image is compared. */
  readonly black: number;
  /** The class. */
  readonly target: number;
}

export type WhyAnswer = Pick<Attribution, 'target' | 'contributions' | 'output' | 'baselineOutput' | 'sum'>;

/** What each pixel adds to the output of a class, compared with a black image. */
export function partsOf({ layers, silenced, brightness, black, target }: WhyQuestion): WhyAnswer {
  const baseline = new Float64Array(brightness.length).fill(black);
  const isMute = silenced.some(({ layer, neuron }) => layer === layers.length && neuron === target);
  if (isMute) {
    const contributions = new Float64Array(brightness.length);
    return { target, contributions, output: 0, baselineOutput: 0, sum: 0 };
  }
  return attribute({ layers: deaf(layers, silenced) }, brightness, baseline, target);
}

/** The layers, deaf to neurons that are silenced: that gives what silencing hidden ones gives. */
function deaf(layers: readonly Layer[], silenced: readonly NeuronPlace[]): Layer[] {
  return layers.map((layer, l) => {
    const unheard = silenced.filter((place) => place.layer === l);
    if (unheard.length === 0) return layer;
    const weights = layer.weights.slice();
    for (const { neuron } of unheard) {
      for (let i = neuron; i < weights.length; i += layer.inputs) weights[i] = 0;
    }
    return { ...layer, weights };
  });
}
