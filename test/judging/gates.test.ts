import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { type Baseline, parseBaseline } from '../../src/judging/baseline.js';
import { type AgainstBaseline, checkGates, type Gates } from '../../src/judging/gates.js';
import { evaluationJson } from '../../src/outputs/json-text.js';
import { evaluationOf } from '../counting/evaluation-of.js';
import { failureOf } from '../inputs/failure-of.js';

/** 17 of 20 right; a recall of 0.8 and 0.9; sure by 0.75 of what is right by 0.85. */
const EVALUATION = evaluationOf(
  [
    [8, 2, 0],
    [1, 9, 0],
    [0, 0, 0],
  ],
  { names: ['a', 'b', 'c=d'] },
);
const NONE = evaluationOf([[0]]);

describe('an evaluation is held against', () => {
  const found = (gates: Gates, evaluation = EVALUATION) =>
    checkGates(evaluation, gates).map(({ gate: _, limit: __, value: ___, ...said }) => said);

  test.each<[string, Gates, object]>([
    [
      'its accuracy, which may be what is asked for',
      { minAccuracy: 0.85 },
      { name: 'accuracy', passed: true, expected: 'at least 0.85', found: '0.85' },
    ],
    [
      'an accuracy that it does not have',
      { minAccuracy: 0.8500001 },
      { name: 'accuracy', passed: false, expected: 'at least 0.8500001', found: '0.85' },
    ],
    [
      'the recall of each class that has images',
      { minRecall: 0.8 },
      { name: 'recall of each class', passed: true, expected: 'at least 0.8', found: '0.8 of a' },
    ],
    [
      'a recall that some do not have',
      { minRecall: 0.95 },
      { name: 'recall of each class', passed: false, expected: 'at least 0.95', found: '0.8 of a, 0.9 of b' },
    ],
    [
      'the recall of one class',
      { minRecallOf: { b: 0.91 } },
      { name: 'recall of b', className: 'b', passed: false, expected: 'at least 0.91', found: '0.9' },
    ],
    [
      'the recall of a class that has no images',
      { minRecallOf: { 'c=d': 0 } },
      {
        name: 'recall of c=d',
        className: 'c=d',
        passed: false,
        expected: 'at least 0',
        found: 'no images to measure it on',
      },
    ],
    [
      'a calibration error that it has',
      { maxCalibrationError: 0.11 },
      { name: 'calibration error', passed: true, expected: 'at most 0.11', found: '0.1' },
    ],
    [
      'a lower calibration error',
      { maxCalibrationError: 0.09 },
      { name: 'calibration error', passed: false, expected: 'at most 0.09', found: '0.1' },
    ],
  ])('%s', (_, gates, said) => {
    expect(found(gates)).toEqual([said]);
  });

  test('several: each says for itself whether it is passed, and one of a class holds in place of that of all', () => {
    const gates = { minAccuracy: 0.9, minRecall: 0.9, minRecallOf: { a: 0.7 }, maxCalibrationError: 0.2 };
    const said = found(gates).map(({ name, passed }) => [name, passed]);
    expect(said).toEqual([
      ['accuracy', false],
      ['recall of each other class', true],
      ['recall of a', true],
      ['calibration error', true],
    ]);
    expect(found({})).toEqual([]);
  });

  test('anything in vain where it has no images', () => {
    const gates = { minAccuracy: 0, minRecall: 0, maxCalibrationError: 1 };
    const against = { baseline: parseBaseline(evaluationJson(NONE), 'b.json') };
    const paired = { ...against, pairs: { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 } };
    for (const one of checkGates(NONE, gates, paired))
      expect(one).toMatchObject({ passed: false, found: 'no images to measure it on', value: null });
  });

  test('no more than five classes by name', () => {
    const matrix = Array.from({ length: 8 }, (_, truth) =>
      Array.from({ length: 8 }, (_, at) => +(at !== truth)),
    );
    const [{ found: words }] = found({ minRecall: 0.5 }, evaluationOf(matrix));
    expect(words).toBe('0 of 0, 0 of 1, 0 of 2, 0 of 3, 0 of 4, and 3 more');
  });
});

describe('gates that make no sense are refused:', () => {
  test.each<[string, Gates, Evaluation, string]>([
    [
      'a class that it does not know',
      { minRecallOf: { z: 0.5 } },
      EVALUATION,
      '--min-recall: expected a class of the network (a, b, c=d), found "z"; give one of them',
    ],
    [
      'a calibration error of outputs that are no probabilities',
      { maxCalibrationError: 0.5 },
      evaluationOf([[1]], { outputsAreProbabilities: false }),
      '--max-calibration-error: expected a network whose outputs are probabilities, found one whose outputs are not; leave it out',
    ],
    [
      'a margin of nothing',
      { margin: 0.1 },
      EVALUATION,
      'margin: expected a baseline that it is a margin of, found none; give one (--baseline)',
    ],
    [
      'percents',
      { minAccuracy: 94 },
      EVALUATION,
      'minAccuracy: expected a share from 0 to 1, found 94; give such as 0.95',
    ],
    [
      'what is no number',
      { minRecallOf: { a: '1' as unknown as number } },
      EVALUATION,
      'a: expected a share from 0 to 1, found "1"; give such as 0.95',
    ],
    [
      'NaN',
      { minRecall: Number.NaN },
      EVALUATION,
      'minRecall: expected a share from 0 to 1, found null; give such as 0.95',
    ],
  ])('%s', async (_, gates, evaluation, message) => {
    expect(await failureOf(() => checkGates(evaluation, gates))).toMatchObject({ code: 'USAGE', message });
  });

  test('of 256 classes not all are named', async () => {
    const many = evaluationOf(Array.from({ length: 40 }, () => new Array<number>(40).fill(0)));
    const { message } = await failureOf(() => checkGates(many, { minRecallOf: { z: 1 } }));
    expect(message).toContain('28, 29, … 40 in all), found "z"');
  });
});

describe('the accuracy is held against that of a baseline,', () => {
  /** An evaluation of 1,000 images of one class, and what it is held against. */
  function pairOf([both, onlyFirst, onlySecond, neither]: readonly number[], isPaired = true) {
    const of = (correct: number) => {
      const made = evaluationOf([
        [correct, both + onlyFirst + onlySecond + neither - correct],
        [0, 0],
      ]);
      const files = made.data.files.map(({ path }) => ({ path, sha256: '01'.repeat(32) }));
      return { ...made, data: { ...made.data, files } };
    };
    const baseline: Baseline = parseBaseline(evaluationJson(of(both + onlySecond)), 'base.json');
    const pairs = { both, onlyFirst, onlySecond, neither };
    const against: AgainstBaseline = isPaired ? { baseline, pairs } : { baseline };
    return { evaluation: of(both + onlyFirst), against };
  }
  const resultOf = (counts: readonly number[], isPaired = true, margin?: number) => {
    const { evaluation, against } = pairOf(counts, isPaired);
    return checkGates(evaluation, { margin }, against)[0];
  };

  test('image by image: it may not be significantly lower', () => {
    // statsmodels: mcnemar([[940, 6], [20, 34]], exact=True).pvalue = 0.009355
    expect(resultOf([940, 6, 20, 34])).toMatchObject({
      ...{ gate: 'baseline', name: 'accuracy against base.json', passed: false, limit: null, value: 0.014 },
      expected: 'no significant drop from 0.96',
      found: '0.946, 14 images fewer (20 lost, 6 won; p = 0.0094)',
      against: {
        ...{ path: 'base.json', accuracy: 0.96, difference: -0.014 },
        interval: { level: 0.95, method: 'newcombe' },
        pairs: { both: 940, onlyThis: 6, onlyBaseline: 20, neither: 34 },
      },
    });
    // The same drop, where they agree less: 0.108857 by the same.
    expect(resultOf([920, 26, 40, 14])).toMatchObject({
      passed: true,
      found: '0.946, 14 images fewer (40 lost, 26 won; p = 0.11)',
    });
    expect(resultOf([940, 20, 6, 34])).toMatchObject({
      passed: true,
      found: '0.96, 14 images more (6 lost, 20 won; p = 0.0094)',
    });
  });

  test('and where there are no verdicts, as if it were of other images, which finds large drops only', () => {
    const small = resultOf([940, 6, 20, 34], false);
    expect(small).toMatchObject({ passed: true, against: { pairs: null } });
    expect(small.found).toMatch(
      /^0\.946, 14 images fewer \(not paired: 95 % interval of the difference -0\.03\d\d to 0\.00\d\d\)$/,
    );
    expect(resultOf([900, 6, 60, 34], false)).toMatchObject({ passed: false, against: { pairs: null } });
  });

  test('or by a margin: the drop itself may not be larger, however it came about', () => {
    expect(resultOf([940, 6, 20, 34], true, 0.014)).toMatchObject({
      ...{ passed: true, limit: 0.014, value: 0.014, expected: 'a drop of at most 0.014 from 0.96' },
    });
    expect(resultOf([940, 6, 20, 34], true, 0.0139)).toMatchObject({ passed: false });
    expect(resultOf([920, 26, 40, 14], false, 0.0139)).toMatchObject({ passed: false });
    expect(resultOf([999, 0, 1, 0], true, 0)).toMatchObject({
      passed: false,
      found: expect.stringContaining('1 image fewer'),
    });
    expect(resultOf([999, 1, 0, 0], true, 0)).toMatchObject({ passed: true });
  });

  test('and two runs of one network never fail, whatever was right', () => {
    fc.assert(
      fc.property(
        fc.nat(400),
        fc.nat(400),
        fc.boolean(),
        fc.constantFrom(undefined, 0, 0.01),
        (right, wrong, isPaired, margin) => {
          fc.pre(right + wrong > 0);
          const result = resultOf([right, 0, 0, wrong], isPaired, margin);
          expect(result).toMatchObject({
            passed: true,
            value: 0,
            found: expect.stringContaining('as many images'),
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a drop of as many images as a margin allows passes, for any numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(), (images, seed) => {
        const drop = seed % (images + 1);
        const counts = [images - drop, 0, drop, 0];
        expect(resultOf(counts, true, drop / images).passed).toBe(true);
        if (drop > 0) expect(resultOf(counts, true, (drop - 0.5) / images).passed).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test('with counts of these two alone', async () => {
    const { evaluation, against } = pairOf([940, 6, 20, 34]);
    const pairs = { both: 941, onlyFirst: 6, onlySecond: 20, neither: 33 };
    expect(await failureOf(() => checkGates(evaluation, {}, { ...against, pairs }))).toMatchObject({
      code: 'USAGE',
      message:
        'pairs: expected counts of 946 and 960 right of 1000, as the evaluation and its baseline are, found 947 and 961 of 1000; ' +
        'pair the verdicts of these two',
    });
  });
});
