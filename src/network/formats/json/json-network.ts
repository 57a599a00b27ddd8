import { quoteValue } from '../../../errors.js';
import { layerSizes, lossOf, type Network } from '../../network.js';
import { isSameNormalization, UNIT_BRIGHTNESS } from '../../normalization.js';
import {
  type FoundLayer,
  type FoundNetwork,
  networkFileError,
  type ReadNetworkFile,
  type WriteNetworkFile,
} from '../found-network.js';
import { layersOf } from '../named-tensors.js';
import { metadataOf, parseMetadata } from '../safetensors/network-file.js';
import { activationsOf } from './json-activations.js';
import { collect, isJsonObject, type JsonContent, type JsonObject, parseJson } from './json-content.js';
import { isTfjs, readTfjs } from './tfjs.js';

/** Where our own files keep what the book's do not say, as text: what metadata of safetensors say. */
const OWN_KEY = 'digitflow';
/** The book's cost functions. Who names them has a network of the book, and all of its neurons are sigmoid. */
const COSTS = { 'squared error': 'QuadraticCost', 'cross-entropy': 'CrossEntropyCost' } as const;
const CLASSES = /^(?:classes|class_?names)$/i;
const SIZES = /^(?:(?:layer_?)?sizes|layers)$/i;

/** Reads a network in JSON: the book's, with lists of weights and biases, a list of layers, a state dict, or TensorFlow.js'. */
export const readNetworkFile: ReadNetworkFile = (bytes, name, host) => {
  const root = parseJson(bytes, name);
  if (isTfjs(root)) return readTfjs(root, name, host);
  const { [OWN_KEY]: own, ...rest } = isJsonObject(root) ? root : { layers: root };
  const content: JsonContent = { tensors: [], texts: new Map() };
  collect(rest, '', name, content);
  const { layers, notes } = layersOf(content.tensors, name);
  checkSizes(rest, layers, name);

  const isBook = 'sizes' in rest && Object.values<unknown>(COSTS).includes(rest.cost);
  const activations = isBook
    ? layers.map(() => 'sigmoid' as const)
    : activationsOf(content, layers.length, name);
  const found: FoundNetwork = {
    title: isBook ? 'the JSON of the book' : 'JSON',
    layers: layers.map((layer, l) => ({
      ...layer,
      rowsAre: isBook ? (layer.rowsAre ?? 'outputs') : layer.rowsAre,
      activation: activations[l],
    })),
    ...{ image: null, normalization: null, rescaling: null, notes },
    classes: classesOf(rest),
    provenance: Object.fromEntries(content.texts),
  };
  return own === undefined ? found : asWeWrote(found, own, name);
};

function classesOf(root: JsonObject): readonly string[] | null {
  const [, classes] = Object.entries(root).find(([key]) => CLASSES.test(key)) ?? [];
  const areNames = Array.isArray(classes) && classes.every((one) => typeof one === 'string');
  return areNames ? classes : null;
}

/** Sizes that a file gives must be those of its layers. */
function checkSizes(root: JsonObject, layers: readonly FoundLayer[], name: string): void {
  for (const [key, value] of Object.entries(root)) {
    if (!SIZES.test(key) || !Array.isArray(value) || !value.every(Number.isInteger)) continue;
    const [first] = layers;
    const isSame = (['outputs', 'inputs'] as const).some((way) => {
      const ends = ({ rows, columns, rowsAre }: FoundLayer) =>
        (rowsAre ?? way) === 'outputs' ? [columns, rows] : [rows, columns];
      return `${value}` === `${[ends(first)[0], ...layers.map((layer) => ends(layer)[1])]}`;
    });
    if (isSame) continue;
    const shapes = layers.map(({ rows, columns }) => `${rows}x${columns}`).join(', ');
    const where = `${name}: ${key} ${quoteValue(value)}`;
    throw networkFileError(where, 'weights of these sizes', shapes, 'the file is damaged: save it again');
  }
}

/** Adds what only our own files say. */
function asWeWrote(found: FoundNetwork, own: unknown, name: string): FoundNetwork {
  const where = `${name}: ${OWN_KEY}`;
  const isText = isJsonObject(own) && Object.values(own).every((one) => typeof one === 'string');
  if (!isText) throw networkFileError(where, 'an object of texts', quoteValue(own), 'convert it again');
  const { activations, ...described } = parseMetadata(
    new Map(Object.entries(own as Record<string, string>)),
    where,
  );
  if (activations.length !== found.layers.length) {
    const expected = `${found.layers.length} activations, one for each layer`;
    throw networkFileError(where, expected, `${activations.length}`, 'convert it again');
  }
  const layers = found.layers.map((layer, l) => ({
    ...layer,
    rowsAre: layer.rowsAre ?? ('outputs' as const),
    activation: activations[l],
  }));
  return { ...found, ...described, layers };
}

/**
 * Writes a network as the book's network2.py saves it. Where that would compute something else with it, since not all neurons
 * are sigmoid or pixels are fed otherwise, `cost` is left out: the book's code then refuses it.
 */
export const writeNetworkFile: WriteNetworkFile = (network) => {
  const { layers, normalization } = network;
  const weights = layers.map(({ weights: all, inputs, outputs }, l) =>
    listOf(Array.from({ length: outputs }, (_, n) => numbers(all.subarray(n * inputs, (n + 1) * inputs), l))),
  );
  const biases = layers.map((layer, l) =>
    listOf(Array.from(layer.biases, (b) => numbers(Float64Array.of(b), l))),
  );
  const isBook =
    layers.every(({ activation }) => activation === 'sigmoid') &&
    isSameNormalization(normalization, UNIT_BRIGHTNESS);
  const parts = [
    `"sizes":${JSON.stringify(layerSizes(network))}`,
    `"weights":${listOf(weights)}`,
    `"biases":${listOf(biases)}`,
    ...(isBook ? [`"cost":${JSON.stringify(costOf(network))}`] : []),
    `${JSON.stringify(OWN_KEY)}:${JSON.stringify(Object.fromEntries(metadataOf(network)))}`,
  ];
  return new TextEncoder().encode(`{${parts.join(',\n')}}\n`);
};

function costOf(network: Network): string {
  return COSTS[lossOf(network)];
}

function listOf(parts: readonly string[]): string {
  return `[${parts.join(',')}]`;
}

/** JSON.stringify would lose the sign of -0, and make null of what is no number. */
function numbers(values: Float64Array, l: number): string {
  const broken = values.find((value) => !Number.isFinite(value));
  if (broken !== undefined) {
    throw networkFileError(`layer ${l + 1}`, 'finite numbers', `${broken}`, 'train it with smaller steps');
  }
  return listOf(Array.from(values, (value) => (Object.is(value, -0) ? '-0' : `${value}`)));
}
