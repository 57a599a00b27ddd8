import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  averagePrecision,
  precisionRecallCurve,
  riskCoverageArea,
  riskCoverageCurve,
  rocArea,
  rocCurve,
} from '../../src/statistics/ranking.js';

/** One record a score, the lowest first: where it is positive. */
const counts = (isPositive: readonly boolean[]) => ({
  positives: isPositive.map(Number),
  negatives: isPositive.map((is) => Number(!is)),
});

const answers = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('of records that all have another score', () => {
  test('the area under the ROC curve is the share of pairs in order', () => {
    fc.assert(
      fc.property(answers, (isPositive) => {
        const pairs = isPositive.flatMap((is, at) =>
          isPositive.flatMap((other, below) => (is && !other ? [Number(below < at)] : [])),
        );
        const area = rocArea(counts(isPositive));
        if (pairs.length === 0) expect(area).toBeNull();
        else expect(area).toBeCloseTo(mean(pairs), 12);
      }),
    );
  });

  test('average precision is the mean precision at each positive', () => {
    fc.assert(
      fc.property(answers, (isPositive) => {
        const found = [...isPositive].reverse();
        const precisions = found.flatMap((is, at) => (is ? [mean(found.slice(0, at + 1).map(Number))] : []));
        const area = averagePrecision(counts(isPositive));
        if (precisions.length === 0) expect(area).toBeNull();
        else expect(area).toBeCloseTo(mean(precisions), 12);
      }),
    );
  });

  test('the area under the risk-coverage curve is the mean of the risks', () => {
    fc.assert(
      fc.property(answers, (isRight) => {
        const answered = [...isRight].reverse();
        const risks = answered.map((_, at) => mean(answered.slice(0, at + 1).map((is) => Number(!is))));
        expect(riskCoverageArea(counts(isRight))).toBeCloseTo(mean(risks), 12);
      }),
    );
  });
});

describe('of records of one score', () => {
  // All orders of two positives and two negatives, after one negative of a higher score.
  const orders = [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100].map((bits) =>
    [0, 1, 2, 3].map((at) => ((bits >> at) & 1) === 1),
  );
  const tied = { positives: [2, 0], negatives: [2, 1] };
  const over = (value: (isPositive: readonly boolean[]) => number | null) =>
    mean(orders.map((order) => value([...order, false]) ?? Number.NaN));

  test('the areas are the means over their orders: exact, and for average precision nearly', () => {
    expect(rocArea(tied)).toBeCloseTo(
      over((order) => rocArea(counts(order))),
      12,
    );
    expect(riskCoverageArea(tied)).toBeCloseTo(
      over((order) => riskCoverageArea(counts(order))),
      12,
    );
    expect(
      Math.abs((averagePrecision(tied) ?? 0) - over((order) => averagePrecision(counts(order)))),
    ).toBeLessThan(0.03);
  });

  test('a million of them are not summed one by one, and give the same to five digits', () => {
    const [positives, negatives] = [
      [400_000, 300],
      [600_000, 100],
    ];
    const risk = riskCoverageArea({ positives, negatives });
    let sum = 0;
    for (let i = 1; i <= 400; i++) sum += i / 4 / i;
    for (let i = 1; i <= 1_000_000; i++) sum += (100 + 0.6 * i) / (400 + i);
    expect(risk).toBeCloseTo(sum / 1_000_400, 5);
  });
});

test('without records, or without those of a kind, nothing is defined but what can be', () => {
  const none = { positives: [0, 0], negatives: [0, 0] };
  const right = { positives: [0, 3], negatives: [0, 0] };
  for (const value of [
    rocArea,
    averagePrecision,
    riskCoverageArea,
    rocCurve,
    precisionRecallCurve,
    riskCoverageCurve,
  ])
    expect(value(none)).toBeNull();
  expect([rocArea(right), rocCurve(right)]).toEqual([null, null]);
  expect([averagePrecision(right), riskCoverageArea(right)]).toEqual([1, 0]);
  expect([precisionRecallCurve(right), riskCoverageCurve(right)]).toEqual([[[1, 1]], [[1, 0]]]);
});

test('curves go through their points, to the end, and are thinned', () => {
  const few = { positives: [1, 0, 1], negatives: [0, 1, 0] };
  expect(rocCurve(few)).toEqual([
    [0, 0],
    [0, 0.5],
    [1, 0.5],
    [1, 1],
  ]);
  expect(precisionRecallCurve(few)).toEqual([
    [0.5, 1],
    [0.5, 0.5],
    [1, 2 / 3],
  ]);
  expect(riskCoverageCurve(few)).toEqual([
    [1 / 3, 0],
    [2 / 3, 0.5],
    [1, 1 / 3],
  ]);

  const many = counts(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000 > 2500 - i / 3));
  for (const curve of [rocCurve, precisionRecallCurve, riskCoverageCurve]) {
    const points = curve(many) ?? [];
    expect(points.length).toBeGreaterThan(20);
    expect(points.length).toBeLessThan(402);
    expect(points.at(-1)?.[0]).toBe(1);
  }
});
