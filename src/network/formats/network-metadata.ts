import { quoteValue } from '../../errors.js';
import { ACTIVATIONS, type ActivationName, isActivationName } from '../activations.js';
import type { ImageSize, Network } from '../network.js';
import { describeNormalization, parseNormalization, UNIT_BRIGHTNESS } from '../normalization.js';
import { networkFileError } from './safetensors-header.js';

/** The version of the metadata's keys, under `schema`. A file without it is read as this one. */
const SCHEMA = 'digitflow.network/1';
/** A predicted class is one byte. */
const MAX_CLASSES = 256;
const MAX_SIDE = 65_535;

/** The keys that a weights file must have, each with an example. */
const REQUIRED = {
  activations: 'sigmoid,sigmoid,sigmoid',
  image: '28x28',
  normalization: 'scale=1/255',
  classes: '["0","1","2"]',
} as const;
const OWN_KEYS: readonly string[] = ['schema', ...Object.keys(REQUIRED)];

/** A network without its weights. */
interface NetworkMetadata extends Omit<Network, 'layers'> {
  readonly activations: readonly ActivationName[];
}

/**
 * Reads a network's `__metadata__`. Keys other than digitflow's own are its provenance.
 *
 * @throws DigitflowError NETWORK_FILE for a missing key or an impossible value.
 */
export function parseNetworkMetadata(
  metadata: ReadonlyMap<string, string>,
  fileName: string,
): NetworkMetadata {
  const missing = Object.entries(REQUIRED).filter(([key]) => !metadata.has(key));
  if (missing.length > 0) {
    throw networkFileError(
      `${fileName}: __metadata__`,
      `the keys ${Object.keys(REQUIRED).join(', ')}`,
      `no ${missing.map(([key]) => key).join(', no ')}`,
      `save it with ${missing.map(([key, example]) => `${key} (such as ${example})`).join(', ')}, as strings`,
    );
  }
  const value = (key: string) => metadata.get(key) ?? '';
  const fail = (key: string, expected: string, advice: string) =>
    networkFileError(`${fileName}: __metadata__ ${key}`, expected, quoteValue(value(key)), advice);

  if (metadata.has('schema') && value('schema') !== SCHEMA) {
    throw fail('schema', SCHEMA, 'read it with the digitflow that wrote it, or update digitflow');
  }
  return {
    activations: parseActivations(value('activations'), fail),
    image: parseImageSize(value('image'), fail),
    normalization: parseNormalization(
      value('normalization'),
      UNIT_BRIGHTNESS,
      `${fileName}: __metadata__ normalization`,
      'NETWORK_FILE',
    ),
    classes: parseClasses(value('classes'), fail),
    provenance: Object.fromEntries([...metadata].filter(([key]) => !OWN_KEYS.includes(key))),
  };
}

/**
 * The metadata of a network, in a fixed order, its provenance last.
 *
 * @throws DigitflowError NETWORK_FILE when the provenance uses one of digitflow's own keys.
 */
export function describeNetworkMetadata(network: Network): Map<string, string> {
  const taken = Object.keys(network.provenance).find((key) => OWN_KEYS.includes(key));
  if (taken !== undefined) {
    throw networkFileError(
      'provenance',
      `keys other than ${OWN_KEYS.join(', ')}`,
      taken,
      'give it another name',
    );
  }
  return new Map([
    ['schema', SCHEMA],
    ['activations', network.layers.map((layer) => layer.activation).join(',')],
    ['image', `${network.image.height}x${network.image.width}`],
    ['normalization', describeNormalization(network.normalization)],
    ['classes', JSON.stringify(network.classes)],
    ...Object.entries(network.provenance),
  ]);
}

type Fail = (key: string, expected: string, advice: string) => Error;

function parseActivations(text: string, fail: Fail): ActivationName[] {
  return text.split(',').map((name) => {
    if (isActivationName(name)) return name;
    throw fail(
      'activations',
      `names out of ${ACTIVATIONS.join(', ')}`,
      'name one for each layer, separated by commas',
    );
  });
}

function parseImageSize(text: string, fail: Fail): ImageSize {
  const [, height, width] = /^([1-9]\d*)x([1-9]\d*)$/.exec(text)?.map(Number) ?? [];
  if (height <= MAX_SIDE && width <= MAX_SIDE) return { height, width };
  throw fail('image', `height x width, each 1 to ${MAX_SIDE}`, `write it like ${REQUIRED.image}`);
}

function parseClasses(text: string, fail: Fail): string[] {
  const advice = `write it like ${REQUIRED.classes}`;
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    throw fail('classes', 'a JSON array of names', advice);
  }
  if (!Array.isArray(names) || names.length < 1 || names.length > MAX_CLASSES) {
    throw fail('classes', `a JSON array of 1 to ${MAX_CLASSES} names`, advice);
  }
  // Names are printed: a control character could steer the terminal.
  if (!names.every((name) => typeof name === 'string' && /^\P{Cc}+$/u.test(name))) {
    throw fail('classes', 'names without control characters, none empty', advice);
  }
  if (new Set(names).size < names.length) throw fail('classes', 'each name once', 'rename one of the twins');
  return names;
}
