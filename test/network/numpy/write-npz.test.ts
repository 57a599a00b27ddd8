import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/formats/numpy/numpy-network.js';
import { unzip } from '../../../src/network/formats/unzip.js';
import type { Network } from '../../../src/network/network.js';
import { smallNetwork } from '../arbitraries.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from '../formats/file-host.js';

const read = (bytes: Uint8Array) => readNetworkFile(bytes, 'a.npz', FILE_HOST);

/** A network whose numbers are those of float32. */
function rounded({ layers, ...network }: Network): Network {
  const round = (values: Float64Array) => values.map(Math.fround);
  return {
    ...network,
    layers: layers.map((layer) => ({ ...layer, weights: round(layer.weights), biases: round(layer.biases) })),
  };
}

test('what is written comes back bit for bit, with all that belongs to it', () => {
  fc.assert(
    fc.property(smallNetwork('relu', 'softmax'), fc.string(), (made, seed) => {
      const network = rounded({ ...made, provenance: { seed, ключ: '値\n' } });
      const bytes = writeNetworkFile(network);
      expect(writeNetworkFile(network)).toEqual(bytes);
      const { layers, title, notes, rescaling, ...found } = read(bytes);
      const { layers: _, ...described } = network;
      expect(found).toEqual(described);
      expect({ title, notes, rescaling }).toEqual({
        title: 'NumPy arrays of digitflow',
        notes: [],
        rescaling: null,
      });
      expect(layers).toEqual(
        network.layers.map(({ inputs, outputs, ...layer }) => {
          return { ...layer, rows: outputs, columns: inputs, rowsAre: 'outputs' };
        }),
      );
    }),
    { numRuns: 50 },
  );
});

const [network] = fc.sample(smallNetwork('sigmoid', 'sigmoid'), { seed: 3, numRuns: 1 });

test('arrays have the names that PyTorch gives them, and begin where NumPy wants them', () => {
  const files = unzip(writeNetworkFile(network), 'a.npz', FILE_HOST.inflate);
  const names = ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias', 'metadata'];
  expect([...files.keys()]).toEqual(names.map((name) => `${name}.npy`));
  const weight = Buffer.from(files.get('layers.0.weight.npy')?.() ?? []);
  expect(weight.toString('latin1', 0, 128)).toBe(
    `\x93NUMPY\x01\0v\0${"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 6,), }".padEnd(117)}\n`,
  );
  expect(weight.length).toBe(128 + 4 * 24);
  expect(weight.readFloatLE(128)).toBe(Math.fround(network.layers[0].weights[0]));
});

test('a number that float32 cannot hold is refused, and so is metadata that does not fit the arrays', () => {
  const weights = network.layers[0].weights.slice().fill(1e39, 5, 6);
  const large = { ...network, layers: [{ ...network.layers[0], weights }, network.layers[1]] };
  expect(caught(() => writeNetworkFile(large)).message).toBe(
    'array "layers.0.weight", element 5: expected a finite number that float32 can hold, found 1e+39; train it with smaller steps',
  );
  const wrong = { ...network, classes: ['a', 'b'] };
  expect(caught(() => read(writeNetworkFile(wrong))).message).toMatch(/^a\.npz: .*classes: expected 3 names/);
});

const PYTHON = process.env.PYTHON_PATH ?? '/usr/bin/python3';
const hasNumPy = spawnSync(PYTHON, ['-c', 'import numpy']).status === 0;

test.skipIf(!hasNumPy)('NumPy reads it', () => {
  const code = `
import io, json, sys, numpy
found = numpy.load(io.BytesIO(sys.stdin.buffer.read()))
metadata = json.loads(bytes(found["metadata"]))
arrays = {name: [str(a.dtype), list(a.shape), a.ravel().tolist()] for name, a in found.items() if name != "metadata"}
print(json.dumps([metadata["activations"], metadata["image"], arrays]))`;
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', code], { input: writeNetworkFile(network) });
  expect(stderr.toString()).toBe('');
  const floats = (values: Float64Array) => Array.from(values, Math.fround);
  const [{ weights, biases }, last] = network.layers;
  expect(JSON.parse(stdout.toString())).toEqual([
    'sigmoid,sigmoid',
    '2x3',
    {
      'layers.0.weight': ['float32', [4, 6], floats(weights)],
      'layers.0.bias': ['float32', [4], floats(biases)],
      'layers.1.weight': ['float32', [3, 4], floats(last.weights)],
      'layers.1.bias': ['float32', [3], floats(last.biases)],
    },
  ]);
});
