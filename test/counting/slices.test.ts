import { describe, expect, it } from 'vitest';
import { isApart, MOST_SLICE_VALUES, type Slice, SliceTally } from '../../src/counting/slices.js';

/** A tally of values, of which so many images are right and wrong. */
function tallyOf(counts: Readonly<Record<string, readonly [right: number, wrong: number]>>): SliceTally {
  const tally = new SliceTally('writer', 'column');
  for (const [value, [right, wrong]] of Object.entries(counts)) {
    for (let i = 0; i < right; i++) tally.add(value, true);
    for (let i = 0; i < wrong; i++) tally.add(value, false);
  }
  return tally;
}

const names = ({ values }: Slice) => values.map(({ value }) => value);

describe('SliceTally', () => {
  it('says of each value how far it is from the rest, and how sure that is', () => {
    const slice = tallyOf({ a: [60, 40], b: [95, 5], c: [99, 1] }).slice();
    expect(slice).toMatchObject({ name: 'writer', source: 'column', images: 300 });
    const [a, b, c] = slice.values;
    expect(a).toMatchObject({ value: 'a', images: 100, correct: 60, accuracy: 0.6, isFew: false });
    // fisher.test(matrix(c(60, 40, 194, 6), 2))$p.value in R, and the others alike; Holm: times 3, 2, and 1.
    expect([a, b, c].map(({ p }) => p)).toEqual(
      [2.801268e-16, 2.846827e-4, 4.0719e-8].map((p) => expect.closeTo(p, 4 - Math.log10(p))),
    );
    expect(a.adjusted).toBeCloseTo(3 * (a.p ?? 0), 18);
    expect(c.adjusted).toBeCloseTo(2 * (c.p ?? 0), 12);
    expect(b.adjusted).toBe(b.p);
    expect(a.difference).toBeCloseTo(0.6 - 194 / 200, 12);
    expect(a.interval).toEqual({ low: expect.closeTo(0.502, 3), high: expect.closeTo(0.6906, 3) });
  });

  it('puts the weakest first, and values of few images last, but for those that are weaker beyond doubt', () => {
    const slice = tallyOf({
      good: [990, 10],
      worse: [900, 100],
      unlucky: [0, 1],
      lucky: [1, 0],
      hopeless: [0, 20],
    }).slice();
    expect(names(slice)).toEqual(['hopeless', 'worse', 'good', 'unlucky', 'lucky']);
    expect(slice.values.map(({ isFew }) => isFew)).toEqual([true, false, false, true, true]);
    expect(slice.values.map(isApart)).toEqual([true, true, true, false, false]);
  });

  it('is the same in any order', () => {
    const one = tallyOf({ a: [5, 2], b: [3, 3], c: [4, 0] }).slice();
    expect(tallyOf({ c: [4, 0], b: [3, 3], a: [5, 2] }).slice()).toEqual(one);
  });

  it('has no rest to compare a single value with', () => {
    const { values } = tallyOf({ all: [9, 1] }).slice();
    expect(values).toEqual([expect.objectContaining({ difference: null, p: null, adjusted: null })]);
  });

  it('names values as it is told', () => {
    expect(
      names(tallyOf({ 'Z\xc3\xbcrich': [1, 0] }).slice((bytes) => Buffer.from(bytes, 'latin1').toString())),
    ).toEqual(['Zürich']);
  });

  it('takes what most images have for themselves for an id', () => {
    const tally = new SliceTally('name', 'column');
    for (let i = 0; i < 101; i++) tally.add(`${i}`, true);
    expect(() => tally.slice()).toThrow(
      '--slice name: expected values that many images share, found 101 in 101 images: this looks like an id',
    );
    for (let i = 0; i < 101; i++) tally.add(`${i}`, true);
    expect(tally.slice().values).toHaveLength(101);
  });

  it('holds no more than so many values', () => {
    const tally = new SliceTally('name', 'column');
    const add = (i: number) => tally.add(`${i}`, true);
    for (let i = 0; i < MOST_SLICE_VALUES; i++) add(i);
    add(0);
    expect(() => add(MOST_SLICE_VALUES)).toThrow(
      'found more than 10000 in 10001 images: this looks like an id',
    );
  });

  it('refuses a text that is no value', () => {
    const add = () => new SliceTally('name', 'column').add('x'.repeat(257), true);
    expect(add).toThrow('--slice name: expected values of at most 256 characters, found');
  });
});
