import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellExamples, ReportCollector, ThresholdCurve } from '../../src/counting/report-collector.js';
import { batchOf, type ScoredRecord } from './evaluation-of.js';

const records = fc.array(
  fc.record({
    truth: fc.nat(2),
    prediction: fc.nat(2),
    confidence: fc.nat(2048).map((n) => n / 2048),
    loss: fc.constant(0),
    pixels: fc.tuple(fc.nat(255)),
  }),
  { maxLength: 40 },
);

function curveOf(...batches: readonly (readonly ScoredRecord[])[]): ThresholdCurve {
  const curve = new ThresholdCurve();
  for (const batch of batches) curve.addAll(batchOf(0, batch));
  return curve;
}

test('each point of the curve counts the records of at least its confidence, split or whole', () => {
  fc.assert(
    fc.property(records, fc.nat(40), (all, cut) => {
      const { points } = curveOf(all);
      expect(points).toHaveLength(1025);
      for (const { threshold, answered, correct, share, accuracy } of points) {
        const sure = all.filter(({ confidence }) => confidence >= threshold);
        const right = sure.filter(({ truth, prediction }) => truth === prediction).length;
        expect([answered, correct]).toEqual([sure.length, right]);
        expect(share).toBe(all.length === 0 ? null : sure.length / all.length);
        expect(accuracy).toBe(sure.length === 0 ? null : right / sure.length);
      }
      expect(curveOf(all.slice(cut), all.slice(0, cut)).points).toEqual(points);
    }),
    { numRuns: 20 },
  );
});

test('each cell keeps its most confident records, the earliest of equals, split or whole', () => {
  fc.assert(
    fc.property(records, fc.nat(40), (all, cut) => {
      const whole = new CellExamples(3, 2);
      whole.addAll(batchOf(0, all));
      const split = new CellExamples(3, 2);
      split.addAll(batchOf(Math.min(cut, all.length), all.slice(cut)));
      split.addAll(batchOf(0, all.slice(0, cut)));
      for (let cell = 0; cell < 9; cell++) {
        const [truth, prediction] = [Math.floor(cell / 3), cell % 3];
        const expected = all
          .map((record, index) => ({ ...record, index }))
          .filter((record) => record.truth === truth && record.prediction === prediction)
          .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
          .slice(0, 2)
          .map(({ loss: _, pixels, ...kept }) => ({ ...kept, pixels: Uint8Array.from(pixels) }));
        expect(whole.of(truth, prediction)).toEqual(expected);
        expect(split.of(truth, prediction)).toEqual(expected);
      }
    }),
  );
});

test('a collector refuses records without labels', () => {
  const unlabelled = {
    ...batchOf(0, [{ truth: 0, prediction: 0, confidence: 1, loss: 0, pixels: [0] }]),
    labels: null,
  };
  expect(() => new ReportCollector(1, 2).add(unlabelled)).toThrowError(
    expect.objectContaining({ code: 'LABELS_MISSING' }),
  );
});
