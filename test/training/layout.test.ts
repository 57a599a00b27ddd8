import { expect, test } from 'vitest';
import { GUARD_BYTES, PAGE_BYTES } from '../../src/pool/layout.js';
import { layoutTraining } from '../../src/training/layout.js';

const options = {
  sizes: [784, 16, 15, 10],
  height: 28,
  width: 28,
  imageCount: 101,
  stepCount: 3,
  runCount: 2,
};

test('every region begins on a cache line of its own, behind the guard of the one before', () => {
  const layout = layoutTraining(options);
  const starts = [layout.control, layout.tables, layout.pixels, layout.labels];
  for (const { layers, listBytes: _, ...arrays } of layout.runs) {
    starts.push(
      ...Object.values(arrays),
      ...layers.flatMap((layer) => Object.values(layer).filter((x) => x > 0)),
    );
  }
  expect(starts.every((start) => start % 64 === 0)).toBe(true);
  expect(new Set(starts).size).toBe(starts.length);
  expect(starts.toSorted((a, b) => a - b)).toEqual(
    [0, ...layout.guards.map((guard) => guard + GUARD_BYTES)].slice(0, -1),
  );
  expect(layout.bytes % PAGE_BYTES).toBe(0);
  expect(layout.bytes).toBeGreaterThanOrEqual(layout.guards[layout.guards.length - 1] + GUARD_BYTES);
});

test('all weights come before all biases, each layer padded to four neurons', () => {
  const { shape } = layoutTraining(options);
  expect(shape.layers.map(({ weights, biases }) => [weights / 4, biases / 4])).toEqual([
    [0, 12_980],
    [12_544, 12_996],
    [12_800, 13_012],
  ]);
  expect(shape).toMatchObject({ weightBytes: 12_980 * 4, stride: 64 });
});

test('the whole training set and four runs stay under 60 MB', () => {
  expect(layoutTraining({ ...options, imageCount: 60_000, stepCount: 469, runCount: 4 }).bytes).toBeLessThan(
    60e6,
  );
});

test('more than WebAssembly can address is refused, with what to do', () => {
  expect(() => layoutTraining({ ...options, imageCount: 6_000_000 })).toThrowError(
    expect.objectContaining({ code: 'NETWORK_TOO_LARGE', message: expect.stringContaining('4294967296') }),
  );
});
