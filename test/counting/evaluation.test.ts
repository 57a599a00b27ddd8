import { describe, expect, it } from 'vitest';
import { evaluationOf, TEN_CLASSES } from './evaluation-of.js';

describe('summarize', () => {
  it('names its schema and carries its context', () => {
    const evaluation = evaluationOf(
      [
        [1, 0],
        [0, 1],
      ],
      { names: ['a', 'b'], workers: 3, partial: true },
    );
    expect(evaluation).toMatchObject({
      schema: 'digitflow.evaluation/1',
      model: { name: 'tiny.safetensors', layers: [4, 3, 2] },
      data: { dataset: 'MNIST test set' },
      normalization: 'pixel / 255',
      loss: { name: 'squared error', mean: 0.25 },
      workers: 3,
      partial: true,
    });
    expect(evaluation.classes.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('counts the same in every part', () => {
    const { images, correct, accuracy, confusion, classes, interval, calibration } =
      evaluationOf(TEN_CLASSES);
    expect(confusion).toEqual(TEN_CLASSES);
    expect(confusion.map((row) => row.reduce((sum, count) => sum + count))).toEqual(
      classes.map((row) => row.support),
    );
    expect(classes.reduce((sum, { support }) => sum + support, 0)).toBe(images);
    expect(confusion.reduce((sum, row, index) => sum + row[index], 0)).toBe(correct);
    expect(accuracy).toBe(correct / images);
    expect(interval).toMatchObject({ level: 0.95, method: 'wilson' });
    expect(calibration?.bins.reduce((sum, { count }) => sum + count, 0)).toBe(images);
  });

  it('lists mistakes by class index and without their pixels', () => {
    expect(
      evaluationOf(
        [
          [1, 2],
          [0, 1],
        ],
        { mistakes: 5 },
      ).mistakes,
    ).toEqual([
      { index: 1, truth: 0, prediction: 1, confidence: 0.75 },
      { index: 2, truth: 0, prediction: 1, confidence: 0.75 },
    ]);
  });

  it('has null for what is not defined', () => {
    const empty = evaluationOf(
      [
        [0, 0],
        [0, 0],
      ],
      { seconds: 0, outputsAreProbabilities: false },
    );
    expect(empty).toMatchObject({
      images: 0,
      accuracy: null,
      interval: null,
      calibration: null,
      imagesPerSecond: null,
      macro: { precision: null, recall: null, f1: null },
    });
    expect(empty.loss.mean).toBeNull();
  });

  it('is the same for a tally that learned classes and outputs from its records', () => {
    const matrix = [
      [3, 1],
      [0, 2],
    ];
    expect(evaluationOf(matrix, { isTold: false })).toEqual(evaluationOf(matrix));
    const empty = evaluationOf(
      matrix.map((row) => row.map(() => 0)),
      { isTold: false },
    );
    expect(empty).toMatchObject({ images: 0, accuracy: null, calibration: null });
    expect(empty.confusion).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('refuses names that do not fit the classes', () => {
    expect(() =>
      evaluationOf(
        [
          [1, 0],
          [0, 1],
        ],
        { names: ['a'] },
      ),
    ).toThrowError('expected 2 names, found 1');
  });
});
