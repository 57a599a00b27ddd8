import { DigitflowError } from '../errors.js';
import { EVALUATION_SCHEMA, type EvaluatedData, type EvaluatedModel, type Evaluation } from './evaluation.js';
import type { EvaluationTally } from './evaluation-tally.js';
import { classScores, macroScores } from './scores.js';

/** What a tally cannot know of its evaluation. */
export interface EvaluationContext {
  readonly model: EvaluatedModel;
  readonly data: EvaluatedData;
  /** The name of each class, in the order of the network's outputs. */
  readonly classes: readonly string[];
  readonly normalization: string;
  /** What the losses are: `squared error`, `cross-entropy`. */
  readonly lossName: string;
  readonly workers: number;
  readonly seconds: number;
  readonly partial: boolean;
}

/**
 * The evaluation that a tally and its context amount to.
 *
 * @throws DigitflowError USAGE when there are not as many names as the tally has classes.
 */
export function summarize(tally: EvaluationTally, context: EvaluationContext): Evaluation {
  const { model, data, classes: names, normalization, lossName, workers, seconds, partial } = context;
  const { confusion, calibration, images, interval } = tally;
  if (names.length !== confusion.classes) {
    throw new DigitflowError('USAGE', `classes: expected ${confusion.classes} names, found ${names.length}`);
  }
  const scores = classScores(confusion);
  return {
    schema: EVALUATION_SCHEMA,
    model,
    data,
    normalization,
    images,
    correct: tally.correct,
    accuracy: tally.accuracy,
    interval: interval && { ...interval, level: 0.95, method: 'wilson' },
    confusion: confusion.toJSON(),
    classes: scores.map((score, index) => ({ name: names[index], ...score })),
    macro: macroScores(scores),
    loss: { name: lossName, mean: tally.meanLoss },
    calibration: calibration && {
      expectedCalibrationError: calibration.expectedCalibrationError,
      bins: calibration.bins,
    },
    mistakes: tally.mistakes.worst.map(({ pixels: _, ...mistake }) => mistake),
    workers,
    seconds,
    imagesPerSecond: seconds > 0 ? images / seconds : null,
    partial,
  };
}
