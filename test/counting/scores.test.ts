import { describe, expect, it } from 'vitest';
import { ConfusionMatrix, classScores, macroScores } from '../../src/counting/confusion-matrix.js';

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
