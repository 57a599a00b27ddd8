import { existsSync } from 'node:fs';
import { DigitflowError } from '../../src/errors.js';
import type { FitOptions } from '../../src/formats/pictures/fit-digit.js';
import { nameOf } from '../../src/inputs/bytes/open-bytes.js';
import { type Model, modelOf } from '../../src/inputs/models/open-model.js';
import {
  checkPlace,
  type Explanation,
  explain,
  type NeuronArithmetic,
  type NeuronPlace,
  neuronArithmetic,
} from '../../src/insight/explain.js';
import { type Why, whyOf } from '../../src/insight/why.js';
import { brightnessOf, isUnsure } from '../../src/network/feed-forward.js';
import type { ImageSize, Network } from '../../src/network/network.js';
import { blackAndWhite, type Normalization } from '../../src/network/normalization.js';
import { holdToLook, type LookHead, type LookImages, type LookOptions, readPicture } from './look.js';

/** What to look at. */
export interface LookDigitOptions extends DigitSpec, Pick<LookOptions, 'model'> {
  /** The neuron whose arithmetic to show. */
  readonly neuron?: NeuronPlace | undefined;
  /** The class to explain, or true for the winner. */
  readonly why?: number | true | undefined;
}

/** A view of one digit in a network. */
export interface DigitView
  extends Pick<LookHead, 'model' | 'classes'>,
    Pick<DigitImage, 'name' | 'done'>,
    ImageSize {
  /** Why a picture may be no single digit, or misread, a phrase each. */
  readonly doubts: readonly string[];
  /** The true class; null where it is not known. */
  readonly truth: number | null;
  /** `(height * width)` float64, row by row, as the network sees it. */
  readonly brightness: Float64Array;
  /** The brightness of a black pixel. */
  readonly black: number;
  /** The brightness of a white pixel. */
  readonly white: number;
  /** How it passes through the network. */
  readonly explanation: Explanation;
  /** The arithmetic of the neuron that was asked for; null where none was. */
  readonly neuron: NeuronArithmetic | null;
  /** Why the network predicts the class that was asked for; null where none was. */
  readonly why: Why | null;
}

/**
 * Looks at one digit on its way through a network.
 *
 * @throws DigitflowError what `loadModel`, `openDigit`, `neuronArithmetic` and `attribute` throw.
 */
export async function lookDigit(options: LookDigitOptions): Promise<DigitView> {
  const model = await modelOf(options);
  // Before any image is read.
  if (options.neuron !== undefined) checkPlace(model.network, options.neuron);
  return viewDigit(model, await openDigit(options, model.network), options);
}

/** `lookDigit` for a network and a digit that are open. */
export function viewDigit(
  { network, name, sha256 }: Model,
  digit: DigitImage,
  options: Pick<LookDigitOptions, 'neuron' | 'why'>,
): DigitView {
  const brightness = brightnessOf(digit.pixels, digit.normalization, network.image);
  const { black, white } = blackAndWhite(network.normalization);
  const explanation = explain(network, brightness);
  const isDoubted =
    digit.doubts !== null && isUnsure(explanation.layers[explanation.layers.length - 1].values);
  const doubts = [...(digit.doubts ?? []), ...(isDoubted ? ['an unsure verdict'] : [])];
  const target = options.why === true ? explanation.winner : options.why;
  return {
    model: { name, sha256 },
    classes: network.classes,
    ...{ name: digit.name, done: digit.done, doubts, truth: digit.label },
    ...{ ...network.image, brightness, black, white },
    explanation,
    neuron: options.neuron === undefined ? null : neuronArithmetic(network, brightness, options.neuron),
    why: target === undefined ? null : whyOf({ layers: network.layers, brightness, black, white, target }),
  };
}

/** Which digit to look at. */
export interface DigitSpec extends FitOptions, LookImages {
  /** A record's number, from 0, or the path or URL of a PNG or JPEG. */
  readonly image: string;
}

/** One digit, and what is known of it. */
export interface DigitImage {
  /** `(height * width)` u8, as stored. */
  readonly pixels: Uint8Array;
  /** How a pixel becomes a brightness. */
  readonly normalization: Normalization;
  /** The true class; null where it is not known. */
  readonly label: number | null;
  /** `t10k-images-idx3-ubyte #3`, or a path. */
  readonly name: string;
  /** What was done to a picture before the network saw it. */
  readonly done: readonly string[];
  /** Why a picture may be no single digit, a phrase each; null for a record. */
  readonly doubts: readonly string[] | null;
}

/**
 * Opens one digit.
 *
 * @throws DigitflowError USAGE for a number that is out of range; what the source of images, `decodePicture` and `fitDigit` throw.
 */
export async function openDigit(spec: DigitSpec, network: Network): Promise<DigitImage> {
  if (/^\d+$/.test(spec.image)) return openRecord(spec, network);
  if (Number.isFinite(Number(spec.image)) && !existsSync(spec.image)) {
    const message = `expected a record's number from 0, or the path of a picture, found ${spec.image}; the first record is 0`;
    throw new DigitflowError('USAGE', message);
  }
  return openPicture(spec, network);
}

async function openPicture(spec: DigitSpec, network: Network): Promise<DigitImage> {
  const bytes = await readPicture(spec.image, 'picture');
  // Decoders are loaded when there is a picture.
  const { decodePicture } = await import('../../src/inputs/pictures/unpack-picture.js');
  const { fitDigit } = await import('../../src/formats/pictures/fit-digit.js');
  const name = nameOf(spec.image);
  const { pixels, done, doubts } = fitDigit(decodePicture(bytes, name), network.image, spec, name);
  const { scale, offset } = network.normalization;
  // The fitted digit is bright ink on black. The normalization of a network for dark ink on white inverts pixels.
  const stored = scale < 0 ? pixels.map((pixel) => 255 - pixel) : pixels;
  const normalization = { scale, offset, transposed: false };
  return { pixels: stored, normalization, label: null, name, done, doubts };
}

async function openRecord(spec: DigitSpec, network: Network): Promise<DigitImage> {
  const index = Number(spec.image);
  const held = await holdToLook(spec, network, { first: index, limit: 1 });
  if (held.count === 0) {
    const expected = `a record from 0 to ${held.recordCount - 1}`;
    const message = `${held.name}: expected ${expected}, found ${index}; give one that is there`;
    throw new DigitflowError('USAGE', message);
  }
  const { pixels, normalization } = held;
  return {
    pixels,
    normalization,
    label: held.labels?.[0] ?? null,
    name: `${held.name} #${index}`,
    done: [],
    doubts: null,
  };
}
