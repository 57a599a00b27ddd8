import { ConfusionMatrix } from '../../src/counting/confusion-matrix.js';
import { DigitflowError } from '../../src/errors.js';
import { verdictOf } from '../../src/insight/explain.js';
import type { NetworkResponse } from '../../src/insight/network-report.js';
import type { ImageSet } from '../../src/insight/run-images.js';
import {
  type Change,
  checkChange,
  type Experiment,
  type FedImage,
  inputOf,
  type Outcome,
  type WhatIf,
  type WhatIfReport,
  whatIf,
} from '../../src/insight/what-if.js';
import { brightnessOf } from '../../src/network/feed-forward.js';
import { layerSizes, type Network } from '../../src/network/network.js';
import { blackAndWhite } from '../../src/network/normalization.js';
import { type LookHead, type LookOptions, openLook } from './look.js';

/** What to look at, and what to do differently. */
export interface LookWhatIfOptions extends LookOptions, Experiment {}

/** A view of an experiment. */
export interface WhatIfView extends LookHead, WhatIfReport {
  /** Sizes, the input first. */
  readonly layers: readonly number[];
}

/**
 * Makes an experiment with a network: accuracy and confusion before and after, on all the images.
 *
 * @throws DigitflowError USAGE for no change at all, or one that cannot be made; what `loadModel` and the source of images throw.
 */
export async function lookWhatIf(options: LookWhatIfOptions): Promise<WhatIfView> {
  const { changes = [], feed, seed = 1 } = options;
  if (changes.length === 0 && feed === undefined) {
    const message = 'expected something to change, found nothing; give --silence 1:3, or see --help';
    throw new DigitflowError('USAGE', message);
  }
  const { network, images, head } = await openLook(options, (opened) => {
    for (const change of changes) checkChange(opened, change);
  });
  const { before, after, fed, ...counts } = whatIf(network, images, { changes, feed, seed });
  const outcome = (found: NetworkResponse) => outcomeOf(found, images.labels, network.classes.length);
  return {
    ...head,
    layers: layerSizes(network),
    changes: changes.map((change) => ({ ...change, was: valueBefore(network, change) })),
    ...{ feed: feed ?? null, seed: feed === 'noise' ? seed : null },
    ...counts,
    fed: fed && {
      ...fedImage(fed, network, images),
      truth: feed === 'inverted' ? (images.labels?.[0] ?? null) : null,
    },
    before: outcome(before),
    after: outcome(after),
  };
}

function fedImage(
  { pixels, outputs }: NonNullable<WhatIf['fed']>,
  { image }: Network,
  { normalization }: ImageSet,
): Omit<FedImage, 'truth'> {
  const brightness = brightnessOf(pixels, normalization, image);
  return { brightness, ...blackAndWhite(normalization), outputs, ...verdictOf(outputs) };
}

function valueBefore(network: Network, change: Change): number | string | null {
  const { weights, biases, inputs, activation } = network.layers[change.layer - 1];
  switch (change.kind) {
    case 'weight':
      return weights[change.neuron * inputs + inputOf(network, change)];
    case 'bias':
      return biases[change.neuron];
    case 'activation':
      return activation;
    default:
      return null;
  }
}

function outcomeOf(
  { predictions, confidences, means }: NetworkResponse,
  labels: Uint8Array | null,
  classCount: number,
): Outcome {
  const count = predictions.length;
  const predicted = new Array<number>(classCount).fill(0);
  for (const prediction of predictions) predicted[prediction]++;
  const meanConfidence = confidences.reduce((sum, confidence) => sum + confidence, 0) / count;
  const known = { predicted, meanConfidence, means };
  if (labels === null) return { correct: null, accuracy: null, confusion: null, ...known };
  const matrix = new ConfusionMatrix(classCount);
  matrix.addAll(labels, predictions, count);
  const { correct } = matrix;
  return { correct, accuracy: correct / count, confusion: matrix.toJSON(), ...known };
}
