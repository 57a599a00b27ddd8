import { describe, expect, test } from 'vitest';
import type { CalibrationBin } from '../../src/counting/calibration.js';
import { findingsOf } from '../../src/judging/findings.js';
import { createRandom, type Random } from '../../src/network/random.js';
import { binomialTail } from '../../src/statistics/significance.js';

/** What stands out of a matrix. */
function found(confusion: readonly (readonly number[])[], bins: readonly CalibrationBin[] | null = null) {
  const correct = confusion.reduce((sum, row, k) => sum + row[k], 0);
  const images = confusion.flat().reduce((sum, count) => sum + count, 0);
  const calibration = bins && { expectedCalibrationError: null, bins };
  return findingsOf({ confusion, calibration, correct, images });
}

/** Ten classes that are all right, but for the rows given. */
function matrix(rows: Readonly<Record<number, readonly number[]>>, right = 900): number[][] {
  return Array.from({ length: 10 }, (_, truth) =>
    Array.from({ length: 10 }, (_, k) => rows[truth]?.[k] ?? (k === truth ? right : 0)),
  );
}

/** The mistakes of class `truth`, each going to any other class alike, or with `pull` to one of `to`. */
function mistakesOf(
  random: Random,
  classes: number,
  truth: number,
  mistakes: number,
  { to = [], pull = 0 }: { to?: readonly number[]; pull?: number } = {},
): number[] {
  const row = new Array<number>(classes).fill(0);
  for (let i = 0; i < mistakes; i++) {
    const other = (truth + 1 + Math.floor(random.uniform() * (classes - 1))) % classes;
    row[random.uniform() < pull ? to[Math.floor(random.uniform() * to.length)] : other]++;
  }
  return row;
}

const drifts = (all: ReturnType<typeof found>) => all.filter(({ kind }) => kind === 'drift');

describe('where the mistakes of a class go', () => {
  test('9s that drift to 4, 5, 7 and 8, the most frequent first', () => {
    expect(drifts(found(matrix({ 9: [1, 2, 0, 5, 15, 13, 1, 12, 11, 900] })))).toEqual([
      {
        ...{ kind: 'drift', truth: 9, mistakes: 60 },
        to: [
          { prediction: 4, count: 15 },
          { prediction: 5, count: 13 },
          { prediction: 7, count: 12 },
          { prediction: 8, count: 11 },
        ],
      },
    ]);
  });

  test('nothing of mistakes that go everywhere, or are too few to say', () => {
    expect(drifts(found(matrix({ 8: [7, 9, 10, 9, 4, 6, 4, 8, 900, 4] })))).toEqual([]);
    expect(drifts(found(matrix({ 3: [0, 0, 0, 900, 0, 2, 0, 0, 0, 0] })))).toEqual([]);
    expect(found(matrix({}))).toEqual([]);
    expect(found([])).toEqual([]);
  });

  test('nothing where there is but one other class, and the one of two', () => {
    expect(
      drifts(
        found([
          [500, 60],
          [60, 500],
        ]),
      ),
    ).toEqual([]);
    const three = [
      [500, 60, 5],
      [0, 500, 0],
      [0, 0, 500],
    ];
    expect(drifts(found(three))).toMatchObject([{ truth: 0, to: [{ prediction: 1, count: 60 }] }]);
  });

  test('what was planted is found, and hardly ever more', () => {
    const random = createRandom(7);
    for (const to of [[4], [4, 5], [3, 4, 5]]) {
      let [exact, tooMany] = [0, 0];
      const runs = 300;
      for (let run = 0; run < runs; run++) {
        const row = mistakesOf(random, 10, 0, 90, { to, pull: 0.7 });
        row[0] = 900;
        const [drift] = drifts(found(matrix({ 0: row })));
        const named = drift?.kind === 'drift' ? drift.to.map(({ prediction }) => prediction).sort() : [];
        if (named.join() === to.join()) exact++;
        if (named.some((k) => !to.includes(k))) tooMany++;
      }
      expect(exact).toBeGreaterThan(0.9 * runs);
      expect(tooMany).toBeLessThan(0.02 * runs);
    }
  });
});

test('where nothing stands out, at most one page in twenty says that something does', () => {
  const random = createRandom(11);
  for (const [classes, images] of [
    [3, 40],
    [10, 20],
    [10, 200],
    [26, 60],
  ]) {
    let wrong = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      let promised = 0;
      const confusion = Array.from({ length: classes }, (_, truth) => {
        let right = 0;
        for (let i = 0; i < images; i++) if (random.uniform() < 0.7) right++;
        const row = mistakesOf(random, classes, truth, images - right);
        row[truth] = right;
        promised += 0.7 * images;
        return row;
      });
      const all = classes * images;
      const bin = { low: 0.66, high: 0.73, count: all, correct: 0, confidence: promised / all };
      if (found(confusion, [bin]).length > 0) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(0.05 * runs);
  }
});

test('classes that are read less often than the others, the worst first', () => {
  const weak = matrix({
    2: [20, 20, 860, 20, 0, 0, 0, 0, 0, 0],
    6: [30, 30, 30, 30, 0, 0, 780, 0, 0, 0],
    7: [0, 0, 0, 1, 0, 0, 0, 899, 0, 0],
  });
  const [finding] = found(weak).filter(({ kind }) => kind === 'weak');
  expect(finding).toEqual({
    kind: 'weak',
    classes: [
      { index: 6, recall: 780 / 900 },
      { index: 2, recall: 860 / 920 },
    ],
  });
});

test.each([
  ['surer', 0.9],
  ['less sure', 0.7],
] as const)('a network that is %s than right; not where it may be chance', (kind, confidence) => {
  const right = Array.from({ length: 10 }, (_, k) =>
    Array.from({ length: 10 }, (_, j) => (j === k ? 72 : 2)),
  );
  const bin = (mean: number) => [{ low: 0, high: 1, count: 900, correct: 720, confidence: mean }];
  expect(found(right, bin(confidence))).toEqual([{ kind, confidence, accuracy: 0.8 }]);
  expect(found(right, bin(0.81))).toEqual([]);
});

test('the upper tail of the binomial distribution, as the sum of its terms', () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
  for (const [total, share] of [
    [1, 0.5],
    [9, 1 / 9],
    [40, 0.3],
    [60, 4 / 9],
  ]) {
    for (let count = 0; count <= total + 1; count++) {
      let sum = 0;
      for (let k = count; k <= total; k++) sum += choose(total, k) * share ** k * (1 - share) ** (total - k);
      expect(Math.abs(binomialTail(count, total, share) / (sum || 1) - (sum === 0 ? 0 : 1))).toBeLessThan(
        1e-9,
      );
    }
  }
  // Many, near their mean and far from it.
  expect(binomialTail(5e8, 1e9, 0.5)).toBeCloseTo(0.5, 4);
  expect(binomialTail(6e8, 1e9, 0.5)).toBe(0);
});
