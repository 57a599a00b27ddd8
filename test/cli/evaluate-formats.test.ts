import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import type { CliOptions } from '../helpers/cli.js';
import { testLabels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';

const ESCAPE = '\u001b[';

async function evaluate(args: readonly string[], options?: CliOptions): Promise<string> {
  const { stdout, stderr, exitCode } = await runShared(['evaluate', ...args], options);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

async function evaluateJson(...args: string[]): Promise<Evaluation> {
  return JSON.parse(await evaluate([...args, '--format', 'json']));
}

let json: Evaluation;

beforeAll(async () => {
  json = await evaluateJson();
});

describe('--format json', () => {
  test('has all that its schema promises', () => {
    expect(json).toEqual({
      schema: 'digitflow.evaluation/1',
      model: {
        name: 'sigmoid',
        sha256: openModel('sigmoid').sha256,
        layers: [784, 16, 16, 10],
        activations: ['sigmoid', 'sigmoid', 'sigmoid'],
        parameters: 13_002,
      },
      data: {
        name: 't10k-images-idx3-ubyte',
        dataset: 'MNIST test set',
        files: [
          {
            path: 't10k-images-idx3-ubyte',
            sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
          },
          {
            path: 't10k-labels-idx1-ubyte',
            sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
          },
        ],
        height: 28,
        width: 28,
      },
      normalization: 'scale=1/255',
      images: 10_000,
      correct: expect.any(Number),
      accuracy: json.correct / 10_000,
      interval: { low: expect.any(Number), high: expect.any(Number), level: 0.95, method: 'wilson' },
      confusion: Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => expect.any(Number))),
      classes: Array.from({ length: 10 }, (_, k) => ({
        name: `${k}`,
        support: testLabels().filter((label) => label === k).length,
        precision: expect.any(Number),
        recall: expect.any(Number),
        f1: expect.any(Number),
      })),
      macro: { precision: expect.any(Number), recall: expect.any(Number), f1: expect.any(Number) },
      macroF1Interval: expect.objectContaining({ low: expect.any(Number), high: expect.any(Number) }),
      agreement: { cohenKappa: expect.any(Number), matthewsCorrelation: expect.any(Number) },
      loss: { name: 'squared error', mean: expect.any(Number) },
      calibration: { expectedCalibrationError: expect.any(Number), bins: expect.any(Array) },
      mistakes: expect.any(Array),
      workers: 0,
      seconds: expect.any(Number),
      imagesPerSecond: expect.any(Number),
      partial: false,
      otherReading: null,
      isNearChance: false,
    });
    expect(json.accuracy).toBeGreaterThan(0.945);
  });

  test('has ten mistakes unless told otherwise, none of them right, the most confident first', () => {
    expect(json.mistakes).toHaveLength(10);
    const labels = testLabels();
    for (const { index, truth, prediction } of json.mistakes) {
      expect(truth).toBe(labels[index]);
      expect(prediction).not.toBe(truth);
    }
    const confidences = json.mistakes.map(({ confidence }) => confidence);
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
  });

  test('keeps as many mistakes as are asked for', async () => {
    const counts = [0, 3, 11];
    const results = await Promise.all(counts.map((count) => evaluateJson('--mistakes', `${count}`)));
    expect(results.map(({ mistakes }) => mistakes.length)).toEqual(counts);
    expect(results[1].mistakes).toEqual(json.mistakes.slice(0, 3));
    expect(results[2].mistakes.slice(0, 10)).toEqual(json.mistakes);
  });

  test('marks what a limit cut short as partial, and only that', async () => {
    const limits = ['1', '9999', '10000', '20000'];
    const results = await Promise.all(limits.map((limit) => evaluateJson('--limit', limit)));
    expect(results.map(({ images, partial }) => [images, partial])).toEqual([
      [1, true],
      [9999, true],
      [10_000, false],
      [10_000, false],
    ]);
  });

  test('says null, not zero, of what no image can tell', async () => {
    const empty = await evaluateJson('--limit', '0');
    expect(empty).toMatchObject({ images: 0, correct: 0, accuracy: null, interval: null, partial: true });
    expect(empty.classes[0]).toMatchObject({ support: 0, recall: null });
  });
});

describe('--format csv', () => {
  test('agrees with the JSON, number by number', async () => {
    const rows: Record<'metric' | 'class' | 'predicted' | 'value', string>[] = parse(
      await evaluate(['--format', 'csv']),
      { columns: true },
    );
    const value = (metric: string, truth = '', prediction = '') => {
      const found = rows.filter(
        (row) => row.metric === metric && row.class === truth && row.predicted === prediction,
      );
      expect(found).toHaveLength(1);
      return Number(found[0].value);
    };
    expect(value('images')).toBe(json.images);
    expect(value('correct')).toBe(json.correct);
    expect(value('accuracy')).toBe(json.accuracy);
    expect(value('accuracy_low')).toBe(json.interval?.low);
    expect(value('accuracy_high')).toBe(json.interval?.high);
    expect(value('loss')).toBe(json.loss.mean);
    expect(value('expected_calibration_error')).toBe(json.calibration?.expectedCalibrationError);
    expect(value('f1')).toBe(json.macro.f1);
    expect(json.classes.map(({ name }) => value('support', name))).toEqual(
      json.classes.map(({ support }) => support),
    );
    expect(json.classes.map(({ name }) => value('precision', name))).toEqual(
      json.classes.map(({ precision }) => precision),
    );
    const confusion = json.classes.map((truth) =>
      json.classes.map((prediction) => value('confusion', truth.name, prediction.name)),
    );
    expect(confusion).toEqual(json.confusion);
  });
});

describe('--format markdown', () => {
  test('has a table for each part, and the numbers of the JSON', async () => {
    const markdown = await evaluate(['--format', 'markdown']);
    expect(markdown).toMatch(/^# Evaluation on MNIST test set\n/);
    expect(markdown).toContain('| images | 10,000 of 28 × 28 |');
    expect(markdown).toContain('## Confusion matrix');
    expect(markdown).toContain(`**${json.confusion[0][0]}<br>`);
    expect(markdown).toContain('| class | precision | recall | F1 | support |');
    expect(markdown).toContain(`| #${json.mistakes[0].index} |`);
    expect(markdown).not.toContain(ESCAPE);
  });
});

describe('the table', () => {
  test('is what is printed unless another format is asked for, without colours where there is no terminal', async () => {
    const table = await evaluate([]);
    for (const words of ['MNIST test set', '13,002 parameters', '95 % interval', 'Confusion matrix']) {
      expect(table).toContain(words);
    }
    for (const words of ['precision', 'recall', 'F1', 'support', 'calibration error', 'images/s']) {
      expect(table).toContain(words);
    }
    expect(table).toContain(`${10_000 - json.correct} of 10,000 wrong`);
    expect(table).not.toContain('artial');
    expect(table).not.toContain(ESCAPE);
  });

  test('draws as many of the worst mistakes as are asked for', async () => {
    const table = await evaluate(['--mistakes', '3']);
    const drawn = json.mistakes.filter(({ index }) => table.includes(`#${index} `));
    expect(drawn).toEqual(json.mistakes.slice(0, 3));
    expect(await evaluate(['--mistakes', '0'])).not.toContain('Worst mistakes');
  });

  test('says that it is partial where a limit cut it short', async () => {
    const table = await evaluate(['--limit', '100']);
    expect(table).toContain('100 images');
    expect(table).toContain('Partial');
  });

  test('is coloured by FORCE_COLOR, which outweighs NO_COLOR', async () => {
    const table = (env: Readonly<Record<string, string>>) => evaluate(['--limit', '9'], { env });
    const [all, sixteen, off, no] = await Promise.all([
      table({ FORCE_COLOR: '3' }),
      // Node 22 and later warn on stderr that one of the two is ignored.
      table({ FORCE_COLOR: '1', NO_COLOR: '1', NODE_NO_WARNINGS: '1' }),
      table({ FORCE_COLOR: '0' }),
      table({ NO_COLOR: '1' }),
    ]);
    expect(all).toContain(';48;2;');
    expect(sixteen).toContain(ESCAPE);
    expect(sixteen).not.toContain(';48;2;');
    expect(off).not.toContain(ESCAPE);
    expect(no).not.toContain(ESCAPE);
  });

  test('keeps its colours to itself: data for machines has none', async () => {
    const env = { FORCE_COLOR: '3' };
    const formats = ['json', 'csv', 'markdown'];
    const texts = await Promise.all(
      formats.map((format) => evaluate(['--limit', '9', '--format', format], { env })),
    );
    expect(texts.join()).not.toContain(ESCAPE);
  });
});
