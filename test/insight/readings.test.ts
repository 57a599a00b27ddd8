import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import {
  affordable,
  chanceOf,
  isPlainlyBetter,
  plainlyRight,
  rightOnes,
  shareOfRight,
} from '../../src/insight/readings.js';
import { testImages } from '../helpers/image-set.js';
import { testLabels } from '../helpers/mnist.js';

/** `right` of `count` records are right, those from `first` on. */
const rightFrom = (first: number, right: number, count: number) =>
  Uint8Array.from({ length: count }, (_, i) => (i >= first && i < first + right ? 1 : 0));

describe('chanceOf', () => {
  test('is the tail of the binomial distribution', () => {
    expect(chanceOf(3, 0)).toBeCloseTo(1 / 8, 12);
    expect(chanceOf(4, 1)).toBeCloseTo(6 / 32, 12);
    expect(chanceOf(1, 1)).toBeCloseTo(3 / 4, 12);
    expect(chanceOf(0, 0)).toBe(1);
  });

  test('holds for thousands of records', () => {
    expect(chanceOf(5000, 5000)).toBeGreaterThan(0.5);
    expect(chanceOf(5000, 5000)).toBeLessThan(0.51);
    // A z of 6 has a tail of 9.9e-10.
    expect(chanceOf(5300, 4700)).toBeCloseTo(1.0e-9, 10);
    expect(chanceOf(9000, 0)).toBe(0);
  });
});

/** Labels of ten classes, as many of each. */
const mixed = (right: Uint8Array) => ({ right, labels: right.map((_, i) => i % 10) });

describe('plainlyRight', () => {
  test('takes 30 records of which one reading reads all and the other none, not 29', () => {
    expect(plainlyRight([rightFrom(0, 0, 30), rightFrom(0, 30, 30)].map(mixed))).toBe(1);
    expect(plainlyRight([rightFrom(0, 29, 29), rightFrom(0, 0, 29)].map(mixed))).toBeNull();
  });

  test('takes no reading that is right for half of the records only, however bad the others are', () => {
    expect(plainlyRight([rightFrom(0, 500, 1000), rightFrom(0, 0, 1000)].map(mixed))).toBeNull();
    expect(plainlyRight([rightFrom(0, 501, 1000), rightFrom(0, 0, 1000)].map(mixed))).toBe(0);
  });

  test('takes none that is little better than another one', () => {
    const [good, better, bad] = [rightFrom(0, 950, 1000), rightFrom(0, 960, 1000), rightFrom(0, 100, 1000)];
    expect(isPlainlyBetter(better, good)).toBe(false);
    expect(plainlyRight([good, better, bad].map(mixed))).toBeNull();
    expect(plainlyRight([good, bad].map(mixed))).toBe(0);
  });

  test('takes none whose labels are all alike: a network that always says the same may be right there', () => {
    const alike = (right: Uint8Array) => ({ right, labels: new Uint8Array(right.length) });
    expect(plainlyRight([rightFrom(0, 1000, 1000), rightFrom(0, 0, 1000)].map(alike))).toBeNull();
  });
});

test('rightOnes counts as the network does, and nothing of a record that a reading makes nothing of', () => {
  const { network } = openModel('sigmoid');
  const images = testImages(network, 1000);
  const right = rightOnes(network, { ...images, labels: testLabels().subarray(0, 1000) });
  expect(shareOfRight(right)).toBeGreaterThan(0.94);
  expect(shareOfRight(rightOnes(network, { ...images, labels: new Int16Array(1000).fill(-1) }))).toBe(0);
});

describe('affordable', () => {
  const records = { ...testImages(openModel('relu').network, 900), labels: testLabels().subarray(0, 900) };

  test('leaves all records to a narrow network', () => {
    expect(affordable(openModel('relu').network, records, 8)).toBe(records);
  });

  test('takes some of them, evenly, for a wide one', () => {
    const wide = { layers: [{ inputs: 784, outputs: 2048 }] };
    const some = affordable(wide, records, 8);
    expect(some.count).toBe(64);
    // The last of 64 of 900.
    const last = Math.floor((63 * 900) / 64);
    expect(some.labels[63]).toBe(records.labels[last]);
    expect(some.pixels.subarray(63 * 784)).toEqual(records.pixels.subarray(last * 784, (last + 1) * 784));
  });
});
