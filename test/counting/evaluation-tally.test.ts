import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationTally, type EvaluationTallyOptions } from '../../src/counting/evaluation-tally.js';
import { batchOf, type ScoredRecord } from './evaluation-of.js';

const OPTIONS = { classes: 4, mistakes: 3, outputsAreProbabilities: true } as const;
const RIGHT: ScoredRecord = { truth: 1, prediction: 1, confidence: 1, loss: 0, pixels: [0, 0] };

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

function tallyOf(
  records: readonly ScoredRecord[],
  options: EvaluationTallyOptions = OPTIONS,
): EvaluationTally {
  const tally = new EvaluationTally(options);
  tally.add(batchOf(0, records));
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
        fc.constantFrom<EvaluationTallyOptions>(OPTIONS, { mistakes: 3 }, { mistakes: 3, classes: 4 }),
        (records, sizes, places, options) => {
          const shards = Array.from({ length: 4 }, () => new EvaluationTally(options));
          // Each batch is given a random turn and a random shard.
          cutIntoBatches(records, sizes)
            .map((batch, i) => ({ batch, turn: places[i][0], shard: places[i][1] }))
            .sort((a, b) => a.turn - b.turn)
            .forEach(({ batch, shard }) => {
              shards[shard].add(batchOf(batch.first, batch.records));
            });
          const merged = shards.reduceRight((sum, shard) => {
            sum.merge(shard);
            return sum;
          }, new EvaluationTally(options));
          expect(JSON.stringify(merged)).toBe(JSON.stringify(tallyOf(records, options)));
        },
      ),
    );
  });

  it('has the figures of an evaluation', () => {
    const tally = tallyOf([RIGHT, RIGHT, RIGHT, { ...RIGHT, prediction: 2, confidence: 0.5, loss: 2 }]);
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

  it('learns classes and the kind of outputs from the first records', () => {
    const tally = new EvaluationTally();
    tally.add(batchOf(0, [RIGHT], 7, true));
    expect([tally.confusion?.classes, tally.outputsAreProbabilities]).toEqual([7, true]);
    expect(tally.calibration?.expectedCalibrationError).toBe(0);
    const plain = new EvaluationTally();
    plain.add(batchOf(0, [RIGHT], 7, false));
    expect([plain.outputsAreProbabilities, plain.calibration]).toEqual([false, null]);
  });

  it('knows neither before the first record, and has counted none', () => {
    const { confusion, outputsAreProbabilities, calibration, images, correct, accuracy } =
      new EvaluationTally();
    expect({ confusion, outputsAreProbabilities, calibration, images, correct, accuracy }).toEqual({
      ...{ confusion: null, outputsAreProbabilities: null, calibration: null },
      ...{ images: 0, correct: 0, accuracy: null },
    });
  });

  it('refuses records without labels', () => {
    const tally = new EvaluationTally(OPTIONS);
    const unlabelled = { ...batchOf(20, [RIGHT, RIGHT]), labels: null };
    expect(() => tally.add(unlabelled)).toThrowError(
      expect.objectContaining({
        code: 'LABELS_MISSING',
        exitCode: 65,
        message: expect.stringContaining('records 20 to 21: expected labels to compare with, found none;'),
      }),
    );
    expect(JSON.stringify(tally)).toBe(JSON.stringify(new EvaluationTally(OPTIONS)));
  });

  it.each([
    ['INPUT_SIZE', 'expected verdicts out of 4 classes, found 5;', 5, true],
    ['USAGE', 'expected probabilities, found plain outputs;', 4, false],
  ])('refuses records of another network: %s', (code, words, classCount, outputsAreProbabilities) => {
    const message = expect.stringContaining(`records 9 to 9: ${words}`);
    for (const options of [OPTIONS, { mistakes: 3 }]) {
      const tally = tallyOf([RIGHT], options);
      const before = JSON.stringify(tally);
      const other = batchOf(9, [RIGHT], classCount, outputsAreProbabilities);
      expect(() => tally.add(other)).toThrowError(expect.objectContaining({ code, message }));
      expect(JSON.stringify(tally)).toBe(before);
    }
  });

  it('takes a batch of no records for what it is: nothing', () => {
    const tally = new EvaluationTally({ mistakes: 3 });
    tally.add({ ...batchOf(0, []), labels: null });
    expect(tally.confusion).toBeNull();
    tally.add(batchOf(0, [RIGHT]));
    expect(tally.images).toBe(1);
  });

  it('learns from the tally it merges, and refuses another one from then on', () => {
    const tally = new EvaluationTally({ mistakes: 3 });
    tally.merge(new EvaluationTally({ mistakes: 3 }));
    expect(tally.confusion).toBeNull();
    tally.merge(tallyOf([RIGHT]));
    tally.merge(new EvaluationTally({ mistakes: 3 }));
    expect(JSON.stringify(tally)).toBe(JSON.stringify(tallyOf([RIGHT])));
    const other = new EvaluationTally({ mistakes: 3 });
    other.add(batchOf(0, [RIGHT], 5));
    expect(() => tally.merge(other)).toThrowError(
      expect.objectContaining({
        code: 'USAGE',
        message:
          'merge: expected a tally of 4 classes, 3 mistakes, probabilities, found one of 5 classes, 3 mistakes, probabilities',
      }),
    );
  });
});
