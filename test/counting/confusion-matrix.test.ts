import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfusionMatrix } from '../../src/counting/confusion-matrix.js';

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
