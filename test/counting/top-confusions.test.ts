import { describe, expect, it } from 'vitest';
import { topConfusions } from '../../src/counting/confusion-matrix.js';

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
