import { describe, expect, it } from 'vitest';
import { createRandom, shuffle } from '../../src/network/random.js';

const draw = (seed: number, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.uniform());
};

describe('createRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    expect(draw(1, 100)).toEqual(draw(1, 100));
    expect(draw(1, 100)).not.toEqual(draw(2, 100));
    expect(draw(1, 100)).not.toEqual(draw(1 + 2 ** 32, 100));
  });

  it('fills 0 to 1 evenly', () => {
    const tenths = new Array<number>(10).fill(0);
    for (const x of draw(7, 100_000)) tenths[Math.floor(x * 10)]++;
    // Ten standard deviations of a fair draw are 949.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(949);
  });

  it('gives whole numbers below a limit, all of them', () => {
    const random = createRandom(3);
    const seen = new Set(Array.from({ length: 200 }, () => random.below(5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('shuffle', () => {
  it('keeps every item and moves them', () => {
    const items = Uint32Array.from({ length: 100 }, (_, i) => i);
    shuffle(items, createRandom(1));
    expect([...items]).not.toEqual([...items].sort((a, b) => a - b));
    expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('is fair: each of three items ends in each place about as often', () => {
    const random = createRandom(5);
    const counts = new Array<number>(9).fill(0);
    for (let round = 0; round < 30_000; round++) {
      const items = Uint32Array.of(0, 1, 2);
      shuffle(items, random);
      for (const [place, item] of items.entries()) counts[place * 3 + item]++;
    }
    // Ten standard deviations of a fair draw are 816.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(816);
  });
});
