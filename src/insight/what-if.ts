import { DigitflowError } from '../errors.js';
import type { ActivationName } from '../network/activations.js';
import type { Layer, LayeredNetwork, Network } from '../network/network.js';
import { createRandom, shuffle } from '../network/random.js';
import { checkPlace, type Explanation, type NeuronPlace } from './explain.js';
import { type NetworkResponse, responseOf } from './network-report.js';
import { compareVerdicts, type ImageSet, runImages } from './run-images.js';

/** A pixel by its row and column, from 0. */
export interface PixelPlace {
  /** From the top, from 0. */
  readonly row: number;
  /** From the left, from 0. */
  readonly column: number;
}

/** One change to a network: layers count from 1, neurons and inputs from 0. */
export type Change =
  /** The inputs of layer 1 are pixels: a number, row by row, or a row and a column. */
  | (NeuronPlace & { readonly kind: 'weight'; readonly input: number | PixelPlace; readonly value: number })
  | (NeuronPlace & { readonly kind: 'bias'; readonly value: number })
  | { readonly kind: 'activation'; readonly layer: number; readonly activation: ActivationName }
  /** The neuron always gives 0. */
  | (NeuronPlace & { readonly kind: 'silence' })
  /** The weights of the layer change places at random; the biases stay. */
  | { readonly kind: 'shuffle'; readonly layer: number; readonly seed: number };

/** A changed network, and its neurons that give 0. */
export interface ChangedNetwork<N extends LayeredNetwork = Network> {
  /** A copy; what did not change is shared. */
  readonly network: N;
  /** The neurons that always give 0. */
  readonly silenced: readonly NeuronPlace[];
}

/** These change numbers of a layer. */
const NUMBERS: readonly Change['kind'][] = ['weight', 'bias', 'shuffle'];

/**
 * A changed copy of a network. Of two changes of the same number the last one counts.
 *
 * @throws DigitflowError USAGE for a layer, neuron or input that the network does not have, or a value that is not finite.
 */
export function changeNetwork<N extends LayeredNetwork>(
  network: N,
  changes: readonly Change[],
): ChangedNetwork<N> {
  for (const change of changes) checkChange(network, change);
  // Copied once: each change is made in the copy.
  const layers: Layer[] = network.layers.map((layer, l) => {
    const isKept = !changes.some((change) => change.layer === l + 1 && NUMBERS.includes(change.kind));
    return isKept ? layer : { ...layer, weights: layer.weights.slice(), biases: layer.biases.slice() };
  });
  // Layers are shuffled first, so that a weight that is set stays where it was set.
  const isShuffle = ({ kind }: Change) => kind === 'shuffle';
  for (const change of [...changes.filter(isShuffle), ...changes.filter((other) => !isShuffle(other))]) {
    const layer = layers[change.layer - 1];
    if (change.kind === 'activation') layers[change.layer - 1] = { ...layer, activation: change.activation };
    else setNumbers(network, layer, change);
  }
  const silenced = changes.flatMap((change) =>
    change.kind === 'silence' ? [{ layer: change.layer, neuron: change.neuron }] : [],
  );
  return { network: { ...network, layers }, silenced };
}

/** @throws DigitflowError USAGE */
export function checkChange(network: LayeredNetwork, change: Change): void {
  const { kind, layer } = change;
  checkPlace(network, 'neuron' in change ? change : { layer, neuron: 0 });
  if ('value' in change && !Number.isFinite(change.value)) {
    const message = `${kind}: expected a number, found ${change.value}; give one such as 0.5`;
    throw new DigitflowError('USAGE', message);
  }
  if (kind === 'weight') inputOf(network, change);
}

/**
 * The number of the input that a weight belongs to.
 *
 * @throws DigitflowError USAGE for one that the network does not have.
 */
export function inputOf(
  { layers, image }: LayeredNetwork,
  { layer, neuron, input }: Extract<Change, { kind: 'weight' }>,
): number {
  const { inputs } = layers[layer - 1];
  const at = typeof input === 'number' ? `${input}` : `${input.row},${input.column}`;
  const fail = (expected: string) => {
    const message = `weight ${layer}:${neuron}:${at}: expected ${expected}, found ${at}; give one that is there`;
    return new DigitflowError('USAGE', message);
  };
  const isBelow = (value: number, end: number) => Number.isSafeInteger(value) && value >= 0 && value < end;
  if (typeof input === 'number') {
    if (isBelow(input, inputs)) return input;
    throw fail(`an input from 0 to ${inputs - 1}`);
  }
  if (layer !== 1) throw fail('the number of a neuron, since only layer 1 looks at pixels');
  const { height, width } = image;
  if (isBelow(input.row, height) && isBelow(input.column, width)) return input.row * width + input.column;
  throw fail(`a pixel up to ${height - 1},${width - 1} (row,column)`);
}

function setNumbers(network: LayeredNetwork, { weights, biases, inputs }: Layer, change: Change): void {
  if (change.kind === 'weight') weights[change.neuron * inputs + inputOf(network, change)] = change.value;
  if (change.kind === 'bias') biases[change.neuron] = change.value;
  if (change.kind !== 'shuffle') return;
  const order = Uint32Array.from(weights.keys());
  shuffle(order, createRandom(change.seed));
  weights.set(Float64Array.from(order, (from) => weights[from]));
}

/** What to do differently. */
export interface Experiment {
  /** In the order in which they are made. Default: none. */
  readonly changes?: readonly Change[] | undefined;
  /** The changed network gets this in place of the images. */
  readonly feed?: Feed | undefined;
  /** Of the noise. Default 1. */
  readonly seed?: number | undefined;
}

/** The predictions for images, as they are and as they would be. */
export interface WhatIf {
  /** Of the network and the images as they are. */
  readonly before: NetworkResponse;
  /** Of what was changed. */
  readonly after: NetworkResponse;
  /** The first that was fed in place of the images, `(height * width)` u8 and `(classes)` float64; null where nothing was. */
  readonly fed: { readonly pixels: Uint8Array; readonly outputs: Float64Array } | null;
  /** How many predictions differ. */
  readonly changed: number;
  /** How many of these are no longer right; null without labels. */
  readonly rightToWrong: number | null;
  /** How many of these are now right; null without labels. */
  readonly wrongToRight: number | null;
}

/** How well a network does on the images. */
export interface Outcome {
  /** How many predictions are right; null without labels. */
  readonly correct: number | null;
  /** `correct` of the images; null without labels. */
  readonly accuracy: number | null;
  /** `[truth][prediction]` counts; null without labels. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** How often each class was predicted. */
  readonly predicted: readonly number[];
  /** The mean of the largest output. */
  readonly meanConfidence: number;
  /** The mean activation of each neuron: for each layer, the outputs last, `(outputs)` float64. */
  readonly means: readonly Float64Array[];
}

/** What the network got in place of the first image, and what it said of it. */
export interface FedImage extends Pick<Explanation, 'winner' | 'runnerUp' | 'margin'> {
  /** `(height * width)` float64, row by row, as the network sees it. */
  readonly brightness: Float64Array;
  /** The brightness of a black pixel. */
  readonly black: number;
  /** The brightness of a white pixel. */
  readonly white: number;
  /** `(classes)` float64. */
  readonly outputs: Float64Array;
  /** The true class; null where it is not known, and of what shows no digit. */
  readonly truth: number | null;
}

/** A change, and the number or name that it replaced; null where it replaced neither. */
export type ChangeMade = Change & { readonly was: number | string | null };

/** An experiment, and what came of it. */
export interface WhatIfReport extends Omit<WhatIf, 'before' | 'after' | 'fed'> {
  /** What was changed, in the order in which it was given. */
  readonly changes: readonly ChangeMade[];
  /** What came in place of the images; null for the images. */
  readonly feed: Feed | null;
  /** Of the noise; null where there is none. */
  readonly seed: number | null;
  /** The first of what it got in place of the images; null where it got these. */
  readonly fed: FedImage | null;
  /** Of the network and the images as they are. */
  readonly before: Outcome;
  /** Of what was changed. */
  readonly after: Outcome;
}

/**
 * Makes an experiment, in float64: runs the network on the images, and the changed network on the images or its feed.
 *
 * @throws DigitflowError USAGE for a change that cannot be made.
 */
export function whatIf(
  network: Network,
  images: ImageSet,
  { changes = [], feed, seed = 1 }: Experiment,
): WhatIf {
  const other = changeNetwork(network, changes);
  const given = feed === undefined ? images : feedImages(images, feed, seed);
  const before = responseOf(runImages(network, images));
  const runs = runImages(other.network, given, other.silenced);
  const after = responseOf(runs);
  const { outputs, values } = runs[runs.length - 1];
  const pixels = given.pixels.slice(0, network.layers[0].inputs);
  const fed = feed === undefined ? null : { pixels, outputs: values.slice(0, outputs) };
  const found = { before, after, fed };
  const counts = compareVerdicts(before.predictions, after.predictions, images.labels);
  if (images.labels !== null) return { ...found, ...counts };
  return { ...found, changed: counts.changed, rightToWrong: null, wrongToRight: null };
}

/** What a network can get in place of the images. */
export const FEEDS = ['noise', 'blank', 'inverted'] as const;

/** What the changed network gets in place of the images. */
export type Feed = (typeof FEEDS)[number];

/**
 * As many other images with the same labels. The pixels of `noise` are random (the same for the same seed), those of
 * `blank` are black as the network sees it, and `inverted` swaps dark and bright.
 */
export function feedImages(images: ImageSet, feed: Feed, seed: number): ImageSet {
  const pixels = new Uint8Array(images.pixels.length);
  const random = createRandom(seed);
  if (feed === 'blank') pixels.fill(images.normalization.scale < 0 ? 255 : 0);
  else if (feed === 'inverted') for (let i = 0; i < pixels.length; i++) pixels[i] = 255 - images.pixels[i];
  else {
    for (let i = 0; i < pixels.length; i += 3) {
      // Each number makes three pixels.
      const bits = random.below(2 ** 24);
      for (let byte = 0; byte < 3; byte++) pixels[i + byte] = bits >>> (8 * byte);
    }
  }
  return { ...images, pixels };
}
