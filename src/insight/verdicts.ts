import type { LayerRun } from './run-images.js';

/** What a network says to many images. */
export interface Verdicts {
  /** `(count)` u8: the class with the largest output, the first one of equals. */
  readonly predictions: Uint8Array;
  /** `(count)` float64: the largest output. */
  readonly confidences: Float64Array;
}

/** The winners among the outputs of many images. At most 256 classes. */
export function verdictsOf({ outputs, values }: Pick<LayerRun, 'outputs' | 'values'>): Verdicts {
  const count = values.length / outputs;
  const predictions = new Uint8Array(count);
  const confidences = new Float64Array(count);
  for (let image = 0, at = 0; image < count; image++, at += outputs) {
    let best = 0;
    for (let k = 1; k < outputs; k++) if (values[at + k] > values[at + best]) best = k;
    predictions[image] = best;
    confidences[image] = values[at + best];
  }
  return { predictions, confidences };
}

/** How many verdicts are the truth. */
export function countCorrect(predictions: Uint8Array, labels: Uint8Array): number {
  return predictions.reduce((sum, prediction, image) => (prediction === labels[image] ? sum + 1 : sum), 0);
}
