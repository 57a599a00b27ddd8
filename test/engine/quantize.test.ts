import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantiateWasm } from '../../src/assets.js';
import type { Kernel } from '../../src/engine/kernel.js';
import { groupCount } from '../../src/engine/layout.js';
import { quantizeLayer, SharedNetwork } from '../../src/engine/shared-network.js';
import type { Layer, Network } from '../../src/network/network.js';
import { createRandom } from '../../src/network/random.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { quantizeLayer as oracle, type QuantizedLayer } from '../helpers/quantize.js';

function layerOf(inputs: number, rows: readonly (readonly number[])[]): Layer {
  const weights = Float64Array.from(rows.flat());
  return {
    inputs,
    outputs: rows.length,
    weights,
    biases: new Float64Array(rows.length),
    activation: 'sigmoid',
  };
}

/** What the kernel makes of a layer, in the order of the pixels; `errors` has the largest alone. */
function quantized(layer: Layer, rowLength: number): QuantizedLayer {
  const { inputs, outputs } = layer;
  const { module, memory, layout } = new SharedNetwork(
    { layers: [layer], image: { height: 1, width: inputs } } as unknown as Network,
    { slotCount: 1 },
  );
  const [place] = layout.network.layers;
  plantCanaries(memory.buffer, layout);
  const error = quantizeLayer(
    instantiateWasm<Kernel>(module, memory),
    memory.buffer,
    place,
    layer,
    rowLength,
  );
  expectCanariesAlive(memory.buffer, layout);
  const groups = groupCount(inputs);
  const placed = new Int16Array(memory.buffer, place.weights, groups * 4 * place.paddedOutputs);
  const at = (neuron: number, input: number) =>
    (neuron >> 4) * groups * 64 +
    (neuron & 15) * 2 +
    (input >> 2) * 64 +
    (input & 1) * 32 +
    ((input >> 1) & 1);
  return {
    weights: Int16Array.from(
      { length: inputs * outputs },
      (_, i) => placed[at(Math.floor(i / inputs), i % inputs)],
    ),
    scales: Float64Array.from(new Float32Array(memory.buffer, place.scales, outputs)),
    errors: Float64Array.of(error),
  };
}

test('the kernel rounds as the oracle does, bit for bit, and leaves what is padding at zero', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 35 }),
      (seed, inputs, most, outputs) => {
        const rowLength = Math.min(inputs, most);
        const random = createRandom(seed);
        const weight = () => (random.uniform() < 0.1 ? 0 : random.uniform() - (seed % 3) / 4);
        const rows = Array.from({ length: outputs }, () => Array.from({ length: inputs }, weight));
        const found = quantized(layerOf(inputs, rows), rowLength);
        const expected = oracle(layerOf(inputs, rows), rowLength);
        expect(found.weights).toEqual(expected.weights);
        expect(found.scales).toEqual(expected.scales.map(Math.fround));
        expect(found.errors[0]).toBe(Math.max(...expected.errors));
      },
    ),
  );
});

test('no image of bytes can overflow an int32 sum, and no weight an int16', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom(1e-9, 0.01, 1, 1e6),
      (seed, inputs, size) => {
        const random = createRandom(seed);
        // Of nearly one size, and mostly of one sign: the sum, not the largest weight, sets the scale.
        const sign = () => (random.uniform() < (seed % 3) / 6 ? -1 : 1);
        const row = Array.from({ length: inputs }, () => sign() * size * (0.9 + 0.1 * random.uniform()));
        const { weights } = quantized(layerOf(inputs, [row]), Math.ceil(Math.sqrt(inputs)));
        for (const side of [1, -1]) {
          const sum = weights.reduce((total, weight) => total + Math.max(0, side * weight), 0);
          expect(255 * sum).toBeLessThan(2 ** 31);
        }
        expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(32767);
      },
    ),
  );
});

test('each weight is off by less than two units of its neuron, and their sum over a lit area by less than one weight', () => {
  const random = createRandom(3);
  const row = Array.from({ length: 784 }, () => random.uniform() - 0.5);
  const { weights, scales } = quantized(layerOf(784, [row]), 28);
  const errors = row.map((weight, input) => weights[input] * scales[0] - weight);
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(2 * scales[0]);
  const total = errors.reduce((sum, error) => sum + error, 0);
  const independent = Math.sqrt(784 / 12) * scales[0];
  expect(Math.abs(total)).toBeLessThan(independent);
});

test('each neuron has a scale of its own, and one without weights is left at zero', () => {
  const { weights, scales } = quantized(
    layerOf(2, [
      [1, -1],
      [0.001, 0.00025],
      [0, 0],
    ]),
    2,
  );
  expect([...weights]).toEqual([32767, -32767, 32767, 8192, 0, 0]);
  expect(scales[0] / scales[1]).toBeCloseTo(1000);
  expect(scales[2]).toBe(1);
  expect(quantized(layerOf(2, [[0, 0]]), 2).errors[0]).toBe(0);
});

test('the error tells how far random images move the sum, so that an outlier shows', () => {
  const even = quantized(layerOf(4, [[0.1, -0.2, 0.3, 0.123]]), 2).errors[0];
  const outlier = quantized(layerOf(4, [[1000, -0.2, 0.3, 0.123]]), 2).errors[0];
  expect(outlier).toBeGreaterThan(1000 * even);
});
