import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addGradients, zeroGradients } from '../../scripts/float64/backpropagation.js';
import { brightnessOf } from '../../src/network/feed-forward.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { createRandom, shuffle } from '../../src/network/random.js';
import { trainedNetwork } from '../../src/training/network-parameters.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { kernelTraining } from '../training/small-training.js';

describe('the order of the kernel', () => {
  test('is that of `shuffle`, for any seed and number of images', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 300 }), (seed, count) => {
        const { shared, kernel, head } = kernelTraining({ count, height: 1, width: 2 });
        plantCanaries(shared.setup.memory.buffer, shared.layout);
        kernel.writeOrder(head, count, seed >>> 0, Math.floor(seed / 2 ** 32));
        expectCanariesAlive(shared.setup.memory.buffer, shared.layout);
        const expected = Uint32Array.from({ length: count }, (_, i) => i);
        shuffle(expected, createRandom(seed));
        expect(new Uint32Array(shared.setup.memory.buffer, shared.layout.runs[0].order, count)).toEqual(
          expected,
        );
      }),
    );
  });
});

describe('pixels that no image has lit', () => {
  test('are found among the first images, for any size, and nothing is written beyond', () => {
    const sizes = { height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) };
    fc.assert(
      fc.property(fc.record(sizes), fc.integer({ min: 1, max: 6 }), fc.nat(1000), (size, count, seed) => {
        const training = kernelTraining({ ...size, count: 6, classCount: 90, lit: 0.15, seed });
        const { shared, kernel, head } = training;
        const { buffer } = shared.setup.memory;
        const inputs = size.height * size.width;
        plantCanaries(buffer, shared.layout);
        kernel.findEverLit(head, count);
        expectCanariesAlive(buffer, shared.layout);
        const found = new Uint8Array(buffer, shared.layout.runs[0].ranks[0].tilePixels, inputs);
        const expected = Array.from({ length: inputs }, (_, p) =>
          Array.from({ length: count }, (_, i) => shared.images.pixels[i * inputs + p]).some((x) => x !== 0),
        );
        expect(Array.from(found, (bits) => bits !== 0)).toEqual(expected);
      }),
    );
  });

  test('begin with weights of 0, and all others with others', () => {
    const { shared, arrays } = kernelTraining({ height: 9, width: 11, classCount: 90, lit: 0.03, count: 8 });
    const { pixels } = shared.images;
    for (let p = 0; p < 99; p++) {
      const isLit = Array.from({ length: 8 }, (_, i) => pixels[i * 99 + p]).some((x) => x !== 0);
      expect(arrays.parameters.subarray(p * 16, p * 16 + 16).every((w) => (w !== 0) === isLit)).toBe(true);
    }
  });
});

describe('the records of the set', () => {
  const sparse = { height: 9, width: 11, classCount: 40, lit: 0.1, count: 50 };

  test('are kept of images that are not varied, where they take no more room than the pixels', () => {
    const hasRecords = (given: Parameters<typeof kernelTraining>[0]) => {
      const { view, head } = kernelTraining(given);
      return view.getInt32(head + RUN.hasRecords, true);
    };
    expect(hasRecords(sparse)).toBe(1);
    expect(hasRecords({ ...sparse, lit: 1 })).toBe(0);
    expect(hasRecords({ ...sparse, options: { augment: 'light' } })).toBe(0);
  });

  test('train to the very same numbers as the pixels', () => {
    const results = [1, 0].map((hasRecords) => {
      const { kernel, head, view, arrays } = kernelTraining(sparse);
      view.setInt32(head + RUN.hasRecords, hasRecords, true);
      kernel.train(head, 0, 7);
      return { loss: view.getFloat64(head + RUN.lossSum, true), parameters: arrays.parameters };
    });
    expect(results[0]).toEqual(results[1]);
  });

  test('hold each image in its place: lit positions, then their values, in fours', () => {
    const { shared } = kernelTraining(sparse);
    const { buffer } = shared.setup.memory;
    const { starts, records } = shared.layout;
    const { pixels } = shared.images;
    const first = new Uint32Array(buffer, starts, 51);
    for (let i = 0; i < 50; i++) {
      const image = Array.from(pixels.subarray(i * 99, (i + 1) * 99));
      const lit = [...image.keys()].filter((p) => image[p] !== 0);
      const count = first[i + 1] - first[i];
      expect(count).toBe(Math.ceil(lit.length / 4) * 4);
      const view = new DataView(buffer, records + first[i] * 3, count * 3);
      const found = Array.from({ length: count }, (_, k) => [
        view.getUint16(k * 2, true),
        view.getUint8(count * 2 + k),
      ]);
      const black = Array(count - lit.length).fill([0, 0]);
      expect(found).toEqual([...lit.map((p) => [p, image[p]]), ...black]);
    }
  });

  test('are given up before they take more than the room they are given', () => {
    const { shared, kernel, head } = kernelTraining(sparse);
    const { starts, records, recordBytes } = shared.layout;
    const region = new Uint8Array(shared.setup.memory.buffer, records, recordBytes);
    const needed = new Uint32Array(shared.setup.memory.buffer, starts, 51)[50] * 3;
    region.fill(0xa5);
    expect(kernel.writeRecords(head, 50, needed - 1)).toBe(0);
    expect(region.subarray(needed - 1).every((byte) => byte === 0xa5)).toBe(true);
    expect(kernel.writeRecords(head, 50, needed)).toBe(1);
    expect(region.subarray(needed).every((byte) => byte === 0xa5)).toBe(true);
  });
});

test('an image of more pixels than 16 bits can tell apart has the gradients of float64', () => {
  const [height, width] = [3, 22_000];
  const options = { hidden: [3], activation: 'tanh' } as const;
  const training = kernelTraining({ height, width, classCount: 2000, lit: 0.01, count: 3, options });
  const { shared, kernel, head, arrays } = training;
  const { shape } = shared.layout;
  const network = trainedNetwork(arrays.parameters, shape, shared.options, shared.images, {});
  const expected = zeroGradients(network);
  shared.images.labels.forEach((label, i) => {
    const pixels = shared.images.pixels.subarray(i * height * width, (i + 1) * height * width);
    const brightness = brightnessOf(pixels, UNIT_BRIGHTNESS, shared.images.image);
    addGradients(network, brightness, label, expected);
  });
  plantCanaries(shared.setup.memory.buffer, shared.layout);
  kernel.addGradients(head, 0, 3);
  expectCanariesAlive(shared.setup.memory.buffer, shared.layout);
  const found = trainedNetwork(arrays.gradients, shape, shared.options, shared.images, {}).layers[0];
  const largest = expected[0].weights.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const faults = expected[0].weights.filter((x, i) => Math.abs(x - found.weights[i]) > 2e-5 * largest);
  expect(largest).toBeGreaterThan(0);
  expect(faults).toEqual(new Float64Array());
  // Something lies beyond the first 65,536 pixels.
  expect(found.weights.subarray(65_536, 66_000).some((x) => x !== 0)).toBe(true);
});
