import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellExamples } from '../../src/counting/cell-examples.js';
import { ReportCollector } from '../../src/counting/report-collector.js';
import { ThresholdCurve } from '../../src/counting/threshold-curve.js';
import { tinyNetwork } from '../helpers/records.js';
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

function curveOf(some: readonly ScoredRecord[]): ThresholdCurve {
  const curve = new ThresholdCurve();
  const { labels, predictions, confidences, count } = batchOf(0, some);
  curve.addAll(labels, predictions, confidences, count);
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
      const merged = curveOf(all.slice(cut));
      merged.merge(curveOf(all.slice(0, cut)));
      expect(merged.points).toEqual(points);
    }),
    { numRuns: 20 },
  );
});

test('each cell keeps its most confident records, the earliest of equals, split or whole', () => {
  fc.assert(
    fc.property(records, fc.nat(40), (all, cut) => {
      const whole = new CellExamples(3, 2);
      whole.addAll(batchOf(0, all));
      const merged = new CellExamples(3, 2);
      merged.addAll(batchOf(Math.min(cut, all.length), all.slice(cut)));
      const head = new CellExamples(3, 2);
      head.addAll(batchOf(0, all.slice(0, cut)));
      merged.merge(head);
      for (let cell = 0; cell < 9; cell++) {
        const [truth, prediction] = [Math.floor(cell / 3), cell % 3];
        const expected = all
          .map((record, index) => ({ ...record, index }))
          .filter((record) => record.truth === truth && record.prediction === prediction)
          .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
          .slice(0, 2)
          .map(({ index, confidence, pixels }) => ({ index, confidence, pixels: Uint8Array.from(pixels) }));
        expect(whole.of(truth, prediction)).toEqual(expected);
        expect(merged.of(truth, prediction)).toEqual(expected);
      }
    }),
  );
});

test('a collector refuses records without labels', () => {
  const unlabelled = {
    ...batchOf(0, [{ truth: 0, prediction: 0, confidence: 1, loss: 0, pixels: [0] }]),
    labels: null,
  };
  expect(() => new ReportCollector(tinyNetwork).add(unlabelled)).toThrowError(
    expect.objectContaining({ code: 'LABELS_MISSING' }),
  );
});
