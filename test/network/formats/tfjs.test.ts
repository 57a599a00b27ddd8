import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingInput } from '../../../src/errors.js';
import { readNetworkFile } from '../../../src/network/formats/json/json-network.js';
import { caught, f32 } from '../bytes.js';
import { runFound } from '../onnx/run-found.js';
import { FILE_HOST } from './file-host.js';
import { expectWholeOrRefused, MUTATIONS, mutations } from './mutations.js';

/** What TensorFlow.js saved; see scripts/make-fixtures/tfjs-network.js. */
const SAVED = new URL('../../fixtures/networks/tfjs/', import.meta.url);
const saved = (file: string) => new Uint8Array(readFileSync(new URL(file, SAVED)));
const SHARDS = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
const FILES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  SHARDS.map((path) => [path, saved(path)]),
);

const hostOf = (files: Readonly<Record<string, Uint8Array>>) => ({
  ...FILE_HOST,
  beside: (path: string) => {
    if (!Object.hasOwn(files, path)) throw missingInput(path);
    return files[path];
  },
});
const readBytes = (bytes: Uint8Array, files = FILES) => readNetworkFile(bytes, 'model.json', hostOf(files));
const read = (model: unknown, files?: Readonly<Record<string, Uint8Array>>) =>
  readBytes(new TextEncoder().encode(JSON.stringify(model)), files);

/** 2-3, one dense layer; `config` and the arrays can be others. */
const arrays = (quantization?: unknown) => [
  { name: 'sequential/dense/kernel', shape: [2, 3], dtype: 'float32', quantization },
  { name: 'sequential/dense/bias', shape: [3], dtype: 'float32' },
];
function model({
  weights = arrays() as unknown,
  config = {},
  layers = [] as unknown[],
  paths = ['w.bin'] as unknown,
} = {}) {
  const dense = {
    class_name: 'Dense',
    config: { name: 'dense', units: 3, activation: 'sigmoid', batch_input_shape: [null, 2], ...config },
  };
  return {
    format: 'layers-model',
    modelTopology: {
      model_config: { class_name: 'Sequential', config: { name: 's', layers: [dense, ...layers] } },
    },
    weightsManifest: [{ paths, weights }],
  };
}
const NUMBERS = f32(1, 2, 3, 4, 5, 6, 7, 8, 9);
const small = (options = {}, data = NUMBERS) => read(model(options), { 'w.bin': data });

describe('a TensorFlow.js network', () => {
  it('gives what TensorFlow.js gives, its BatchNormalization folded', () => {
    const { pixels, outputs } = JSON.parse(readFileSync(new URL('expected.json', SAVED), 'utf8'));
    const found = readBytes(saved('model.json'));
    expect(found).toMatchObject({ title: 'a TensorFlow.js network', image: { height: 4, width: 4 } });
    expect(found.notes).toEqual(['folded BatchNormalization into layer 2']);
    const own = runFound(
      found,
      pixels.map((pixel: number) => pixel / 255),
    );
    expect(own).toHaveLength(3);
    for (const [n, output] of own.entries()) expect(output).toBeCloseTo(outputs[n], 6);
  });

  it('is read as the converter from Keras writes it', () => {
    const { layers, notes } = small();
    const [weights, biases] = [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(7, 8, 9)];
    expect(layers).toEqual([
      { weights, biases, rows: 2, columns: 3, rowsAre: 'inputs', activation: 'sigmoid' },
    ]);
    expect(notes).toEqual([]);
  });

  it.each<[string, unknown, number[], number[]]>([
    [
      'uint8',
      { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' },
      [0, 1, 2, 3, 4, 255],
      [-1, -0.5, 0, 0.5, 1, 126.5],
    ],
    [
      'uint16',
      { dtype: 'uint16', scale: 2, min: 1 },
      [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 255, 255],
      [1, 3, 513, 1, 1, 131_071],
    ],
    ['float16', { dtype: 'float16' }, [0, 60, 0, 192, 0, 0, 0, 0, 0, 0, 0, 56], [1, -2, 0, 0, 0, 0.5]],
  ])('is unpacked from %s, and that is said', (_, quantization, stored, values) => {
    const found = small({ weights: arrays(quantization) }, Uint8Array.of(...stored, ...f32(7, 8, 9)));
    expect([...found.layers[0].weights]).toEqual(values);
    expect(found.notes).toEqual(['unpacked quantized weights']);
  });
});

describe('a TensorFlow.js network is refused for', () => {
  const bias = { name: 'dense/bias', shape: [3], dtype: 'float32' };
  const kernel = { name: 'dense/kernel', shape: [2, 3], dtype: 'float32' };
  it.each<[string, () => unknown, string]>([
    [
      'a convolution',
      () => small({ layers: [{ class_name: 'Conv2D', config: { name: 'conv' } }] }),
      'a convolutional network (Conv2D at layer "conv")',
    ],
    [
      'a graph',
      () => read({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] }),
      'found a graph model; convert it with --output_format=tfjs_layers_model',
    ],
    [
      'a topology alone',
      () => read({ modelTopology: {} }),
      'expected modelTopology and weightsManifest, found one without the other',
    ],
    [
      'a topology of another kind',
      () => read({ modelTopology: {}, weightsManifest: [] }),
      'expected class_name and config',
    ],
    [
      'too few bytes',
      () => small({}, NUMBERS.subarray(4)),
      'model.json: "w.bin": expected 36 bytes for its weights, found 32',
    ],
    ['too many bytes', () => small({}, Uint8Array.of(...NUMBERS, 0)), 'found 37'],
    [
      'a manifest without files',
      () => small({ paths: 'w.bin' }),
      'weightsManifest: expected paths and weights',
    ],
    [
      'an array without a shape',
      () => small({ weights: [{ name: 'a' }] }),
      'weightsManifest "a": expected a name and a shape, found nothing',
    ],
    [
      'an array larger than all',
      () => small({ weights: [{ ...kernel, shape: [2 ** 30, 2 ** 30] }] }),
      'expected at most 134217728 parameters',
    ],
    [
      'an array of no element',
      () => small({ weights: [{ ...kernel, shape: [0] }] }),
      'a name and a shape, found [0]',
    ],
    [
      'whole numbers',
      () => small({ weights: [{ ...kernel, dtype: 'int32' }] }),
      'weightsManifest "dense/kernel": expected float32',
    ],
    ['bare bytes', () => small({ weights: [{ ...kernel, dtype: 'uint8' }] }), 'found "uint8"'],
    [
      'an unknown packing',
      () => small({ weights: [{ ...kernel, quantization: { dtype: 'int4' } }] }),
      'found "int4"',
    ],
    [
      'a packing without a scale',
      () => small({ weights: arrays({ dtype: 'uint8', scale: 'x' }) }),
      'expected a scale and a min',
    ],
    [
      'a layer without its bias',
      () => small({ weights: [{ ...kernel, shape: [3, 3] }] }),
      'layer "dense": expected one array "dense/bias", found 0',
    ],
    [
      'an array that stands twice',
      () => small({ weights: [kernel, bias, bias] }, Uint8Array.of(...NUMBERS, ...f32(1, 2, 3))),
      'expected one array "dense/bias", found 2',
    ],
    [
      'an array of no layer',
      () =>
        small(
          { weights: [kernel, bias, { ...bias, name: 'x' }] },
          Uint8Array.of(...NUMBERS, ...f32(1, 2, 3)),
        ),
      'expected arrays of its layers alone, found "x"',
    ],
    ['other units', () => small({ config: { units: 4 } }), 'layer "dense"'],
    [
      'a number that is none',
      () => small({}, f32(1, 2, 3, 4, 5, 6, 7, 8, Number.NaN)),
      'expected a finite number that float32 can hold',
    ],
  ])('%s', (_, reading, expected) => {
    expect(caught(reading)).toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringContaining(expected),
    });
  });

  it('a file that is not there', () => {
    expect(caught(() => read(model(), {})).code).toBe('INPUT_MISSING');
  });

  it('whatever harm came to its files, or read whole', () => {
    const json = new TextEncoder().encode(
      JSON.stringify(JSON.parse(new TextDecoder().decode(saved('model.json')))),
    );
    const broken = fc.oneof(
      mutations(json).map((bytes) => ({ bytes, files: FILES })),
      ...SHARDS.map((path) =>
        mutations(FILES[path]).map((shard) => ({ bytes: json, files: { ...FILES, [path]: shard } })),
      ),
    );
    fc.assert(
      fc.property(broken, ({ bytes, files }) => expectWholeOrRefused(() => readBytes(bytes, files))),
      { numRuns: MUTATIONS },
    );
  });
});
