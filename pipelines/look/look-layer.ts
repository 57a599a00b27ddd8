import { modelOf } from '../../src/inputs/models/open-model.js';
import {
  checkLayer,
  checkPlace,
  type LayerArithmetic,
  layerArithmetic,
  type NeuronArithmetic,
  rowOf,
} from '../../src/insight/explain.js';
import type { ActivationName } from '../../src/network/activations.js';
import { type ImageSize, layerSizes } from '../../src/network/network.js';
import type { LookHead, LookOptions } from './look.js';
import { type DigitSpec, type DigitView, openDigit, viewDigit } from './look-digit.js';

/** Which layer to look at, with which digit. */
export interface LookLayerOptions extends Omit<DigitSpec, 'image'>, Pick<LookOptions, 'model'> {
  /** From 1, the first hidden one; the last is the output. */
  readonly layer: number;
  /** A record's number, from 0, or the path or URL of a PNG or JPEG. Default: none, the layer by itself. */
  readonly digit?: string | undefined;
  /** The neuron of this layer to tell more of, from 0. */
  readonly neuron?: number | undefined;
}

/** A view of one layer: a' = f(Wa + b). */
export interface LayerView extends Pick<LookHead, 'model' | 'classes'>, ImageSize {
  /** How many numbers go into each layer, and come out of the last. */
  readonly layers: readonly number[];
  /** From 1. */
  readonly layer: number;
  /** f. */
  readonly activation: ActivationName;
  /** W: a row for each neuron, `(inputs)` float64. */
  readonly weights: readonly Float64Array[];
  /** b: `(outputs)` float64. */
  readonly biases: Float64Array;
  /** The neuron that was asked for, from 0; null where none was. */
  readonly lit: number | null;
  /** What the layer makes of a digit; null without one. */
  readonly digit: DigitInLayer | null;
  /** The arithmetic of the neuron that was asked for; null without one, or without a digit. */
  readonly neuron: NeuronArithmetic | null;
}

/** A digit on its way through one layer. */
export interface DigitInLayer
  extends LayerArithmetic,
    Pick<DigitView, 'name' | 'done' | 'doubts' | 'truth' | 'brightness' | 'black' | 'white'> {
  /** The verdict of the whole network: the class with the largest output. */
  readonly winner: number;
}

/**
 * Looks at one layer of a network, by itself or with a digit that goes through it. Without a digit no images are read.
 *
 * @throws DigitflowError USAGE for a layer or neuron that the network does not have; what `loadModel` and `openDigit` throw.
 */
export async function lookLayer(options: LookLayerOptions): Promise<LayerView> {
  const { layer, digit: image, neuron } = options;
  const model = await modelOf(options);
  const { network, name, sha256 } = model;
  // Before any image is read.
  checkLayer(network, layer);
  if (neuron !== undefined) checkPlace(network, { layer, neuron });
  const own = network.layers[layer - 1];
  const head = {
    ...{ model: { name, sha256 }, classes: network.classes, layers: layerSizes(network), ...network.image },
    ...{ layer, activation: own.activation },
    weights: Array.from({ length: own.outputs }, (_, n) => rowOf(own, n)),
    ...{ biases: own.biases, lit: neuron ?? null },
  };
  if (image === undefined) return { ...head, digit: null, neuron: null };
  const place = neuron === undefined ? undefined : { layer, neuron };
  const seen = viewDigit(model, await openDigit({ ...options, image }, network), { neuron: place });
  const { name: title, done, doubts, truth, brightness, black, white, explanation } = seen;
  return {
    ...head,
    digit: {
      ...{ name: title, done, doubts, truth, winner: explanation.winner, brightness, black, white },
      ...layerArithmetic(network, brightness, layer),
    },
    neuron: seen.neuron,
  };
}
