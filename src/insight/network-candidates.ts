import { safeText } from '../errors.js';
import type { ActivationName } from '../network/activations.js';
import { type FoundNetwork, networkFileError } from '../network/formats/found-network.js';
import { describeNormalization, type Normalization, UNIT_BRIGHTNESS } from '../network/normalization.js';
import type { NetworkCandidate } from './judge-networks.js';
import type { Orientation, OrientedLayer } from './layer-orientation.js';

/** What digits are commonly fed as; the likeliest first. */
export const FEEDS: readonly Normalization[] = [
  UNIT_BRIGHTNESS,
  { scale: 1 / (255 * 0.3081), offset: -0.1307 / 0.3081, transposed: false },
  { scale: 2 / 255, offset: -1, transposed: false },
  { scale: 1, offset: 0, transposed: false },
  { scale: -1 / 255, offset: 1, transposed: false },
];
/** As people say it: the second is the mean and the deviation of MNIST's pixels, the last black on white. */
const FEED_WORDS = new Map([
  [FEEDS[1].scale, 'mean=0.1307,std=0.3081'],
  [FEEDS[2].scale, 'mean=0.5,std=0.5'],
  [FEEDS[4].scale, 'scale=1/255,inverted'],
]);

/** How pixels are fed, as `--normalize` takes it. */
export function feedWords(normalization: Normalization): string {
  const words = FEED_WORDS.get(normalization.scale);
  if (words === undefined) return describeNormalization(normalization);
  return normalization.transposed ? `${words},transposed` : words;
}
/** Where a network rescales by itself, it most likely takes pixels as they are. */
const SMALL_SCALE = 0.02;

/** Activations of the hidden layers and of the last; the likeliest first. */
const ACTIVATION_PAIRS: readonly (readonly [hidden: ActivationName, last: ActivationName])[] = [
  ['relu', 'softmax'],
  ['sigmoid', 'sigmoid'],
  ['sigmoid', 'softmax'],
  ['tanh', 'softmax'],
  ['relu', 'sigmoid'],
  ['tanh', 'tanh'],
];

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Where labels count from 1 the digit 0 is the last, 10 (MATLAB, SVHN). */
const FROM_ONE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];

/**
 * The labels of ten outputs: those that the names of the classes say; else one reading from 0 and one from 1. Null where the
 * classes are no digits.
 */
export function digitLabels(
  classes: readonly string[] | null,
  outputs: number,
): readonly (readonly number[])[] | null {
  if (outputs !== DIGITS.length) return null;
  if (classes === null) return [DIGITS, FROM_ONE];
  const labels = classes.map((name) => (/^\d$/.test(name) ? Number(name) : -1));
  return DIGITS.every((digit) => labels.includes(digit)) ? [labels] : null;
}

/** A reading, and how it takes the matrices. */
export interface Candidate extends NetworkCandidate {
  readonly way: Orientation;
}

/** What flags leave no choice about. */
export interface Said {
  readonly activations?: readonly ActivationName[] | undefined;
  readonly normalization?: Normalization | undefined;
}

/**
 * All readings that file and flags leave open, the likeliest first.
 *
 * @param labels the readings of the outputs; null where they are no digits
 * @param mayTurn whether pixels may be wanted column by column
 */
export function candidatesOf(
  found: FoundNetwork,
  said: Said,
  ways: readonly Orientation[],
  labels: readonly (readonly number[])[] | null,
  mayTurn: boolean,
): Candidate[] {
  const feeding = said.normalization ?? found.normalization;
  const feeds = feeding === null ? feedsOf(found) : [feeding];
  const turns = mayTurn && found.normalization === null ? [false, true] : [false];
  return (labels ?? [[]]).flatMap((own) =>
    turns.flatMap((turn) =>
      ways.flatMap((way) =>
        feeds.flatMap((feed) =>
          activationsOf(way.layers, said.activations).map((activations) => ({
            ...{ way, layers: way.layers, activations, labels: own },
            normalization: { ...feed, transposed: feed.transposed !== turn },
          })),
        ),
      ),
    ),
  );
}

function feedsOf({ rescaling }: FoundNetwork): readonly Normalization[] {
  const takesPixels = rescaling !== null && Math.abs(rescaling.scale) < SMALL_SCALE;
  return takesPixels ? [...FEEDS].sort((a, b) => b.scale - a.scale) : FEEDS;
}

/** The readings of activations: what is said stays, and hidden layers of which nothing is said are alike. */
function activationsOf(
  layers: readonly OrientedLayer[],
  given: readonly ActivationName[] | undefined,
): ActivationName[][] {
  if (given !== undefined) return [[...given]];
  const end = layers.length - 1;
  const readings = ACTIVATION_PAIRS.map(([hidden, last]) =>
    layers.map(({ activation }, l) => activation ?? (l === end ? last : hidden)),
  );
  return readings.filter((one, at) => readings.findIndex((other) => `${other}` === `${one}`) === at);
}

/** `0 to 9`; `1 to 9, then 0`. */
export function classesWords(names: readonly string[]): string {
  const last = names[names.length - 1];
  return names[0] === '1' && last === '0' ? '1 to 9, then 0' : `${names[0]} to ${last}`;
}

/** A predicted class is one byte. */
const MOST_CLASSES = 256;

/** @throws DigitflowError NETWORK_FILE for classes that are none */
export function checkClasses(classes: readonly string[] | null, outputs: number, name: string): void {
  if (outputs > MOST_CLASSES) {
    throw networkFileError(
      name,
      `at most ${MOST_CLASSES} outputs`,
      `${outputs}`,
      'give a network of fewer classes',
    );
  }
  if (classes === null) return;
  const isPlain = classes.every((one) => one !== '' && safeText(one) === one);
  if (classes.length === outputs && new Set(classes).size === outputs && isPlain) return;
  const expected = `${outputs} classes, one for each output, none twice`;
  throw networkFileError(
    name,
    expected,
    `${classes.length}: ${safeText(classes.join(','))}`,
    'name each with --classes',
  );
}
