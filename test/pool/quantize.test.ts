import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Layer } from '../../src/network/network.js';
import { createRandom } from '../../src/network/random.js';
import { quantizeLayer } from '../../src/pool/quantize.js';

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
        const { weights } = quantizeLayer(layerOf(inputs, [row]), Math.ceil(Math.sqrt(inputs)));
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
  const { weights, scales } = quantizeLayer(layerOf(784, [row]), 28);
  const errors = row.map((weight, input) => weights[input] * scales[0] - weight);
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(2 * scales[0]);
  const total = errors.reduce((sum, error) => sum + error, 0);
  const independent = Math.sqrt(784 / 12) * scales[0];
  expect(Math.abs(total)).toBeLessThan(independent);
});

test('each neuron has a scale of its own, and one without weights is left at zero', () => {
  const { weights, scales, errors } = quantizeLayer(
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
  expect(errors[2]).toBe(0);
});

test('the error tells how far random images move the sum, so that an outlier shows', () => {
  const even = quantizeLayer(layerOf(4, [[0.1, -0.2, 0.3, 0.123]]), 2).errors[0];
  const outlier = quantizeLayer(layerOf(4, [[1000, -0.2, 0.3, 0.123]]), 2).errors[0];
  expect(outlier).toBeGreaterThan(1000 * even);
});
