import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNetworkFile } from '../../../src/network/formats/safetensors/foreign-safetensors.js';
import { caught, f32, fileBytes } from '../bytes.js';
import { runFound } from '../onnx/run-found.js';
import { FILE_HOST } from './file-host.js';
import { expectWholeOrRefused, MUTATIONS, mutations } from './mutations.js';

const BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
  BOOL: 1,
};

/** A file of tensors such as `fc1.weight 4x6, epoch I64`, each number 0.5; F32 where nothing else is said. */
function file(text: string, metadata?: Record<string, unknown>): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const data: number[] = [];
  for (const part of text.split(', ')) {
    const [name, ...rest] = part.split(' ');
    const dtype = rest.find((word) => word in BYTES) ?? 'F32';
    const shape = (rest.find((word) => /^[\dx]+$/.test(word)) ?? '').split('x').filter(Boolean).map(Number);
    const length = shape.reduce((product, size) => product * size, BYTES[dtype]);
    header[name] = { dtype, shape, data_offsets: [data.length, data.length + length] };
    const values =
      dtype === 'F32' ? f32(...Array.from({ length: length / 4 }, () => 0.5)) : new Uint8Array(length);
    data.push(...values);
  }
  return fileBytes(header, data);
}

const read = (bytes: Uint8Array) => readNetworkFile(bytes, 'net.safetensors', FILE_HOST);
const PYTORCH = file(
  '0.weight 4x6, 0.bias 4, 1.weight 4, 1.bias 4, 1.running_mean 4, 1.running_var 4, 1.num_batches_tracked I64, 3.weight 3x4, 3.bias 3',
  { format: 'pt' },
);

/** What PyTorch saved, and what it makes of an image; see scripts/make-fixtures/safetensors-networks.py. */
const SAVED = new URL('../../fixtures/networks/safetensors/', import.meta.url);

describe('a safetensors file that a stranger wrote', () => {
  it.each([
    ['before-activation', 'relu', ['folded BatchNorm "module.1" into layer 1, epsilon 0.00001']],
    [
      'after-activation',
      'tanh',
      [
        'folded BatchNorm "_orig_mod.net.2" into layer 2, epsilon 0.00001, as if it stood after the activation',
      ],
    ],
    ['first', 'sigmoid', ['folded BatchNorm "0" into layer 1, epsilon 0.00001']],
  ] as const)('gives what PyTorch gives, with BatchNorm: %s', (name, hidden, notes) => {
    const { inputs, outputs } = JSON.parse(readFileSync(new URL('expected.json', SAVED), 'utf8'));
    const found = read(new Uint8Array(readFileSync(new URL(`${name}.safetensors`, SAVED))));
    const last = found.layers.length - 1;
    const layers = found.layers.map((layer, l) => ({
      ...layer,
      activation: l === last ? ('identity' as const) : hidden,
    }));
    const own = runFound({ layers, rescaling: null }, inputs);
    expect(own).toHaveLength(3);
    for (const [n, output] of own.entries()) expect(output).toBeCloseTo(outputs[name][n], 5);
    expect(found.notes).toEqual(notes);
  });

  it('is read: its names, its whole numbers that count, its metadata', () => {
    const found = read(PYTORCH);
    expect(found.layers.map(({ rows, columns, rowsAre }) => [rows, columns, rowsAre])).toEqual([
      [4, 6, 'outputs'],
      [3, 4, 'outputs'],
    ]);
    expect(found.notes).toEqual(['folded BatchNorm "1" into layer 1, epsilon 0.00001']);
    expect(found).toMatchObject({
      ...{ title: 'safetensors', provenance: { format: 'pt' } },
      ...{ image: null, normalization: null, rescaling: null, classes: null },
    });
  });

  it('keeps what it calls by names of ours apart from them', () => {
    const { provenance } = read(file('W 3x6', { image: 'a cat', epochs: '3' }));
    expect(provenance).toEqual({ 'original image': 'a cat', epochs: '3' });
  });

  it.each(['F64', 'F32', 'F16', 'BF16'])('holds numbers as %s', (dtype) => {
    expect(read(file(`W 3x6 ${dtype}`)).layers[0].weights).toHaveLength(18);
  });

  it.each([
    ['fc.weight 3x6 I32', 'tensor "fc.weight": expected dtype F64, F32, F16, BF16, found "I32"'],
    ['fc.weight 3x6, fc.zero_point 3 I32', 'tensor "fc.zero_point": expected dtype'],
    ['conv1.weight 8x1x3x3', 'a convolutional network ("conv1.weight" has shape [8,1,3,3])'],
    ['fc.weight 3x6, scale 2', 'tensor "scale": expected'],
  ])('is refused by name for %s', (text, expected) => {
    expect(caught(() => read(file(text)))).toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringContaining(expected),
    });
  });

  it('is refused where a counter has other bytes than it says', () => {
    const bytes = fileBytes({ step: { dtype: 'I64', shape: [], data_offsets: [0, 4] } }, f32(1));
    expect(caught(() => read(bytes)).message).toContain('tensor "step": expected 8 bytes for I64 []');
  });

  it('is read whole or refused in one line, whatever harm came to it', () => {
    fc.assert(
      fc.property(mutations(PYTORCH), (bytes) => expectWholeOrRefused(() => read(bytes))),
      { numRuns: MUTATIONS },
    );
  });
});
