import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import type { LabelledRecords } from '../../src/counting/scored-records.js';

const NAMES = ['a', 'b', 'c', 'd'];

/** A record as a test writes it down: its class, and its four outputs. */
interface Judged {
  readonly truth: number;
  readonly outputs: readonly number[];
}

function recordsOf(
  first: number,
  judged: readonly Judged[],
  outputsAreProbabilities = true,
): LabelledRecords {
  const outputs = Float32Array.from(judged.flatMap((one) => one.outputs));
  const best = judged.map((one) => one.outputs.indexOf(Math.max(...one.outputs)));
  return {
    ...{ first, count: judged.length, classCount: 4, outputsAreProbabilities, outputs },
    labels: Uint8Array.from(judged, ({ truth }) => truth),
    predictions: Uint8Array.from(best),
    confidences: Float32Array.from(judged, (one, i) => one.outputs[best[i]]),
    losses: new Float32Array(judged.length),
    pixelsOf: () => new Uint8Array(1),
  };
}

function tallyOf(judged: readonly Judged[], outputsAreProbabilities = true): EvaluationTally {
  const tally = new EvaluationTally({ classes: 4, outputsAreProbabilities, withOutputs: true });
  tally.add(recordsOf(0, judged, outputsAreProbabilities));
  return tally;
}

const scoresOf = (...given: Parameters<typeof tallyOf>) => {
  const scores = tallyOf(...given).outputs?.scores(NAMES);
  if (scores === undefined) throw new TypeError('expected scores');
  return scores;
};

const share = fc.oneof(fc.constantFrom(0, 1, 0.5, 2 ** -40), fc.float({ min: 0, max: 1, noNaN: true }));
const judged: fc.Arbitrary<Judged> = fc.record({
  truth: fc.nat(3),
  outputs: fc.array(share, { minLength: 4, maxLength: 4 }),
});

describe('what all outputs tell', () => {
  test('is the same, bit for bit, in any batches, order and shards, kept as JSON in between', () => {
    fc.assert(
      fc.property(
        fc.array(judged, { maxLength: 40 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat()), { maxLength: 5 }),
        fc.boolean(),
        (all, cuts, isProbable) => {
          const starts = [0, ...cuts.map(([at]) => at).sort((a, b) => a - b)];
          const parts = starts.map((from, i) => {
            const tally = new EvaluationTally({ classes: 4, withOutputs: true });
            tally.add(recordsOf(from, all.slice(from, starts[i + 1] ?? 40), isProbable));
            return { turn: cuts[i]?.[1] ?? 0, state: JSON.stringify(tally) };
          });
          const merged = new EvaluationTally({ classes: 4, withOutputs: true });
          for (const { state } of parts.sort((a, b) => a.turn - b.turn))
            merged.merge(EvaluationTally.from(JSON.parse(state), 1));
          const whole = new EvaluationTally({ classes: 4, withOutputs: true });
          whole.add(recordsOf(0, all, isProbable));
          expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
          expect(merged.outputs?.scores(NAMES)).toEqual(whole.outputs?.scores(NAMES));
        },
      ),
    );
  });

  test('is what the definitions say, the outputs divided by their sum', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            truth: fc.nat(3),
            // Far enough apart that no two images share a bin by chance, but for equal ones.
            outputs: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 4, maxLength: 4 }),
          }),
          { minLength: 1, maxLength: 30 },
        ),
        (drawn) => {
          const all = drawn.map(({ truth, outputs }) => ({
            truth,
            outputs: outputs.map((x) => Math.fround(x / 41)),
          }));
          const scores = scoresOf(all);
          const mean = (value: (p: number[], truth: number) => number) =>
            all.reduce((sum, { outputs, truth }) => {
              const total = outputs.reduce((a, b) => a + b, 0);
              return (
                sum +
                value(
                  outputs.map((x) => x / total),
                  truth,
                ) /
                  all.length
              );
            }, 0);
          const brier = mean((p, truth) => p.reduce((sum, x, k) => sum + (x - Number(k === truth)) ** 2, 0));
          expect(scores.brier).toBeCloseTo(brier, 8);
          expect(scores.logLoss).toBeCloseTo(
            mean((p, truth) => -Math.log(p[truth])),
            8,
          );
          for (const { k, correct } of scores.topK ?? []) {
            const isAmong = ({ outputs, truth }: Judged) =>
              outputs
                .map((output, at) => ({ output, at }))
                .sort((a, b) => b.output - a.output)
                .slice(0, k)
                .some(({ at }) => at === truth);
            expect(correct).toBe(all.filter(isAmong).length);
          }
        },
      ),
    );
  });

  test('top-k is told where k is below the number of classes', () => {
    const scores = scoresOf([
      { truth: 0, outputs: [0.1, 0.2, 0.3, 0.4] },
      { truth: 2, outputs: [0.1, 0.2, 0.3, 0.4] },
      // Of equal ones the earlier class comes first, as in predictions.
      { truth: 1, outputs: [0.4, 0.4, 0.4, 0.4] },
      { truth: 2, outputs: [0.4, 0.4, 0.4, 0.4] },
    ]);
    expect(scores.topK).toEqual([
      { k: 2, correct: 2, accuracy: 0.5 },
      { k: 3, correct: 3, accuracy: 0.75 },
    ]);
  });

  test('a class without images, or with all of them, has no ROC curve; the means leave it out', () => {
    const scores = scoresOf([
      { truth: 0, outputs: [0.9, 0.1, 0.1, 0.1] },
      { truth: 1, outputs: [0.1, 0.9, 0.1, 0.1] },
    ]);
    expect(scores.classes.map((one) => [one.name, one.rocArea, one.averagePrecision])).toEqual([
      ['a', 1, 1],
      ['b', 1, 1],
      ['c', null, null],
      ['d', null, null],
    ]);
    expect([scores.rocArea, scores.averagePrecision, scores.riskCoverageArea]).toEqual([1, 1, 0]);
  });

  test('a probability of 0 for the truth costs 36.04, not Infinity', () => {
    const { logLoss } = scoresOf([{ truth: 1, outputs: [1, 0, 0, 0] }]);
    expect(logLoss).toBeCloseTo(52 * Math.LN2, 8);
  });
});

describe('what is not defined is null, and never a wrong number', () => {
  const good: Judged = { truth: 0, outputs: [0.9, 0.1, 0.1, 0.1] };
  const none = { brier: null, logLoss: null, rocArea: null, averagePrecision: null, riskCoverageArea: null };

  test('of outputs that are no probabilities only top-k is defined', () => {
    const scores = scoresOf([{ truth: 0, outputs: [7, -3, 0.5, 0.2] }], false);
    expect(scores).toMatchObject({ ...none, riskCoverage: null });
    expect(scores.topK?.map(({ correct }) => correct)).toEqual([1, 1]);
    expect(scores.classes[0]).toEqual({
      name: 'a',
      rocArea: null,
      averagePrecision: null,
      roc: null,
      precisionRecall: null,
    });
  });

  test.each([
    ['is NaN', [0.9, Number.NaN, 0, 0], null],
    ['is infinite', [0.9, Number.POSITIVE_INFINITY, 0, 0], null],
    ['is below 0', [0.9, -0.1, 0, 0], [2, 2]],
    ['is above 1', [0.9, 1.5, 0, 0], [2, 2]],
    ['is 0, as all are', [0, 0, 0, 0], [2, 2]],
  ] as const)('one image of which an output %s', (_, outputs, topK) => {
    const scores = scoresOf([good, { truth: 0, outputs }]);
    expect(scores).toMatchObject(none);
    expect(scores.topK?.map(({ correct }) => correct) ?? null).toEqual(topK);
  });

  test('of no images nothing is', () => {
    expect(scoresOf([])).toMatchObject({ ...none, topK: null, riskCoverage: null });
  });
});

test('records whose outputs were not kept are refused, and not counted', () => {
  const tally = new EvaluationTally({ withOutputs: true });
  const { outputs: _, ...without } = recordsOf(5, [{ truth: 0, outputs: [1, 0, 0, 0] }]);
  const expected =
    'records 5 to 5: expected all 4 outputs of each record, found none; keep them with withOutputs';
  expect(() => tally.add(without)).toThrow(expect.objectContaining({ code: 'USAGE', message: expected }));
  expect(() => tally.add({ ...without, outputs: new Float32Array(0) })).toThrow(expected);
  expect(tally.images).toBe(0);
});

test('a tally with all outputs and one without are not added up', () => {
  const [own, other] = [true, false].map((withOutputs) => new EvaluationTally({ classes: 4, withOutputs }));
  expect(() => own.merge(other)).toThrow(
    'merge: expected a tally of 4 classes, 0 mistakes, any outputs, all of them, found one of 4 classes, 0 mistakes, any outputs',
  );
});

test.each([
  [
    'of too few images',
    (state: State) =>
      Object.assign(state.outputs, { ranks: [0, 0, 0, 0], classes: [[], [], [], []], verdicts: [] }),
    'tally.outputs: expected 2 images, found 0',
  ],
  [
    'whose bins do not add up',
    (state: State) => state.outputs.classes[1].pop(),
    'tally.outputs.classes[1]: expected counts of 2 images, found of 1',
  ],
  [
    'with a bin that there is not',
    (state: State) => state.outputs.verdicts[0].splice(0, 1, 4096),
    'tally.outputs.verdicts[0][0]: expected a whole number, 0 to 4095, found 4096',
  ],
  [
    'without its sums',
    (state: State) => Object.assign(state.outputs, { brier: null }),
    'tally.outputs.brier: expected an object, found null',
  ],
])('a state %s is refused', (_, change, message) => {
  const tally = tallyOf([
    { truth: 0, outputs: [0.9, 0.1, 0.1, 0.1] },
    { truth: 1, outputs: [0.2, 0.8, 0.3, 0.1] },
  ]);
  const state = JSON.parse(JSON.stringify(tally));
  change(state);
  expect(() => EvaluationTally.from(state, 1)).toThrow(
    expect.objectContaining({ code: 'SHARD_BROKEN', message }),
  );
});

interface State {
  readonly outputs: { ranks: number[]; classes: number[][][]; verdicts: number[][] };
}
