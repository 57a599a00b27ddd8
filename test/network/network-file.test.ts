import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeText } from '../../src/errors.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { readOwnNetwork, writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import type { Network } from '../../src/network/network.js';
import { smallNetwork } from './arbitraries.js';
import { caught, f32, fileBytes } from './bytes.js';

/** A network of 2 pixels, 2 hidden neurons and 1 output, as header and data; parts can be replaced. */
function file(metadata: Record<string, unknown> = {}, shapes: Record<string, number[] | undefined> = {}) {
  const all: Record<string, number[] | undefined> = {
    'layers.0.weight': [2, 2],
    'layers.0.bias': [2],
    'layers.1.weight': [1, 2],
    'layers.1.bias': [1],
    ...shapes,
  };
  const described = {
    activations: 'relu,sigmoid',
    image: '1x2',
    normalization: 'scale=1/255',
    classes: '["one"]',
    ...metadata,
  };
  const header: Record<string, unknown> = { __metadata__: described };
  let elements = 0;
  for (const [name, shape] of Object.entries(all)) {
    if (shape === undefined) continue;
    const count = shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [elements * 4, (elements + count) * 4] };
    elements += count;
  }
  return fileBytes(header, f32(...Array.from({ length: elements }, (_, i) => i / 2)));
}

describe('readOwnNetwork', () => {
  it('reads layers, input and classes', () => {
    const bytes = file({ seed: '5', normalization: 'mean=0.5,transposed' });
    expect(readOwnNetwork(bytes, 'a')).toEqual({
      layers: [
        {
          weights: Float64Array.of(0, 0.5, 1, 1.5),
          biases: Float64Array.of(2, 2.5),
          inputs: 2,
          outputs: 2,
          activation: 'relu',
        },
        {
          weights: Float64Array.of(3, 3.5),
          biases: Float64Array.of(4),
          inputs: 2,
          outputs: 1,
          activation: 'sigmoid',
        },
      ],
      image: { height: 1, width: 2 },
      normalization: { scale: 1 / 255, offset: -0.5, transposed: true },
      classes: ['one'],
      provenance: { seed: '5' },
    });
  });

  it('takes 256 classes', () => {
    const classes = JSON.stringify(Array.from({ length: 256 }, (_, k) => `c${k}`));
    const bytes = file({ classes }, { 'layers.1.weight': [256, 2], 'layers.1.bias': [256] });
    expect(readOwnNetwork(bytes, 'a').classes).toHaveLength(256);
  });

  const names257 = JSON.stringify(Array.from({ length: 257 }, (_, k) => `${k}`));

  it.each<[string, Uint8Array, string]>([
    ['no tensors', fileBytes({}), 'a: expected tensor layers.0.weight, found none of that name;'],
    [
      'the names of Sequential',
      fileBytes({ '0.weight': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, f32(1)),
      'a: expected nothing but layers, found tensor "0.weight"; name the tensors layers.N.weight',
    ],
    ['a stray tensor', file({}, { mean: [1] }), 'found tensor "mean";'],
    ['a number with a leading 0', file({}, { 'layers.01.weight': [1] }), 'found tensor "layers.01.weight";'],
    [
      'a missing bias',
      file({}, { 'layers.0.bias': undefined }),
      'expected tensor layers.0.bias, found none of that name;',
    ],
    [
      'a missing weight',
      file({}, { 'layers.1.weight': undefined }),
      'expected tensor layers.1.weight, found none',
    ],
    [
      'a missing layer',
      file({}, { 'layers.9.weight': [1, 1], 'layers.9.bias': [1] }),
      'expected tensor layers.2.weight, found none',
    ],
    [
      'no metadata',
      fileBytes(
        {
          'layers.0.weight': { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
          'layers.0.bias': { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
        },
        f32(1, 1),
      ),
      'a: __metadata__: expected the keys activations, image, normalization, classes, found no activations, no image, no normalization, no classes; save it with activations (such as sigmoid,sigmoid,sigmoid), image (such as 28x28), normalization (such as scale=1/255), classes (such as ["0","1","2"]), as strings',
    ],
    [
      'metadata without the classes',
      file({ classes: undefined }),
      'found no classes; save it with classes (such as',
    ],
    [
      'another schema',
      file({ schema: 'digitflow.network/2' }),
      'a: __metadata__ schema: expected digitflow.network/1, found "digitflow.network/2";',
    ],
    [
      'an unknown activation',
      file({ activations: 'relu,gelu' }),
      '__metadata__ activations: expected names out of identity, sigmoid, relu, tanh, softmax, found "relu,gelu";',
    ],
    [
      'too few activations',
      file({ activations: 'relu' }),
      '__metadata__ activations: expected 2 names, one for each layer, found 1;',
    ],
    [
      'too many activations',
      file({ activations: 'relu,relu,relu' }),
      'expected 2 names, one for each layer, found 3;',
    ],
    [
      'an image without sizes',
      file({ image: 'big' }),
      '__metadata__ image: expected height x width, each 1 to 65535, found "big"; write it like 28x28',
    ],
    ['an image of no height', file({ image: '0x2' }), 'found "0x2";'],
    ['an image too high', file({ image: '65536x1' }), 'found "65536x1";'],
    [
      'a senseless normalization',
      file({ normalization: 'std=0' }),
      'a: __metadata__ normalization: std is more than 0, found "0";',
    ],
    [
      'classes that are not JSON',
      file({ classes: 'one' }),
      '__metadata__ classes: expected a JSON array of names, found "one";',
    ],
    [
      'classes that are no array',
      file({ classes: '{}' }),
      'expected a JSON array of 1 to 256 names, found "{}";',
    ],
    ['no classes', file({ classes: '[]' }), 'expected a JSON array of 1 to 256 names, found "[]";'],
    [
      'too many classes',
      file({ classes: names257 }),
      'expected a JSON array of 1 to 256 names, found "[\\"0\\",',
    ],
    [
      'a class that is a number',
      file({ classes: '[1]' }),
      'expected names without control characters, none empty, found "[1]";',
    ],
    ['a class without a name', file({ classes: '[""]' }), 'none empty, found "[\\"\\"]";'],
    [
      'a class name that steers the terminal',
      file({ classes: '["\\u001b[2J"]' }),
      'names without control characters',
    ],
    ['two classes of one name', file({ classes: '["a","a"]' }), 'expected each name once, found'],
    [
      'more classes than outputs',
      file({ classes: '["a","b"]' }),
      'a: __metadata__ classes: expected 1 names, one for each output, found 2; name every output',
    ],
    [
      'a weight of rank 1',
      file({}, { 'layers.0.weight': [4] }),
      'a: tensor layers.0.weight: expected shape [outputs, inputs], found [4];',
    ],
    [
      'a bias of rank 2',
      file({}, { 'layers.0.bias': [2, 1] }),
      'a: tensor layers.0.bias: expected shape [outputs], found [2,1];',
    ],
    [
      'a bias that does not go with its weight',
      file({}, { 'layers.0.bias': [3] }),
      'a: tensor layers.0.bias: expected shape [2] to go with the weight, found [3];',
    ],
    [
      'images that do not fit the first layer',
      file({ image: '28x28' }),
      'a: tensor layers.0.weight: expected 784 inputs for images of 28x28, found 2;',
    ],
    [
      'layers that do not chain',
      file({}, { 'layers.1.weight': [1, 3] }),
      'a: tensor layers.1.weight: expected 2 inputs, as many as layer 0 has outputs, found 3; is the weight transposed?',
    ],
  ])('refuses %s', (_, bytes, words) => {
    const error = caught(() => readOwnNetwork(bytes, 'a'));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.exitCode).toBe(65);
    expect(error.message).toMatch(/^a: [^\n]+; [^\n]+$/);
    expect(error.message).toContain(words);
  });
});

describe('writeOwnNetwork', () => {
  it('is undone by readOwnNetwork, but for the rounding to F32', () => {
    const activation = fc.constantFrom(...ACTIVATIONS);
    const network = fc
      .tuple(activation, activation)
      .chain(([hidden, output]) => smallNetwork(hidden, output));
    fc.assert(
      fc.property(network, (original) => {
        const bytes = writeOwnNetwork(original);
        const read = readOwnNetwork(bytes, 'a');
        expect(read).toEqual(rounded(original));
        expect(writeOwnNetwork(read)).toEqual(bytes);
      }),
    );
  });

  it('refuses provenance that would hide a key of its own', () => {
    const network = { ...readOwnNetwork(file(), 'a'), provenance: { image: '3x3' } };
    const error = caught(() => writeOwnNetwork(network));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toContain('found image; give it another name');
  });
});

function rounded(network: Network): Network {
  const layers = network.layers.map((layer) => ({
    ...layer,
    weights: layer.weights.map(Math.fround),
    biases: layer.biases.map(Math.fround),
  }));
  return { ...network, layers };
}

it.each(['\\u202e', '\\u2066', '\\u200f', '\\u009b', '\\u2028', '\\ud800'])(
  'a class name with %s is refused: it would steer what shows it',
  (mark) => {
    const { code, message } = caught(() => readOwnNetwork(file({ classes: `["a${mark}b"]` }), 'a'));
    expect(code).toBe('NETWORK_FILE');
    expect(message).toContain('expected names without control characters, none empty, found');
    expect(message).toBe(safeText(message));
  },
);
