import { expect, test } from 'vitest';
import { GUARD_BYTES, PAGE_BYTES } from '../../src/engine/layout.js';
import { layoutTraining } from '../../src/training/training-layout.js';

const options = {
  sizes: [784, 16, 15, 10],
  height: 28,
  width: 28,
  imageCount: 101,
  stepCount: 3,
  runCount: 2,
  threads: 3,
  isFixed: true,
};

test.each([1, 3])(
  'for %i threads a run: every region begins on a cache line, after the guard of the one before',
  (threads) => {
    const layout = layoutTraining({ ...options, threads });
    const { control, positionTable, constants, pixels, labels, starts: recordStarts, records } = layout;
    const starts = [control, positionTable, constants, pixels, labels, recordStarts, records];
    for (const { ranks, tile, tiles, tileBytes, ringTiles, ...arrays } of layout.runs) {
      starts.push(...Object.values(arrays), ...ranks.flatMap((rank) => Object.values(rank)));
      const { layers, ...lists } = tile;
      const inTile = [...Object.values(lists), ...layers.flatMap((layer) => Object.values(layer))];
      expect(ranks).toHaveLength(threads);
      expect(ringTiles > threads).toBe(threads > 1);
      for (let t = 0; t < ringTiles; t++) {
        starts.push(...inTile.map((offset) => tiles + t * tileBytes + offset));
      }
    }
    expect(starts.every((start) => start % 64 === 0)).toBe(true);
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts.toSorted((a, b) => a - b)).toEqual(
      [0, ...layout.guards.map((guard) => guard + GUARD_BYTES)].slice(0, -1),
    );
    expect(layout.bytes % PAGE_BYTES).toBe(0);
    expect(layout.bytes).toBeGreaterThanOrEqual(layout.guards[layout.guards.length - 1] + GUARD_BYTES);
  },
);

test('all weights come before all biases, each layer padded to four neurons', () => {
  const { shape } = layoutTraining(options);
  expect(shape.layers.map(({ weights, biases }) => [weights / 4, biases / 4])).toEqual([
    [0, 12_980],
    [12_544, 12_996],
    [12_800, 13_012],
  ]);
  expect(shape.weightBytes).toBe(12_980 * 4);
});

test('the whole training set and four runs stay under 60 MB, with room for as much again where images are fixed', () => {
  const whole = { ...options, imageCount: 60_000, stepCount: 469, runCount: 4, threads: 1 };
  expect(layoutTraining({ ...whole, isFixed: false }).bytes).toBeLessThan(60e6);
  expect(layoutTraining(whole)).toMatchObject({ recordBytes: 60_000 * 784 });
  expect(layoutTraining(whole).bytes).toBeLessThan(110e6);
});

test('no room is kept for records where there is none, or where positions would not fit 16 bits', () => {
  const most = 4 * 2 ** 30;
  const many = layoutTraining({ ...options, imageCount: 5_000_000 });
  expect(many.recordBytes).toBe(0);
  expect(many.bytes).toBeLessThanOrEqual(most);
  const large = { ...options, sizes: [65_537, 4], height: 1, width: 65_537 };
  expect(layoutTraining(large).recordBytes).toBe(0);
});

test('a run has one thread where memory is too small for a ring of tiles', () => {
  expect(layoutTraining({ ...options, threads: 2 }).threads).toBe(2);
  const wide = { ...options, sizes: [60_000, 4], height: 1, width: 60_000, threads: 2, runCount: 20 };
  expect(layoutTraining(wide)).toMatchObject({ threads: 1 });
});

test('more than WebAssembly can address is refused, with what to do', () => {
  expect(() => layoutTraining({ ...options, imageCount: 6_000_000 })).toThrowError(
    expect.objectContaining({ code: 'NETWORK_TOO_LARGE', message: expect.stringContaining('4294967296') }),
  );
});
