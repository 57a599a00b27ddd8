import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConfusionMatrix,
  classScores,
  macroScores,
  topConfusions,
} from '../../src/counting/confusion-matrix.js';

const PAIRS = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 1],
  [2, 0],
] as const;

function matrixOf(pairs: readonly (readonly [number, number])[], classes = 3): ConfusionMatrix {
  const matrix = new ConfusionMatrix(classes);
  for (const [truth, prediction] of pairs) matrix.addAll(Uint8Array.of(truth), Uint8Array.of(prediction), 1);
  return matrix;
}

describe('ConfusionMatrix', () => {
  it('has the truth in rows and the prediction in columns', () => {
    expect(matrixOf(PAIRS).toJSON()).toEqual([
      [1, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ]);
  });

  it('knows its totals', () => {
    const matrix = matrixOf(PAIRS);
    expect(matrix.total).toBe(5);
    expect(matrix.correct).toBe(3);
    expect([0, 1, 2].map((index) => matrix.support(index))).toEqual([2, 2, 1]);
    expect([0, 1, 2].map((index) => matrix.predicted(index))).toEqual([2, 3, 0]);
    expect(matrix.count(0, 1)).toBe(1);
  });

  it('counts a batch as it counts one record after the other, and only so many of it', () => {
    const matrix = new ConfusionMatrix(3);
    matrix.addAll(Uint8Array.of(0, 0, 1, 1, 2, 2), Uint8Array.of(0, 1, 1, 1, 0, 2), 5);
    expect(matrix).toEqual(matrixOf(PAIRS));
    expect(matrix.toJSON()).toEqual(matrixOf(PAIRS).toJSON());
  });

  it('merges to what all records together give', () => {
    const pair = fc.tuple(fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(fc.array(pair), fc.array(pair), (left, right) => {
        const merged = matrixOf(left, 4);
        merged.merge(matrixOf(right, 4));
        const whole = matrixOf([...left, ...right], 4);
        expect(merged.toJSON()).toEqual(whole.toJSON());
        expect([merged.total, merged.correct]).toEqual([whole.total, whole.correct]);
      }),
    );
  });

  it('holds 256 classes', () => {
    const matrix = matrixOf([[255, 255]], 256);
    expect(matrix.count(255, 255)).toBe(1);
    expect(matrix.correct).toBe(1);
  });

  it.each([0, 257, 1.5, Number.NaN])('refuses %d classes', (classes) => {
    expect(() => new ConfusionMatrix(classes)).toThrowError(expect.objectContaining({ code: 'USAGE' }));
  });

  it('refuses to merge with a matrix of another size', () => {
    expect(() => new ConfusionMatrix(3).merge(new ConfusionMatrix(4))).toThrowError(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('3 classes') }),
    );
  });
});

/** Class 2 is absent and never predicted, 3 is never found, 4 is absent but predicted. */
function example(): ConfusionMatrix {
  const matrix = new ConfusionMatrix(5);
  const rows = [
    [6, 2, 0, 0, 0],
    [1, 4, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [1, 0, 0, 0, 1],
    [0, 0, 0, 0, 0],
  ];
  const counts = rows.flat();
  matrix.addCounts(
    counts,
    counts.reduce((sum, count) => sum + count),
  );
  return matrix;
}

describe('classScores', () => {
  it('gives precision, recall, F1 and support', () => {
    const [first, second] = classScores(example());
    expect(first).toEqual({ support: 8, precision: 6 / 8, recall: 6 / 8, f1: 0.75 });
    expect(second.precision).toBeCloseTo(4 / 6, 15);
    expect(second.recall).toBeCloseTo(4 / 5, 15);
    expect(second.f1).toBeCloseTo(8 / 11, 15);
  });

  it('gives null, not 0, for a class that is neither there nor predicted', () => {
    expect(classScores(example())[2]).toEqual({ support: 0, precision: null, recall: null, f1: null });
  });

  it('has no precision for a class that is never predicted, but counts it as not found', () => {
    expect(classScores(example())[3]).toEqual({ support: 2, precision: null, recall: 0, f1: 0 });
  });

  it('has no recall and no F1 for a class that is only predicted', () => {
    expect(classScores(example())[4]).toEqual({ support: 0, precision: 0, recall: null, f1: null });
  });
});

describe('macroScores', () => {
  it('is the mean over the classes where a score is defined', () => {
    const macro = macroScores(classScores(example()));
    expect(macro.precision).toBeCloseTo((0.75 + 4 / 6 + 0) / 3, 15);
    expect(macro.recall).toBeCloseTo((0.75 + 0.8 + 0) / 3, 15);
    expect(macro.f1).toBeCloseTo((0.75 + 8 / 11 + 0) / 3, 15);
  });

  it('is null where a score is defined for no class', () => {
    expect(macroScores(classScores(new ConfusionMatrix(3)))).toEqual({
      precision: null,
      recall: null,
      f1: null,
    });
  });
});

describe('topConfusions', () => {
  it('lists what is off the diagonal, most frequent first', () => {
    const matrix = [
      [90, 4, 6],
      [0, 50, 0],
      [1, 0, 9],
    ];
    expect(topConfusions(matrix, 10)).toEqual([
      { truth: 0, prediction: 2, count: 6, share: 0.06 },
      { truth: 0, prediction: 1, count: 4, share: 0.04 },
      { truth: 2, prediction: 0, count: 1, share: 0.1 },
    ]);
  });

  it('lists the larger share first at the same count, then the first class', () => {
    const matrix = [
      [98, 2, 0],
      [2, 6, 2],
      [0, 0, 0],
    ];
    expect(topConfusions(matrix, 10).map(({ truth, prediction }) => [truth, prediction])).toEqual([
      [1, 0],
      [1, 2],
      [0, 1],
    ]);
  });

  it('stops at its limit', () => {
    expect(
      topConfusions(
        [
          [1, 2],
          [3, 4],
        ],
        1,
      ),
    ).toHaveLength(1);
  });

  it('is empty when nothing is wrong', () => {
    expect(
      topConfusions(
        [
          [5, 0],
          [0, 0],
        ],
        3,
      ),
    ).toEqual([]);
  });
});
