import { DigitflowError, quoteValue } from '../errors.js';
import { foldNormalization } from '../network/feed-forward.js';
import { networkFileError } from '../network/formats/found-network.js';
import type { ImageSize, Layer, Network } from '../network/network.js';
import { UNIT_BRIGHTNESS } from '../network/normalization.js';
import {
  DEFAULT_TRAINING,
  settingText,
  TRAINING_CHOICES,
  type TrainingImages,
  type TrainingOptions,
} from './training-options.js';

/** A network that a training begins from. */
export interface TrainingStart {
  /** What to call it. */
  readonly name: string;
  /** SHA-256 of its file, in hexadecimal. */
  readonly sha256: string;
  /** For a brightness of 0..1, which training computes with: its own normalization is folded into the first. */
  readonly layers: readonly Layer[];
}

/** What was asked for beside a network to begin from. */
interface Asked {
  readonly settings: Partial<TrainingOptions>;
  readonly image?: ImageSize | undefined;
  readonly classes?: readonly string[] | undefined;
}

/** What follows from it. */
interface Begun extends Pick<TrainingImages, 'image' | 'classes'> {
  readonly start: TrainingStart;
  readonly settings: Partial<TrainingOptions>;
}

/**
 * Takes sizes, activations, images and classes of a training from the network that it begins from.
 *
 * @throws DigitflowError NETWORK_FILE for activations that cannot be trained; USAGE for settings that contradict the network, for
 *   one that ends in sums where it is not said what they are for, and for restarts, which would all begin with the same weights
 */
export function beginFrom(
  { network, name, sha256 }: { readonly network: Network; readonly name: string; readonly sha256: string },
  asked: Asked,
): Begun {
  const { image, classes, layers } = network;
  const own = settingsOf(network, name, asked.settings.output);
  const check = (what: string, expected: string, found: string | undefined) => {
    if (found === undefined || found === expected) return;
    const message = `${what}: expected ${expected}, as ${name} has it, found ${found}; leave it out`;
    throw new DigitflowError('USAGE', message);
  };
  const all = { ...DEFAULT_TRAINING, ...asked.settings };
  for (const key of Object.keys(own) as (keyof TrainingOptions)[]) {
    const found = asked.settings[key] === undefined ? undefined : settingText(all, key);
    check(key, settingText({ ...all, ...own }, key), found);
  }
  check('image', sizeText(image), asked.image && sizeText(asked.image));
  check('classes', quoteValue(classes), asked.classes && quoteValue(asked.classes));
  if (all.restarts > 1) {
    const advice = 'all of them would begin with the same weights: leave it out, or --init';
    throw new DigitflowError('USAGE', `restarts: expected 1 with init, found ${all.restarts}; ${advice}`);
  }
  const first = inUnitBrightness(network);
  const largest = first.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  // Weights that lie beyond the usual bound would be cut to it by the first step.
  const largestFirstWeight = Math.max(DEFAULT_TRAINING.largestFirstWeight, Math.ceil(largest));
  return {
    start: { name, sha256, layers: [first, ...layers.slice(1)] },
    settings: { largestFirstWeight, ...asked.settings, ...own },
    image,
    classes,
  };
}

/**
 * The settings that a network leaves no choice about. One that ends in plain sums may have been trained with softmax after them,
 * as most are that PyTorch exports, or on the sums: to go on in the wrong way ruins it, so that is to be said.
 */
function settingsOf(
  { layers }: Network,
  name: string,
  asked: TrainingOptions['output'] | undefined,
): Partial<TrainingOptions> {
  const hidden = layers.slice(0, -1);
  const last = layers[layers.length - 1].activation;
  const kinds = new Set(hidden.map(({ activation }) => activation));
  const activation = TRAINING_CHOICES.activation.find((choice) => kinds.has(choice));
  const output = TRAINING_CHOICES.output.find((choice) => choice === last);
  if (output === undefined || kinds.size > 1 || (kinds.size === 1 && activation === undefined)) {
    const expected = `hidden layers that are all ${TRAINING_CHOICES.activation.join(', all ')}, and a last one of ${TRAINING_CHOICES.output.join(', ')}`;
    const found = layers.map((layer) => layer.activation).join(', ');
    throw networkFileError(name, expected, found, 'train cannot go on from such a network: train one anew');
  }
  const own = { hidden: hidden.map(({ outputs }) => outputs), ...(activation && { activation }) };
  if (output !== 'identity') return { ...own, output };
  if (asked === 'softmax' || asked === 'identity') return { ...own, output: asked };
  const expected = 'softmax or identity, what the sums that it ends in are for';
  const advice = 'softmax learns by cross-entropy, as most such networks did, and identity by squared error';
  throw new DigitflowError(
    'USAGE',
    `output: expected ${expected}, found ${asked ?? 'none'}; say --output: ${advice}`,
  );
}

/** The first layer for images of light on dark, 0..1. */
function inUnitBrightness({ layers: [first], normalization: { scale, offset }, image }: Network): Layer {
  if (scale === UNIT_BRIGHTNESS.scale && offset === UNIT_BRIGHTNESS.offset) return first;
  // Images that are dark on light are inverted as they are read.
  const dark = scale < 0 ? offset + 255 * scale : offset;
  return foldNormalization(first, { scale: 255 * Math.abs(scale), offset: dark, transposed: false }, image);
}

function sizeText({ height, width }: ImageSize): string {
  return `${height}x${width}`;
}
