import { expect, test } from 'vitest';
import { cohenKappa, matthewsCorrelation } from '../../src/statistics/agreement.js';

// Cohen's own example has kappa 0.4; the other numbers are scikit-learn's (cohen_kappa_score, matthews_corrcoef).
test.each([
  [
    'two classes',
    [
      [20, 5],
      [10, 15],
    ],
    0.4,
    0.408248290463863,
  ],
  [
    'three classes',
    [
      [8, 1, 1],
      [2, 5, 3],
      [0, 4, 6],
    ],
    0.45,
    0.45,
  ],
  [
    'worse than chance',
    [
      [1, 9],
      [9, 1],
    ],
    -0.8,
    -0.8,
  ],
  [
    'all right',
    [
      [3, 0],
      [0, 4],
    ],
    1,
    1,
  ],
  [
    'no more than chance',
    [
      [9, 3],
      [3, 1],
    ],
    0,
    0,
  ],
] as const)('%s', (_, counts, kappa, matthews) => {
  expect(cohenKappa(counts)).toBeCloseTo(kappa, 12);
  expect(matthewsCorrelation(counts)).toBeCloseTo(matthews, 12);
});

test('what has no meaning is null', () => {
  expect([
    cohenKappa([
      [0, 0],
      [0, 0],
    ]),
    matthewsCorrelation([
      [0, 0],
      [0, 0],
    ]),
  ]).toEqual([null, null]);
  expect([
    cohenKappa([
      [7, 0],
      [0, 0],
    ]),
    matthewsCorrelation([
      [7, 0],
      [0, 0],
    ]),
  ]).toEqual([null, null]);
  // All is taken for one class: kappa has a meaning, a correlation has none.
  expect([
    cohenKappa([
      [5, 0],
      [3, 0],
    ]),
    matthewsCorrelation([
      [5, 0],
      [3, 0],
    ]),
  ]).toEqual([0, null]);
});

test('counts whose products leave the safe integers give what their shares give', () => {
  const small = [
    [80, 10, 10],
    [20, 50, 30],
    [5, 40, 60],
  ];
  const large = small.map((row) => row.map((count) => count * 1e12));
  expect(cohenKappa(large)).toBeCloseTo(cohenKappa(small) ?? 0, 12);
  expect(matthewsCorrelation(large)).toBeCloseTo(matthewsCorrelation(small) ?? 0, 12);
});
