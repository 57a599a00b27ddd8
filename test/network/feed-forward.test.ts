import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brightnessOf,
  feedForward,
  foldNormalization,
  isUnsure,
  predictedClass,
} from '../../src/network/feed-forward.js';
import { type Layer, layerSizes, parameterCount } from '../../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { layer } from './arbitraries.js';

const IMAGE = { height: 2, width: 3 };
const PIXELS = Uint8Array.of(0, 51, 102, 153, 204, 255);

describe('brightnessOf', () => {
  it('scales and shifts each pixel', () => {
    const brightness = brightnessOf(PIXELS, { scale: 2, offset: -1, transposed: false }, IMAGE);
    expect([...brightness]).toEqual([-1, 101, 203, 305, 407, 509]);
  });

  it('turns 0..255 into 0..1', () => {
    const brightness = brightnessOf(Uint8Array.of(0, 255), UNIT_BRIGHTNESS, { height: 1, width: 2 });
    expect([...brightness]).toEqual([0, 1]);
  });

  it('reads a transposed image column by column', () => {
    const brightness = brightnessOf(PIXELS, { scale: 1, offset: 0, transposed: true }, IMAGE);
    expect([...brightness]).toEqual([0, 102, 204, 51, 153, 255]);
  });
});

const normalization = fc.record({
  // On a grid: products of the smallest doubles there are have no relative accuracy to test.
  scale: fc.integer({ min: -2000, max: 2000 }).map((x) => x / 999),
  offset: fc.integer({ min: -5000, max: 5000 }).map((x) => x / 9.9),
  transposed: fc.boolean(),
});

const scene = fc
  .record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 6 }) })
  .chain((image) => {
    const size = image.height * image.width;
    return fc.record({
      image: fc.constant(image),
      original: layer(size, 3, 'sigmoid'),
      pixels: fc.uint8Array({ minLength: size, maxLength: size }),
    });
  });

describe('foldNormalization', () => {
  it('gives a layer that makes of raw pixels what the original makes of their brightness', () => {
    fc.assert(
      fc.property(scene, normalization, ({ image, original, pixels }, input) => {
        const folded = foldNormalization(original, input, image);
        const brightness = brightnessOf(pixels, input, image);
        for (let n = 0; n < original.outputs; n++) {
          const expected = weightedSum(original, n, brightness);
          const found = weightedSum(folded, n, pixels);
          // Relative to what is summed, as the sum itself may cancel to 0.
          expect(Math.abs(found.sum - expected.sum)).toBeLessThanOrEqual(
            1e-9 * (expected.magnitude + found.magnitude),
          );
        }
      }),
    );
  });

  it('permutes the columns of a transposed input and adds W·o·1 to the bias', () => {
    const original = {
      weights: Float64Array.of(1, 2, 3, 4, 5, 6),
      biases: Float64Array.of(10),
      inputs: 6,
      outputs: 1,
      activation: 'tanh' as const,
    };
    const folded = foldNormalization(original, { scale: 2, offset: 0.5, transposed: true }, IMAGE);
    expect(folded).toEqual({
      weights: Float64Array.of(2, 8, 4, 10, 6, 12),
      biases: Float64Array.of(20.5),
      inputs: 6,
      outputs: 1,
      activation: 'tanh',
    });
    expect([...original.weights, ...original.biases]).toEqual([1, 2, 3, 4, 5, 6, 10]);
  });
});

/** Wa + b of one neuron, and the same with every summand made positive. */
function weightedSum(
  { weights, biases, inputs }: { weights: Float64Array; biases: Float64Array; inputs: number },
  n: number,
  a: ArrayLike<number>,
): { sum: number; magnitude: number } {
  let sum = biases[n];
  let magnitude = Math.abs(biases[n]);
  for (let i = 0; i < inputs; i++) {
    sum += weights[n * inputs + i] * a[i];
    magnitude += Math.abs(weights[n * inputs + i] * a[i]);
  }
  return { sum, magnitude };
}

const hidden: Layer = {
  weights: Float64Array.of(1, -2, 0.5, 3, 0, -1),
  biases: Float64Array.of(0.25, -0.5),
  inputs: 3,
  outputs: 2,
  activation: 'relu',
};
const output: Layer = {
  weights: Float64Array.of(2, 1, -1, 4),
  biases: Float64Array.of(0, 1),
  inputs: 2,
  outputs: 2,
  activation: 'identity',
};

describe('feedForward', () => {
  it('returns the activations of every layer, the input first', () => {
    const brightness = Float64Array.of(1, 0.5, 0.5);
    const activations = feedForward({ layers: [hidden, output] }, brightness);
    // z = (1 - 1 + 0.25 + 0.25, 3 - 0.5 - 0.5) = (0.5, 2)
    expect(activations.map((a) => [...a])).toEqual([
      [1, 0.5, 0.5],
      [0.5, 2],
      [3, 8.5],
    ]);
    expect(activations[0]).toBe(brightness);
  });

  it('leaves the network as it is', () => {
    feedForward({ layers: [hidden, output] }, Float64Array.of(1, 2, 3));
    expect([...hidden.biases, ...output.biases]).toEqual([0.25, -0.5, 0, 1]);
  });
});

describe('isUnsure', () => {
  it('asks for half a unit between the two largest outputs', () => {
    expect(isUnsure(Float64Array.of(0.1, 0.9, 0.3))).toBe(false);
    expect(isUnsure(Float64Array.of(0.5, 0.1, 0.9))).toBe(true);
    expect(isUnsure(Float64Array.of(0.9, 0.1, 0.9))).toBe(true);
  });
});

describe('predictedClass', () => {
  it('is the largest output, and the first of equals', () => {
    expect(predictedClass(Float64Array.of(0.1, 0.7, 0.3))).toBe(1);
    expect(predictedClass(Float64Array.of(0.7, 0.1, 0.7))).toBe(0);
    expect(predictedClass(Float64Array.of(-3))).toBe(0);
  });
});

describe('parameterCount and layerSizes', () => {
  it('count the weights and biases and name the sizes', () => {
    expect(parameterCount({ layers: [hidden, output] })).toBe(14);
    expect(layerSizes({ layers: [hidden, output] })).toEqual([3, 2, 2]);
  });
});
