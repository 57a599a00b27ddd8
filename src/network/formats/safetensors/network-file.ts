import { quoteValue, safeText } from '../../../errors.js';
import { ACTIVATIONS, type ActivationName, isActivationName } from '../../activations.js';
import type { ImageSize, Layer, Network } from '../../network.js';
import { describeNormalization, parseNormalization, UNIT_BRIGHTNESS } from '../../normalization.js';
import { networkFileError } from '../found-network.js';
import { parseShallowJson } from '../shallow-json.js';
import { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from './safetensors.js';

const TENSOR_NAME = /^layers\.(?:0|[1-9]\d*)\.(?:weight|bias)$/;

/** The version of the metadata's keys. A file without `schema` is read as this one. */
export const OWN_SCHEMA = 'digitflow.network/1';
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
/** The keys of metadata that are ours. */
export const OWN_KEYS: readonly string[] = ['schema', ...Object.keys(REQUIRED)];

/** Whether a safetensors file is in our own dialect, by what its metadata says; all others are read as strangers' files. */
export function isOwnNetwork(bytes: Uint8Array): boolean {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
    'latin1',
    0,
    MOST_LOOKED_AT,
  );
  return /"digitflow\.|"__metadata__"\s*:\s*\{[^}]*"(?:activations|normalization)"\s*:/.test(header);
}

const MOST_LOOKED_AT = 65_536;

/**
 * Reads a network from a safetensors file: tensors `layers.N.weight` `[outputs, inputs]` (as PyTorch's Linear has it) and
 * `layers.N.bias` `[outputs]`, N from 0, and `__metadata__` with `activations`, `image`, `normalization` and `classes`.
 *
 * @param name the file's name in an error.
 * @throws DigitflowError NETWORK_FILE for the first thing that is not right.
 */
export function readOwnNetwork(bytes: Uint8Array, name: string): Network {
  return parseOwnNetwork(readSafetensors(bytes, name), name);
}

/** The same of tensors and metadata that another format holds. */
export function parseOwnNetwork({ tensors, metadata }: Safetensors, name: string): Network {
  checkTensorNames(tensors, name);
  const { activations, ...described } = parseMetadata(metadata, `${name}: __metadata__`);

  const layerCount = tensors.size / 2;
  if (activations.length !== layerCount) {
    const where = `${name}: __metadata__ activations`;
    const expected = `${layerCount} names, one for each layer`;
    const advice = 'name one for each layer, separated by commas';
    throw networkFileError(where, expected, `${activations.length}`, advice);
  }
  const layers = activations.map((activation, l) => readLayer(tensors, l, activation, name));
  const network = { layers, ...described };
  checkSizes(network, name);
  return network;
}

/**
 * The bytes of a network's safetensors file, its numbers rounded to F32. The same network gives the same bytes.
 *
 * @throws DigitflowError NETWORK_FILE for a number that F32 cannot hold, or provenance that uses a key of ours.
 */
export function writeOwnNetwork(network: Network): Uint8Array {
  return writeSafetensors(describeOwnNetwork(network));
}

/** The tensors and the metadata of a network's file, for another format to hold them. Throws as `metadataOf` does. */
export function describeOwnNetwork(network: Network): Safetensors {
  const tensors = new Map<string, Tensor>();
  for (const [l, { weights, biases, inputs, outputs }] of network.layers.entries()) {
    tensors.set(`layers.${l}.weight`, { shape: [outputs, inputs], values: weights });
    tensors.set(`layers.${l}.bias`, { shape: [outputs], values: biases });
  }
  return { tensors, metadata: metadataOf(network) };
}

/**
 * What `parseMetadata` reads: all of a network but its weights and biases.
 *
 * @throws DigitflowError NETWORK_FILE for provenance that uses a key of ours.
 */
export function metadataOf({
  layers,
  image,
  normalization,
  classes,
  provenance,
}: Network): Map<string, string> {
  const taken = Object.keys(provenance).find((key) => OWN_KEYS.includes(key));
  if (taken !== undefined) {
    const expected = `keys other than ${OWN_KEYS.join(', ')}`;
    throw networkFileError('provenance', expected, taken, 'give it another name');
  }
  return new Map([
    ['schema', OWN_SCHEMA],
    ['activations', layers.map(({ activation }) => activation).join(',')],
    ['image', `${image.height}x${image.width}`],
    ['normalization', describeNormalization(normalization)],
    ['classes', JSON.stringify(classes)],
    ...Object.entries(provenance),
  ]);
}

/** Exactly the weight and the bias of layers 0, 1, 2, … and at least one layer. */
function checkTensorNames(tensors: ReadonlyMap<string, Tensor>, name: string): void {
  const advice = 'name the tensors layers.N.weight and layers.N.bias, N from 0';
  for (const key of tensors.keys()) {
    if (TENSOR_NAME.test(key)) continue;
    throw networkFileError(name, 'nothing but layers', `tensor ${quoteValue(key)}`, advice);
  }
  // Counted, not taken from the largest number: a file that names layer 4294967295 must not cost that many look-ups.
  const layerCount = Math.max(1, Math.ceil(tensors.size / 2));
  for (let l = 0; l < layerCount; l++) {
    for (const key of [`layers.${l}.weight`, `layers.${l}.bias`]) {
      if (!tensors.has(key)) throw networkFileError(name, `tensor ${key}`, 'none of that name', advice);
    }
  }
}

function readLayer(
  tensors: ReadonlyMap<string, Tensor>,
  l: number,
  activation: ActivationName,
  name: string,
): Layer {
  const tensor = (key: string, rank: number, expected: string) => {
    const found = tensors.get(key);
    if (found?.shape.length === rank) return found;
    const advice = "export it as PyTorch's Linear has it";
    throw networkFileError(`${name}: tensor ${key}`, `shape ${expected}`, quoteValue(found?.shape), advice);
  };
  const { shape, values: weights } = tensor(`layers.${l}.weight`, 2, '[outputs, inputs]');
  const { values: biases } = tensor(`layers.${l}.bias`, 1, '[outputs]');
  const [outputs, inputs] = shape;
  if (biases.length !== outputs) {
    const where = `${name}: tensor layers.${l}.bias`;
    const expected = `shape [${outputs}] to go with the weight`;
    throw networkFileError(where, expected, `[${biases.length}]`, 'export it again');
  }
  return { weights, biases, inputs, outputs, activation };
}

function checkSizes({ layers, image, classes }: Network, name: string): void {
  const pixels = image.height * image.width;
  if (layers[0].inputs !== pixels) {
    const where = `${name}: tensor layers.0.weight`;
    const expected = `${pixels} inputs for images of ${image.height}x${image.width}`;
    throw networkFileError(where, expected, `${layers[0].inputs}`, 'correct image in __metadata__');
  }
  for (const [l, { inputs }] of layers.entries()) {
    if (l > 0 && inputs !== layers[l - 1].outputs) {
      const where = `${name}: tensor layers.${l}.weight`;
      const expected = `${layers[l - 1].outputs} inputs, as many as layer ${l - 1} has outputs`;
      const advice = 'is the weight transposed? Export it as [outputs, inputs]';
      throw networkFileError(where, expected, `${inputs}`, advice);
    }
  }
  const { outputs } = layers[layers.length - 1];
  if (classes.length !== outputs) {
    const where = `${name}: __metadata__ classes`;
    const expected = `${outputs} names, one for each output`;
    throw networkFileError(where, expected, `${classes.length}`, 'name every output');
  }
}

type Fail = (key: keyof typeof REQUIRED | 'schema', expected: string, advice: string) => Error;

/** Reads a network's metadata; `where` it is, for errors. Keys other than digitflow's own are its provenance. */
export function parseMetadata(metadata: ReadonlyMap<string, string>, where: string) {
  const missing = Object.entries(REQUIRED).filter(([key]) => !metadata.has(key));
  if (missing.length > 0) {
    const found = `no ${missing.map(([key]) => key).join(', no ')}`;
    const examples = missing.map(([key, example]) => `${key} (such as ${example})`).join(', ');
    const expected = `the keys ${Object.keys(REQUIRED).join(', ')}`;
    throw networkFileError(where, expected, found, `save it with ${examples}, as strings`);
  }
  const value = (key: string) => metadata.get(key) ?? '';
  const fail: Fail = (key, expected, advice) =>
    networkFileError(`${where} ${key}`, expected, quoteValue(value(key)), advice);

  if (metadata.has('schema') && value('schema') !== OWN_SCHEMA) {
    throw fail('schema', OWN_SCHEMA, 'read it with the digitflow that wrote it, or update digitflow');
  }
  const base = UNIT_BRIGHTNESS;
  return {
    activations: parseActivations(value('activations'), fail),
    image: parseImageSize(value('image'), fail),
    normalization: parseNormalization(value('normalization'), base, `${where} normalization`, 'NETWORK_FILE'),
    classes: parseClasses(value('classes'), fail),
    provenance: Object.fromEntries([...metadata].filter(([key]) => !OWN_KEYS.includes(key))),
  };
}

function parseActivations(text: string, fail: Fail): ActivationName[] {
  return text.split(',').map((name) => {
    if (isActivationName(name)) return name;
    const expected = `names out of ${ACTIVATIONS.join(', ')}`;
    throw fail('activations', expected, 'name one for each layer, separated by commas');
  });
}

function parseImageSize(text: string, fail: Fail): ImageSize {
  const [, height, width] = /^([1-9]\d*)x([1-9]\d*)$/.exec(text)?.map(Number) ?? [];
  if (height <= MAX_SIDE && width <= MAX_SIDE) return { height, width };
  throw fail('image', `height x width, each 1 to ${MAX_SIDE}`, `write it like ${REQUIRED.image}`);
}

function parseClasses(text: string, fail: Fail): string[] {
  const advice = `write it like ${REQUIRED.classes}`;
  const names = parseShallowJson(text);
  if (names === undefined) throw fail('classes', 'a JSON array of names', advice);
  if (!Array.isArray(names) || names.length < 1 || names.length > MAX_CLASSES) {
    throw fail('classes', `a JSON array of 1 to ${MAX_CLASSES} names`, advice);
  }
  // Names are printed: they must neither steer the terminal nor turn letters around.
  if (!names.every((name) => typeof name === 'string' && name !== '' && safeText(name) === name)) {
    throw fail('classes', 'names without control characters, none empty', advice);
  }
  if (new Set(names).size < names.length) throw fail('classes', 'each name once', 'rename one of the twins');
  return names;
}
