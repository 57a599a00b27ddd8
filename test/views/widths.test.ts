import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { compare } from '../../pipelines/judging/compare.js';
import { train } from '../../pipelines/train.js';
import { renderTraining } from '../../src/cli/networks/describe-training.js';
import type { GateResult } from '../../src/counting/gate-result.js';
import { SliceTally } from '../../src/counting/slices.js';
import { STRESS_SCHEMA, type StressReport } from '../../src/judging/stress-report.js';
import { renderSlices } from '../../src/views/terminal/judging/render-slices.js';
import { renderStress } from '../../src/views/terminal/judging/render-stress.js';
import { renderComparison } from '../../src/views/terminal/render-comparison.js';
import { renderEvaluation } from '../../src/views/terminal/render-evaluation.js';
import { type RenderOptions, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { sayJapanese } from '../../src/views/words/terminal/say-japanese.js';
import { evaluationOf, OTHER_READING, TEN_CLASSES } from '../counting/evaluation-of.js';

const PICTURE = { height: 2, width: 2, pixels: Uint8Array.of(0, 255, 128, 64) };
const CLOTHES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'お',
  'Ankle boot',
];
const said = { expected: 'at least 0.99', found: '0.9', limit: 0.99, value: 0.9 };
const views: Record<string, (options: RenderOptions) => string> = {};

beforeAll(async () => {
  const { evaluation } = await evaluate({ limit: 500, metrics: true, workers: 0 });
  const gates: GateResult[] = [
    { ...{ gate: 'min-accuracy', name: 'accuracy', passed: false }, ...said },
    { ...{ gate: 'min-recall', name: 'recall of each class', passed: true }, ...said },
  ];
  const odd = { partial: true, mistakes: 6, otherReading: OTHER_READING };
  const [clothes, plain] = [
    { ...evaluationOf(TEN_CLASSES, { ...odd, names: CLOTHES }), gates },
    evaluationOf(TEN_CLASSES, { ...odd, outputsAreProbabilities: false }),
  ];
  const shown = Array.from({ length: 10 }, () => PICTURE);
  for (const [name, of] of Object.entries({ metrics: evaluation, clothes, plain })) {
    views[`evaluation, ${name}`] = (options) => renderEvaluation(of, shown, options);
  }
  const networks = ['sigmoid', 'relu', 'sigmoid', 'relu'];
  for (const count of [2, 4]) {
    const { comparison } = await compare({ networks: networks.slice(0, count), limit: 300, examples: 2 });
    const pairs = comparison.pairs.map(() => ({ onlyFirst: shown, onlySecond: shown }));
    views[`comparison of ${count}`] = (options) => renderComparison(comparison, pairs, options);
  }
  const stress = stressOf(evaluation);
  views.stress = (options) => renderStress(stress, options);
  const tally = new SliceTally('writer', 'column');
  for (let i = 0; i < 3000; i++) tally.add(`writer ${i % 20} of the second set`, i % 20 > 3 || i % 3 > 0);
  const slices = [tally.slice()];
  views.slices = (options) => renderSlices(slices, options);
  const trained = await train({ epochs: 1, validation: 55_000, workers: 1 });
  const training = { ...trained.training, partial: true, diverged: [{ run: 2, epoch: 1 }] };
  const points = [1, 2].map((epoch) => ({ epoch, loss: 1 / epoch, accuracy: 0.5 }));
  const curve = { points, bestEpoch: 2, title: 'run 2 of 4' };
  views.training = (options) => renderTraining({ ...trained, training, curve }, options);
});

function stressOf({ model, data }: Pick<StressReport, 'model' | 'data'>): StressReport {
  const interval = { low: 0.9, high: 1 };
  const point = { correct: 99, accuracy: 0.99, interval };
  const points = [0.25, 0.5, 0.75, 1, 1.25].map((strength) => ({ ...point, accuracy: 1, strength }));
  return {
    ...{ schema: STRESS_SCHEMA, model, data, normalization: '', seed: 1, images: 100, clean: point },
    corruptions: ['occlusion', 'blur'].map((name) => ({ name, unit: 'pixels of 28', points, mean: 0.99 })),
    ...{ mean: 0.99, worst: { corruption: 'occlusion', strength: 1.25, accuracy: 0.8 } },
    flips: {
      images: 2,
      distances: (['largest', 'euclidean'] as const).map((norm) => ({
        ...{ norm, proven: [0.0112, 0.02], found: [0.0123, 0.03], within1: 0, within10: 1 },
        quantiles: [0.00123, 0.0123, 0.123, 0.2, null],
      })),
    },
    ...{ workers: 2, seconds: 5, partial: true },
  };
}

const options = fc.record({
  width: fc.integer({ min: 40, max: 140 }),
  color: fc.constantFrom<RenderOptions['color']>(0, 1, 2, 3),
  unicode: fc.boolean(),
  background: fc.constantFrom<RenderOptions['background']>(undefined, 'dark', 'light'),
  say: fc.constantFrom(undefined, sayJapanese),
});

describe.each([
  'evaluation, metrics',
  'evaluation, clothes',
  'evaluation, plain',
  'comparison of 2',
  'comparison of 4',
  'stress',
  'slices',
  'training',
])('%s', (name) => {
  test('has no line that is wider than the terminal, from 40 columns on', () => {
    fc.assert(
      fc.property(options, (given) => {
        for (const line of views[name](given).split('\n')) {
          expect(displayWidth(line), `${given.width}: ${withoutStyles(line)}`).toBeLessThanOrEqual(
            given.width,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  test('has no broken word', () => {
    const wordsOf = (width: number) =>
      views[name]({ color: 0, width, unicode: true })
        .split(/\s+/)
        .map((word) => word.replace(/^[([]+|[\])]*[,;:.]*$/g, ''));
    const whole = new Set([...wordsOf(200), ...ONLY_NARROW.split(' ')]);
    for (let width = 40; width < 140; width++) {
      const broken = wordsOf(width).filter(
        (word) => /[a-z]{2}/i.test(word) && !whole.has(word) && !word.includes('…'),
      );
      expect(broken, String(width)).toEqual([]);
    }
  });
});

/** What is said only where there is no room. */
const ONLY_NARROW =
  'The matrix of 10 classes does not fit here --format csv has all of it These columns do not fit of them ' +
  'only A only B has these below beside the name once';

test('one epoch is one', () => {
  expect(views.training({ color: 0, width: 80, unicode: true })).toMatch(/for 1 epoch,/);
});
