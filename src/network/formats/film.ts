import { DigitflowError, quoteValue } from '../../errors.js';
import { ACTIVATIONS, type ActivationName, isActivationName } from '../activations.js';
import type { ImageSize } from '../network.js';
import { parseShallowJson } from './shallow-json.js';

const SCHEMA = 'digitflow.film/1';
/** A weight is one of 31 levels, from -15 to 15, of the largest weight that its neuron has in the whole film. */
const MOST_LEVEL = 15;
const LEVELS = 2 * MOST_LEVEL + 1;
const DIGITS = '0123456789abcdefghijklmnopqrstu';
/** Of the numbers that are no weights. */
const SIGNIFICANT = 6;
/** The most weights that a frame has: that is 650 neurons of 28 x 28 pixels. */
export const MOST_FILM_WEIGHTS = 2 ** 19;

/** A recorded training: how the first layer came about. */
export interface Film {
  /** The size of an image. */
  readonly image: ImageSize;
  /** Neurons of every layer, the input first: `[784, 16, 16, 10]`. */
  readonly layers: readonly number[];
  /** Of each layer but the input. */
  readonly activations: readonly ActivationName[];
  /** SHA-256, in hexadecimal, of the network file whose first layer the last frame shows. */
  readonly network: string;
  /** Settings and command of the training, digests of its data: as the network file has them. */
  readonly provenance: Readonly<Record<string, string>>;
  /** At least one, by ascending epochs; that of epoch 0 is the random start. */
  readonly frames: readonly FilmFrame[];
}

/** The first layer as it was after an epoch, and how well the network did then. */
export interface FilmFrame {
  /** After how many epochs; 0 before the first. */
  readonly epoch: number;
  /** Mean over the training images; but for epoch 0 as they were varied, and taken while the weights changed. */
  readonly loss: number;
  /** Mean over the held-out images; null where there are none. */
  readonly validationLoss: number | null;
  /** 0..1 of the held-out images; null where there are none. */
  readonly accuracy: number | null;
  /** `(neurons, height * width)` f32, row-major, as in `Layer`. */
  readonly weights: Float32Array;
}

/**
 * A film as a file: JSON, a line a frame. Weights are rounded to 31 levels; each is a digit, how far its level is from that
 * of the frame before, modulo 31. So they pack well. Equal films give equal bytes.
 */
export function writeFilm({ frames, image: { height, width }, ...head }: Film): string {
  const pixels = height * width;
  const largest = largestWeights(frames, pixels);
  const before = new Int8Array(frames[0].weights.length);
  const lines = frames.map(({ epoch, loss, validationLoss, accuracy, weights }) => {
    let digits = '';
    weights.forEach((weight, at) => {
      const of = largest[Math.floor(at / pixels)];
      const level = of === 0 ? 0 : Math.round((weight / of) * MOST_LEVEL);
      digits += DIGITS[(level - before[at] + LEVELS) % LEVELS];
      before[at] = level;
    });
    const figures = { epoch, loss: rounded(loss), validationLoss: rounded(validationLoss) };
    return JSON.stringify({ ...figures, accuracy: rounded(accuracy), weights: digits });
  });
  const start = JSON.stringify({ schema: SCHEMA, image: { height, width }, ...head, largest }).slice(0, -1);
  return `${start},"frames":[\n${lines.join(',\n')}\n]}\n`;
}

function largestWeights(frames: readonly FilmFrame[], pixels: number): number[] {
  const largest = new Float64Array(frames[0].weights.length / pixels);
  for (const { weights } of frames) {
    weights.forEach((weight, at) => {
      const neuron = Math.floor(at / pixels);
      largest[neuron] = Math.max(largest[neuron], Math.abs(weight));
    });
  }
  return Array.from(largest, rounded);
}

function rounded<T extends number | null>(value: T): T {
  return (value === null ? null : Number(value.toPrecision(SIGNIFICANT))) as T;
}

/**
 * Reads what `writeFilm` wrote, in Node or in a browser.
 *
 * @param name the file's name in an error.
 * @throws DigitflowError FILM_FILE for the first thing that is not right.
 */
export function readFilm(bytes: Uint8Array, name: string): Film {
  const text = new TextDecoder().decode(bytes);
  const film = parseShallowJson(text);
  const fail = (where: string, expected: string, found: unknown) =>
    new DigitflowError(
      'FILM_FILE',
      `${name}: ${where}expected ${expected}, found ${quoteValue(found)}; give the file that train --film wrote`,
    );
  if (!isObject(film)) throw fail('', 'a film as JSON', film === undefined ? text : film);
  const { schema, image, layers, activations, network, provenance, largest, frames } = film;
  if (schema !== SCHEMA) throw fail('schema: ', SCHEMA, schema);
  const size: unknown[] = isObject(image) ? [image.height, image.width] : [];
  if (!isSizes(size) || size.length !== 2) throw fail('image: ', 'height and width', image);
  const [height, width] = size;
  const pixels = height * width;
  if (!isSizes(layers) || layers.length < 2 || layers[0] !== pixels) {
    throw fail('layers: ', `neurons of each layer, ${pixels} inputs first`, layers);
  }
  if (pixels * layers[1] > MOST_FILM_WEIGHTS) {
    throw fail('layers: ', `at most ${MOST_FILM_WEIGHTS} weights in the first`, pixels * layers[1]);
  }
  if (!isActivations(activations) || activations.length !== layers.length - 1) {
    throw fail('activations: ', `${layers.length - 1} out of ${ACTIVATIONS.join(', ')}`, activations);
  }
  if (typeof network !== 'string' || !/^[0-9a-f]{64}$/.test(network)) {
    throw fail('network: ', 'a SHA-256 in hexadecimal', network);
  }
  if (!isObject(provenance) || !Object.values(provenance).every((value) => typeof value === 'string')) {
    throw fail('provenance: ', 'an object of strings', provenance);
  }
  if (!Array.isArray(largest) || largest.length !== layers[1] || !largest.every(isAmount)) {
    throw fail('largest: ', `${layers[1]} numbers, 0 or more`, largest);
  }
  if (!Array.isArray(frames) || frames.length === 0) throw fail('frames: ', 'one or more', frames);

  const levels = new Int8Array(pixels * layers[1]);
  let last = -1;
  const readFrame = (frame: unknown, index: number): FilmFrame => {
    const { epoch, loss, validationLoss, accuracy, weights } = isObject(frame) ? frame : {};
    const where = (key: string) => `frame ${index + 1}: ${key}: `;
    if (!isWhole(epoch) || epoch <= last) throw fail(where('epoch'), `a whole number above ${last}`, epoch);
    last = epoch;
    if (!isAmount(loss)) throw fail(where('loss'), 'a number, 0 or more', loss);
    if (validationLoss !== null && !isAmount(validationLoss)) {
      throw fail(where('validationLoss'), 'a number, 0 or more, or null', validationLoss);
    }
    if (accuracy !== null && !(isAmount(accuracy) && accuracy <= 1)) {
      throw fail(where('accuracy'), 'a number from 0 to 1, or null', accuracy);
    }
    if (typeof weights !== 'string' || weights.length !== levels.length || /[^0-9a-u]/.test(weights)) {
      const found = typeof weights === 'string' ? `${weights.length} characters, ${weights}` : weights;
      throw fail(where('weights'), `${levels.length} digits out of 0-9 and a-u`, found);
    }
    const values = Float32Array.from(levels, (before, at) => {
      const level = ((before + MOST_LEVEL + DIGITS.indexOf(weights[at])) % LEVELS) - MOST_LEVEL;
      levels[at] = level;
      return (level * largest[Math.floor(at / pixels)]) / MOST_LEVEL;
    });
    return { epoch, loss, validationLoss, accuracy, weights: values };
  };
  return {
    image: { height, width },
    layers,
    activations,
    network,
    provenance: provenance as Record<string, string>,
    frames: frames.map(readFrame),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => isWhole(size) && size > 0);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isActivations(value: unknown): value is ActivationName[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && isActivationName(name));
}
