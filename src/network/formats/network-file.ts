import { quoteValue } from '../../errors.js';
import type { ActivationName } from '../activations.js';
import type { Layer, Network } from '../network.js';
import { describeNetworkMetadata, parseNetworkMetadata } from './network-metadata.js';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.js';
import { networkFileError } from './safetensors-header.js';

const TENSOR_NAME = /^layers\.(?:0|[1-9]\d*)\.(?:weight|bias)$/;

/**
 * Reads a network from the bytes of a safetensors file: tensors `layers.N.weight` `[outputs, inputs]` (the
 * orientation of PyTorch's Linear) and `layers.N.bias` `[outputs]`, N from 0, and `__metadata__` with
 * `activations`, `image`, `normalization` and `classes`.
 *
 * @param name the file's name in an error.
 * @throws DigitflowError NETWORK_FILE for the first thing that is not right.
 */
export function readNetwork(bytes: Uint8Array, name: string): Network {
  const { tensors, metadata } = readSafetensors(bytes, name);
  checkTensorNames(tensors, name);
  const { activations, ...described } = parseNetworkMetadata(metadata, name);

  const layerCount = tensors.size / 2;
  if (activations.length !== layerCount) {
    throw networkFileError(
      `${name}: __metadata__ activations`,
      `${layerCount} names, one for each layer`,
      `${activations.length}`,
      'name one for each layer, separated by commas',
    );
  }
  const layers = activations.map((activation, l) => readLayer(tensors, l, activation, name));
  checkSizes(layers, described, name);
  return { layers, ...described };
}

/**
 * The bytes of a network's safetensors file, its numbers rounded to F32. The same network gives the same bytes.
 *
 * @throws DigitflowError NETWORK_FILE for a number that F32 cannot hold, or provenance that uses a key of ours.
 */
export function writeNetwork(network: Network): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [l, { weights, biases, inputs, outputs }] of network.layers.entries()) {
    tensors.set(`layers.${l}.weight`, { shape: [outputs, inputs], values: weights });
    tensors.set(`layers.${l}.bias`, { shape: [outputs], values: biases });
  }
  return writeSafetensors({ tensors, metadata: describeNetworkMetadata(network) });
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

function checkSizes(
  layers: readonly Layer[],
  { image, classes }: Omit<Network, 'layers'>,
  name: string,
): void {
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
