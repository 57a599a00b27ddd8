import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import { batchOf, type ScoredRecord } from './evaluation-of.js';

const OPTIONS = { classes: 4, mistakes: 3, outputsAreProbabilities: true } as const;

const record: fc.Arbitrary<ScoredRecord> = fc.record({
  truth: fc.nat(3),
  prediction: fc.nat(3),
  // Few different values, so that ties are frequent.
  confidence: fc.oneof(
    fc.constantFrom(0, 0.25, 0.5, 1, Number.NaN),
    fc.float({ min: 0, max: 1, noNaN: true }),
  ),
  loss: fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.float()),
  pixels: fc.tuple(fc.nat(255), fc.nat(255)),
});

function tallyOf(records: readonly ScoredRecord[]): EvaluationTally {
  const tally = new EvaluationTally(OPTIONS);
  tally.addBatch(batchOf(0, records));
  return tally;
}

/** Runs of neighbouring records, each with the index of its first: batches of any size. */
function cutIntoBatches(records: readonly ScoredRecord[], sizes: readonly number[]) {
  const batches: { first: number; records: readonly ScoredRecord[] }[] = [];
  for (let first = 0, i = 0; first < records.length; i++) {
    const size = sizes[i % sizes.length];
    batches.push({ first, records: records.slice(first, first + size) });
    first += size;
  }
  return batches;
}

describe('EvaluationTally', () => {
  it('is the same, bit for bit, for any batch size, any order and any sharding', () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(3)), { minLength: 60, maxLength: 60 }),
        (records, sizes, places) => {
          const shards = Array.from({ length: 4 }, () => new EvaluationTally(OPTIONS));
          // Each batch is given a random turn and a random shard.
          cutIntoBatches(records, sizes)
            .map((batch, i) => ({ batch, turn: places[i][0], shard: places[i][1] }))
            .sort((a, b) => a.turn - b.turn)
            .forEach(({ batch, shard }) => {
              shards[shard].addBatch(batchOf(batch.first, batch.records));
            });
          const merged = shards.reduceRight((sum, shard) => {
            sum.merge(shard);
            return sum;
          }, new EvaluationTally(OPTIONS));
          expect(JSON.stringify(merged)).toBe(JSON.stringify(tallyOf(records)));
        },
      ),
    );
  });

  it('has the figures of an evaluation', () => {
    const right = { truth: 1, prediction: 1, confidence: 1, loss: 0, pixels: [0, 0] };
    const tally = tallyOf([right, right, right, { ...right, prediction: 2, confidence: 0.5, loss: 2 }]);
    expect(tally.images).toBe(4);
    expect(tally.correct).toBe(3);
    expect(tally.accuracy).toBe(0.75);
    expect(tally.interval?.low).toBeCloseTo(0.3006, 4);
    expect(tally.meanLoss).toBe(0.5);
    expect(tally.calibration?.expectedCalibrationError).toBe(0.125);
    expect(tally.mistakes.worst).toHaveLength(1);
  });

  it('has null, not 0, for what is not defined without records', () => {
    const { accuracy, interval, meanLoss } = new EvaluationTally(OPTIONS);
    expect({ accuracy, interval, meanLoss }).toEqual({ accuracy: null, interval: null, meanLoss: null });
  });

  it('does not calibrate outputs that are not probabilities', () => {
    expect(new EvaluationTally({ ...OPTIONS, outputsAreProbabilities: false }).calibration).toBeNull();
  });

  it('leaves the tally alone that it merges', () => {
    const other = tallyOf([{ truth: 0, prediction: 1, confidence: 1, loss: 1, pixels: [1, 2] }]);
    const before = JSON.stringify(other);
    const tally = new EvaluationTally(OPTIONS);
    tally.merge(other);
    tally.merge(other);
    expect(JSON.stringify(other)).toBe(before);
    expect(tally.images).toBe(2);
  });

  it.each([{ classes: 5 }, { mistakes: 4 }, { outputsAreProbabilities: false }])(
    'refuses to merge with a tally of other options: %j',
    (different) => {
      const other = new EvaluationTally({ ...OPTIONS, ...different });
      expect(() => new EvaluationTally(OPTIONS).merge(other)).toThrowError(
        expect.objectContaining({ code: 'USAGE' }),
      );
    },
  );
});
