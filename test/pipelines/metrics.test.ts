import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import { type EvaluationFormat, evaluationText } from '../../pipelines/evaluation-text.js';
import type { Evaluation } from '../../src/counting/evaluation.js';

const EXPECTED = JSON.parse(readFileSync('test/fixtures/metrics/expected.json', 'utf8'));

const metricsOf = async (options: EvaluateOptions) => {
  const result = await evaluate({ workers: 0, ...options, metrics: true });
  const { outputs } = result.evaluation;
  if (outputs === undefined) throw new TypeError('expected what all outputs tell');
  return { ...result, outputs };
};

/** All but the time that it took. */
const untimed = ({ workers: _, seconds: __, imagesPerSecond: ___, ...evaluation }: Evaluation) => evaluation;

describe.each(['sigmoid', 'relu'])(
  'the numbers of the bundled network %s are those of scikit-learn',
  (model) => {
    const expected = EXPECTED[model];
    const made = metricsOf({ model });
    const gap = (own: number | null | undefined, other: number) => Math.abs((own ?? Number.NaN) - other);

    test('what the matrix gives is equal', async () => {
      const { evaluation } = await made;
      expect(evaluation.correct).toBe(expected.correct);
      expect(evaluation.macro.f1).toBeCloseTo(expected.macroF1, 12);
      expect(evaluation.agreement.cohenKappa).toBeCloseTo(expected.cohenKappa, 12);
      expect(evaluation.agreement.matthewsCorrelation).toBeCloseTo(expected.matthewsCorrelation, 12);
      // Both ends are estimates: 2,000 resamples here, 20,000 there, and a standard deviation of 0.0019.
      expect(gap(evaluation.macroF1Interval?.low, expected.macroF1Interval[0])).toBeLessThan(4e-4);
      expect(gap(evaluation.macroF1Interval?.high, expected.macroF1Interval[1])).toBeLessThan(4e-4);
    });

    // The kernel computes in float32 with integer weights in the first layer, scikit-learn was given float64.
    test('what each image adds to is equal to six digits', async () => {
      const { outputs } = await made;
      for (const { k, accuracy } of outputs.topK ?? []) expect(accuracy).toBe(expected.topK[k]);
      expect(outputs.topK).toHaveLength(3);
      expect(gap(outputs.brier, expected.brier)).toBeLessThan(1e-6);
      expect(gap(outputs.logLoss, expected.logLoss)).toBeLessThan(1e-6);
    });

    test('areas, which come from bins, differ by less than 3e-5, their means by less than 5e-6', async () => {
      const { outputs } = await made;
      expect(gap(outputs.rocArea, expected.rocArea)).toBeLessThan(1e-6);
      expect(gap(outputs.averagePrecision, expected.averagePrecision)).toBeLessThan(5e-6);
      expect(gap(outputs.riskCoverageArea, expected.riskCoverageArea)).toBeLessThan(1e-6);
      for (const [k, own] of outputs.classes.entries()) {
        expect(gap(own.rocArea, expected.rocAreas[k])).toBeLessThan(5e-6);
        expect(gap(own.averagePrecision, expected.averagePrecisions[k])).toBeLessThan(3e-5);
      }
    });
  },
);

test('batches and threads change no bit', async () => {
  const { evaluation } = await metricsOf({ limit: 3000 });
  for (const options of [{ workers: 2 }, { batchSize: 77 }, { workers: 2, batchSize: 501 }]) {
    const other = await metricsOf({ limit: 3000, ...options });
    expect(untimed(other.evaluation)).toEqual(untimed(evaluation));
  }
});

test('every format tells it', async () => {
  const result = await metricsOf({});
  const textOf = (format: EvaluationFormat) =>
    evaluationText(result, format, { color: 0, width: 80, unicode: true });
  const facts = 'area under ROC 0.9960, average precision 0.9836';
  const table = await textOf('table');
  expect(table).toContain(`\nranking      ${facts}\n`);
  expect(table).toContain('\n0         97.8 %   98.4 %   98.1 %   99.85 %   98.63 %      980\n');
  const markdown = await textOf('markdown');
  expect(markdown).toContain(`| ranking | ${facts} |`);
  expect(markdown).toContain('| 0 | 97.8 % | 98.4 % | 98.1 % | 99.85 % | 98.63 % | 980 |');
  const csv = await textOf('csv');
  const { outputs, evaluation } = result;
  for (const row of [
    `top_3_accuracy,,,${outputs.topK?.[1].accuracy}`,
    `log_loss,,,${outputs.logLoss}`,
    `f1_low,,,${evaluation.macroF1Interval?.low}`,
    `roc_area,9,,${outputs.classes[9].rocArea}`,
    `average_precision,9,,${outputs.classes[9].averagePrecision}`,
  ])
    expect(csv).toContain(`\n${row}\n`);
  expect(JSON.parse(await textOf('json'))).toEqual(JSON.parse(JSON.stringify(evaluation)));
});

test('it is left out where nobody asked for it', async () => {
  const { evaluation } = await evaluate({ workers: 0, limit: 100 });
  expect(evaluation).not.toHaveProperty('outputs');
  expect(evaluation.agreement.cohenKappa).toBeGreaterThan(0.9);
  expect(evaluation.images).toBe(100);
});
