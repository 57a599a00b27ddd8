import { expect, test } from 'vitest';
import { Adam } from '../../scripts/float64/backpropagation.js';
import {
  augmentationAt,
  augmentationKeys,
  cosineOfHalfTurns,
  learningRateAt,
  orderSeed,
  writeSteps,
} from '../../src/training/epoch-plan.js';
import { completeTrainingOptions } from '../../src/training/training-options.js';

test('the cosine is that of the engine to 1e-15', () => {
  for (let i = 0; i <= 1000; i++) {
    expect(Math.abs(cosineOfHalfTurns(i / 1000) - Math.cos((Math.PI * i) / 1000))).toBeLessThan(1e-15);
  }
});

test('the learning rate rises in a straight line over the warm-up and falls to nearly 0 along a half cosine', () => {
  const options = { epochs: 10, learningRate: 0.4, schedule: 'cosine', warmUpEpochs: 2 } as const;
  const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(step, 10, options));
  expect(rates.slice(0, 3)).toEqual([0.02, 0.04, 0.06].map((x) => expect.closeTo(x, 12)));
  expect(rates[19]).toBeCloseTo(0.4, 12);
  expect(rates[20]).toBeCloseTo(0.4, 12);
  expect(rates[60]).toBeCloseTo(0.2, 12);
  expect(rates[99]).toBeGreaterThan(0);
  expect(rates[99]).toBeLessThan(0.0002);
  expect(rates.slice(20)).toEqual(rates.slice(20).toSorted((a, b) => b - a));
});

test('a constant schedule stays at its height after the warm-up, which may be part of an epoch, or none', () => {
  const options = { epochs: 2, learningRate: 0.3, schedule: 'constant', warmUpEpochs: 0.2 } as const;
  expect([0, 1, 2, 19].map((step) => learningRateAt(step, 10, options))).toEqual([0.15, 0.3, 0.3, 0.3]);
  expect(learningRateAt(0, 10, { ...options, warmUpEpochs: 0 })).toBe(0.3);
});

test('the step table holds what Adam divides by, in whatever epoch it begins', () => {
  const options = completeTrainingOptions({
    learningRate: 0.1,
    schedule: 'constant',
    warmUpEpochs: 0,
    weightDecay: 0.5,
  });
  const table = new Float32Array(3 * 4);
  expect(writeSteps(table, 2, options)).toBe(0.1);
  // Steps 7, 8, 9 of the run: epochs have three.
  for (let i = 0; i < 3; i++) {
    const t = 7 + i;
    expect(table[i * 4]).toBeCloseTo(0.1 / (1 - 0.9 ** t), 6);
    expect(table[i * 4 + 1] * (1 - 0.999 ** t)).toBeCloseTo(1, 6);
    expect(table[i * 4 + 2]).toBeCloseTo(0.95, 6);
    expect(table[i * 4 + 3]).toBeCloseTo(1 - t / (9 + t), 6);
  }
});

test('a step of the table with a gradient of 1 is a step of the float64 Adam', () => {
  const parameter = Float64Array.of(2);
  new Adam(parameter).step(Float64Array.of(1), 1, { learningRate: 0.1, weightDecay: 0.5 });
  const table = new Float32Array(4);
  writeSteps(
    table,
    0,
    completeTrainingOptions({ learningRate: 0.1, schedule: 'constant', warmUpEpochs: 0, weightDecay: 0.5 }),
  );
  const [size, correction, keep] = table;
  expect(keep * 2 - (size * 0.1) / Math.sqrt(0.001 * correction)).toBeCloseTo(parameter[0], 6);
});

test('averages forget fast at first, and then as slowly as they were told', () => {
  const table = new Float32Array(20_000 * 4);
  writeSteps(table, 0, completeTrainingOptions({ averaging: 0.999 }));
  expect(table[3]).toBeCloseTo(0.9, 6);
  expect(table[19_999 * 4 + 3]).toBeCloseTo(0.001, 6);
});

test('each run and epoch has an order and keys of its own, the same for the same seed', () => {
  const seeds = [
    [1, 0, 0],
    [1, 0, 1],
    [1, 1, 0],
    [2, 0, 0],
    [2 ** 40 + 1, 0, 0],
  ].map(([seed, run, epoch]) => orderSeed(seed, run, epoch));
  expect(new Set(seeds).size).toBe(5);
  expect(seeds.every(Number.isSafeInteger)).toBe(true);
  expect(orderSeed(1, 0, 0)).toBe(seeds[0]);
  expect(augmentationKeys(1, 0, 0)).not.toEqual(augmentationKeys(1, 0, 1));
});

test('augmentation is whole for half of the epochs and ends with what is to be left of it', () => {
  const factors = Array.from({ length: 6 }, (_, epoch) =>
    augmentationAt(epoch, { epochs: 6, augmentEnd: 0.4 }),
  );
  expect(factors).toEqual([1, 1, 1, 0.8, 0.6, 0.4].map((x) => expect.closeTo(x, 12)));
  expect([0, 1, 2].map((epoch) => augmentationAt(epoch, { epochs: 3, augmentEnd: 1 }))).toEqual([1, 1, 1]);
  expect(augmentationAt(0, { epochs: 1, augmentEnd: 0.5 })).toBe(1);
});
