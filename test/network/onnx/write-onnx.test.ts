import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runImages } from '../../../src/insight/run-images.js';
import { ACTIVATIONS } from '../../../src/network/activations.js';
import { marginOf, predictedClass } from '../../../src/network/feed-forward.js';
import { readNetworkFile } from '../../../src/network/formats/onnx/read-onnx.js';
import { writeNetworkFile } from '../../../src/network/formats/onnx/write-onnx.js';
import { readOwnNetwork } from '../../../src/network/formats/safetensors/network-file.js';
import type { Network } from '../../../src/network/network.js';
import { testPixels } from '../../helpers/mnist.js';
import { checkOnnx, findOnnxRuntime, hasOnnxChecker } from '../../helpers/onnx-oracles.js';
import { tempFile } from '../../inputs/temp-folder.js';
import { smallNetwork } from '../arbitraries.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from '../formats/file-host.js';
import { node, onnxBytes } from './graph-bytes.js';

const bundled = (name: string) =>
  readOwnNetwork(readFileSync(join(import.meta.dirname, `../../../data/${name}.safetensors`)), name);
const read = (bytes: Uint8Array) => readNetworkFile(bytes, 'a.onnx', FILE_HOST);

/** All that comes back, of numbers their bits. */
const bits = ({ weights, biases }: { weights: Float64Array; biases: Float64Array | null }) => [
  Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength).toString('hex'),
  biases && Buffer.from(biases.buffer, biases.byteOffset, biases.byteLength).toString('hex'),
];

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const networks = fc
  .tuple(
    smallNetwork('relu', 'softmax'),
    fc.array(fc.constantFrom(...ACTIVATIONS), { minLength: 2, maxLength: 2 }),
    fc.array(float, { minLength: 43, maxLength: 43 }),
    fc.record({
      scale: fc.double({ min: 1e-30, max: 1e30, noNaN: true }).map((scale) => (scale < 1 ? -scale : scale)),
      offset: fc.double({ min: -1e30, max: 1e30, noNaN: true }),
      transposed: fc.boolean(),
    }),
    fc.dictionary(
      fc.string().map((key) => `key ${key}`),
      fc.string(),
    ),
  )
  .map(([network, activations, numbers, normalization, provenance]): Network => {
    let at = 0;
    const drawn = (values: Float64Array) => values.map(() => numbers[at++ % numbers.length]);
    const layers = network.layers.map((layer, l) => ({
      ...{ ...layer, weights: drawn(layer.weights), biases: drawn(layer.biases) },
      activation: activations[l],
    }));
    return { ...network, layers, normalization, provenance };
  });

test('a network comes back bit for bit, with all that is known of it', () => {
  fc.assert(
    fc.property(networks, (network) => {
      const found = read(writeNetworkFile(network));
      expect(found.layers.map(bits)).toEqual(network.layers.map(bits));
      expect(found.layers.map(({ activation }) => activation)).toEqual(
        network.layers.map(({ activation }) => activation),
      );
      const { image, normalization, classes, provenance } = network;
      expect(found).toMatchObject({ image, classes, provenance, rescaling: null, notes: [] });
      expect(found.normalization).toEqual({ ...normalization, offset: normalization.offset + 0 });
    }),
  );
});

test('the same network gives the same bytes, its numbers rounded to float32', () => {
  const network = bundled('sigmoid');
  expect(writeNetworkFile(network)).toEqual(writeNetworkFile(network));
  const [layer, ...others] = network.layers;
  const third = { ...network, layers: [{ ...layer, biases: layer.biases.map(() => 1 / 3) }, ...others] };
  expect(read(writeNetworkFile(third)).layers[0].biases?.[0]).toBe(Math.fround(1 / 3));
});

test.each<[string, (network: Network) => Network, string]>([
  [
    'a weight beyond float32',
    ({ layers: [first, ...others], ...network }) => ({
      ...network,
      layers: [{ ...first, biases: first.biases.map(() => 1e39) }, ...others],
    }),
    'tensor layers.0.bias, element 0: expected a finite number that float32 can hold, found 1e+39; train it with smaller steps',
  ],
  [
    'a scale that float32 takes for 0',
    (network) => ({ ...network, normalization: { scale: 1e-50, offset: 0, transposed: false } }),
    'normalization, scale: expected a number that float32 can hold, found 1e-50; train it with smaller steps',
  ],
  [
    'provenance by a key of ours',
    (network) => ({ ...network, provenance: { image: 'x' } }),
    'provenance: expected keys other than schema, activations, image, normalization, classes, found image; give it another name',
  ],
])('%s is refused', (_, change, message) => {
  expect(caught(() => writeNetworkFile(change(bundled('relu')))).message).toBe(message);
});

describe('metadata that contradicts the graph', () => {
  const metadata = {
    schema: 'digitflow.network/1',
    activations: 'relu',
    image: '1x2',
    normalization: 'scale=1',
    classes: '["a","b","c"]',
  };
  const made = (more: Readonly<Record<string, string>>) =>
    onnxBytes({
      nodes: [node('MatMul', ['x', 'W'], 'z'), node('Relu', ['z'], 'y')],
      tensors: { W: { dims: [2, 3], values: [1, 2, 3, 4, 5, 6] } },
      inputs: { x: ['N', 2] },
      outputs: ['y'],
      metadata: { ...metadata, ...more },
    });

  test.each([
    ['activations', 'tanh', 'expected relu, as the graph has it, found tanh'],
    ['image', '2x2', 'expected 2, as the graph has it, found 4'],
    ['normalization', 'scale=1/255', 'expected scale=1, as the graph has it, found scale=0.00'],
    [
      'normalization',
      'scale=1,transposed',
      'expected scale=1, as the graph has it, found scale=1,transposed',
    ],
    ['classes', '["a"]', 'expected 3, as the graph has it, found 1'],
    ['classes', '[', 'expected a JSON array of names'],
  ])('in %s is refused', (key, value, message) => {
    expect(read(made({})).classes).toEqual(['a', 'b', 'c']);
    expect(caught(() => read(made({ [key]: value }))).message).toContain(
      `a.onnx: metadata_props ${key}: ${message}`,
    );
  });

  test('is nothing to us where others wrote it', () => {
    expect(read(made({ schema: 'other/1', classes: '[' })).classes).toBeNull();
  });
});

const turned = { scale: 1.1 / 255, offset: -0.02, transposed: true };
const written: readonly (readonly [string, Network])[] = [
  ['sigmoid', bundled('sigmoid')],
  ['relu', bundled('relu')],
  ['relu, with turned images', { ...bundled('relu'), normalization: turned }],
  [
    'all activations',
    fc.sample(
      networks.filter(({ normalization: { scale } }) => Math.abs(scale) > 1e-3 && Math.abs(scale) < 1e3),
      { numRuns: 1, seed: 5 },
    )[0],
  ],
];

test.skipIf(!hasOnnxChecker())('ONNX finds nothing to say of what is written', async () => {
  for (const [, network] of written) {
    expect(checkOnnx(await tempFile(writeNetworkFile(network), 'a.onnx'))).toBe('');
  }
});

const ort = findOnnxRuntime();

describe.skipIf(ort === null)('onnxruntime', () => {
  test.each(written.slice(0, 3))('gives for the test set what digitflow gives: %s', async (_, network) => {
    if (ort === null) return;
    const pixels = testPixels();
    const count = pixels.length / 784;
    const own = runImages(network, { count, pixels, normalization: network.normalization }).at(-1)?.values;
    const session = await ort.InferenceSession.create(writeNetworkFile(network));
    expect(session.inputNames).toEqual(['pixels']);
    const { outputs } = await session.run({
      pixels: new ort.Tensor('float32', Float32Array.from(pixels), [count, 784]),
    });
    expect(outputs.dims).toEqual([count, 10]);
    let largest = 0;
    for (let i = 0; i < count; i++) {
      const theirs = Float64Array.from(Array.prototype.slice.call(outputs.data, i * 10, i * 10 + 10));
      const ours = own?.slice(i * 10, i * 10 + 10) ?? new Float64Array();
      for (const [k, value] of theirs.entries()) largest = Math.max(largest, Math.abs(value - ours[k]));
      if (marginOf(ours) > 1e-4) expect(predictedClass(theirs)).toBe(predictedClass(ours));
    }
    expect(largest).toBeLessThan(1e-5);
  });
});
