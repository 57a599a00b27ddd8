import { DigitflowError } from '../errors.js';
import { cohenKappa, matthewsCorrelation } from '../statistics/agreement.js';
import { type BootstrapInterval, macroF1Interval } from '../statistics/bootstrap.js';
import type { Interval } from '../statistics/intervals.js';
import type { CalibrationBin } from './calibration.js';
import {
  type ClassScores,
  ConfusionMatrix,
  classScores,
  macroScores,
  type Scores,
} from './confusion-matrix.js';
import type { EvaluationTally } from './evaluation-tally.js';
import type { GateResult } from './gate-result.js';
import type { OutputScores } from './metrics/outputs-tally.js';
import type { Mistake } from './scored-records.js';
import type { Slice } from './slices.js';

/** The name and version of the evaluation's JSON. Fields may be added to it; none changes its meaning. */
export const EVALUATION_SCHEMA = 'digitflow.evaluation/1';

/** The network that was evaluated. */
export interface EvaluatedModel {
  /** That of a bundled network, or a path. */
  readonly name: string;
  /** Of the network's file, 64 hex digits; null when it did not come from a file. */
  readonly sha256: string | null;
  /** Sizes, the input first: `[784, 16, 16, 10]`. */
  readonly layers: readonly number[];
  /** One for each layer but the input. */
  readonly activations: readonly string[];
  /** How many weights and biases. */
  readonly parameters: number;
  /** What ran it in our place; of `layers` there are input and output then, and no `activations`. */
  readonly runtime?: 'onnxruntime';
  /** How a network from elsewhere was understood; absent where its file is ours. */
  readonly found?: {
    /** `safetensors`, `a PyTorch state dict`. */
    readonly title: string;
    /** What its file does not say by itself, and how it is known. */
    readonly guesses: readonly {
      readonly property: string;
      readonly value: string;
      readonly by: 'given' | 'seen' | 'guessed';
      readonly because?: string | undefined;
    }[];
    /** What else there is to say of it, a sentence each. */
    readonly notes: readonly string[];
  };
}

/** The records it was evaluated on. */
export interface EvaluatedData {
  /** A file's name, or `stdin`. */
  readonly name: string;
  /** The well-known data set that has these digests (`MNIST test set`), or null. */
  readonly dataset: string | null;
  /** Images first, then labels; each digest is of the unpacked content, null when it was not read whole. */
  readonly files: readonly { readonly path: string; readonly sha256: string | null }[];
  /** Of an image, in pixels. */
  readonly height: number;
  /** Of an image, in pixels. */
  readonly width: number;
  /** How the input was understood, where that could have been otherwise: rows of a CSV, and what flags say of others. */
  readonly dialect?: readonly {
    readonly property: string;
    readonly value: string;
    readonly by: 'given' | 'seen' | 'guessed';
    /** Why no other reading was taken, where there were several. */
    readonly because?: string | undefined;
  }[];
}

/** A reading of the input under which the network is right far more often than under the one that was taken. */
export interface OtherReading {
  /** In words: `transposed`, `labels from 1`. */
  readonly words: string;
  /** What asks for it on the command line: `--transpose yes`. */
  readonly flags: string;
  /** How many images were tried: 1,000 at most. */
  readonly images: number;
  /** The share of these that is right under it. */
  readonly accuracy: number;
  /** The share that is right as they were read. */
  readonly accuracyAsRead: number;
}

/** A wrong prediction. Its classes are positions in `classes`, and rows and columns of `confusion`. */
export type EvaluatedMistake = Omit<Mistake, 'pixels'>;

/**
 * The result of an evaluation, exactly as `--format json` prints it. Shares are 0..1. A number that is not defined (the
 * accuracy of no images) is null, never 0.
 */
export interface Evaluation {
  readonly schema: typeof EVALUATION_SCHEMA;
  readonly model: EvaluatedModel;
  readonly data: EvaluatedData;
  /** How a pixel became a brightness, in words. */
  readonly normalization: string;
  /** How many were counted. */
  readonly images: number;
  /** How many of them were right. */
  readonly correct: number;
  /** `correct` of `images`. */
  readonly accuracy: number | null;
  /** Where the true accuracy plausibly lies. */
  readonly interval: (Interval & { readonly level: 0.95; readonly method: 'wilson' }) | null;
  /** `[truth][prediction]` counts. */
  readonly confusion: readonly (readonly number[])[];
  /** One a class, in the order of the outputs, with its name. */
  readonly classes: readonly (ClassScores & { readonly name: string })[];
  /** Unweighted means over the classes where each score is defined. */
  readonly macro: Scores;
  /** Where the true macro F1 plausibly lies; computed when it is first asked for. */
  readonly macroF1Interval: BootstrapInterval | null;
  /** How far labels and predictions agree beyond chance, -1..1; null where that has no meaning. */
  readonly agreement: { readonly cohenKappa: number | null; readonly matthewsCorrelation: number | null };
  /** What all outputs of each image tell; left out where they were not asked for. */
  readonly outputs?: OutputScores | undefined;
  /** `mean` is null as well when a loss was not finite. */
  readonly loss: { readonly name: string; readonly mean: number | null };
  /** Null when the network's outputs are not in 0..1. */
  readonly calibration: {
    readonly expectedCalibrationError: number | null;
    readonly bins: readonly CalibrationBin[];
  } | null;
  /** Worst first: the highest confidence, then the lowest index. */
  readonly mistakes: readonly EvaluatedMistake[];
  /** Threads that ran forward passes; 0 when the calling thread did. */
  readonly workers: number;
  /** From the first image to the last. */
  readonly seconds: number;
  /** Null when no time passed. */
  readonly imagesPerSecond: number | null;
  /** True when the input was not read to its end: interrupted, or a limit was asked for. */
  readonly partial: boolean;
  /** Looked for where the accuracy is low; null where there is none. */
  readonly otherReading: OtherReading | null;
  /** Whether predictions and labels agree no more than independent ones with the same shares of classes would. */
  readonly isNearChance: boolean;
  /** Where slices were asked for. */
  readonly slices?: readonly Slice[];
  /** Where label and prediction of every image were kept; absent where that was not asked for. */
  readonly verdicts?: { readonly path: string; readonly sha256: string };
  /** Whether it is good enough, in every respect that was asked for; absent where none was. */
  readonly gates?: readonly GateResult[];
}

/** What a tally cannot know of its evaluation. */
export interface EvaluationContext
  extends Pick<Evaluation, 'model' | 'data' | 'normalization' | 'workers' | 'seconds' | 'partial'> {
  /** The name of each class, in the order of the network's outputs. */
  readonly classes: readonly string[];
  /** What the losses are: `squared error`, `cross-entropy`. */
  readonly lossName: string;
  /** Default: null. */
  readonly otherReading?: Evaluation['otherReading'] | undefined;
  readonly slices?: Evaluation['slices'] | undefined;
  /** Whether to tell what all outputs say, where the tally has counted it. Default true. */
  readonly withOutputs?: boolean | undefined;
}

/**
 * The evaluation that a tally and its context give.
 *
 * @throws DigitflowError USAGE when there are not as many names as the tally has classes.
 */
export function summarize(tally: EvaluationTally, context: EvaluationContext): Evaluation {
  const { model, data, classes: names, normalization, lossName, workers, seconds, partial } = context;
  const { otherReading = null, slices, withOutputs = true } = context;
  const { calibration, images, interval } = tally;
  const confusion = tally.confusion ?? new ConfusionMatrix(names.length);
  if (names.length !== confusion.classes) {
    throw new DigitflowError('USAGE', `classes: expected ${confusion.classes} names, found ${names.length}`);
  }
  const scores = classScores(confusion);
  const matrix = confusion.toJSON();
  const outputs = withOutputs ? tally.outputs?.scores(names) : undefined;
  let f1Interval: BootstrapInterval | null | undefined;
  return {
    ...{ schema: EVALUATION_SCHEMA, model, data, normalization, images },
    correct: tally.correct,
    accuracy: tally.accuracy,
    interval: interval && { ...interval, level: 0.95, method: 'wilson' },
    confusion: matrix,
    classes: scores.map((score, index) => ({ name: names[index], ...score })),
    macro: macroScores(scores),
    // Thousands of resamples take tens of milliseconds, which a table need not wait for.
    get macroF1Interval() {
      f1Interval ??= macroF1Interval(matrix);
      return f1Interval;
    },
    agreement: { cohenKappa: cohenKappa(matrix), matthewsCorrelation: matthewsCorrelation(matrix) },
    ...(outputs && { outputs }),
    loss: { name: lossName, mean: tally.meanLoss },
    calibration: calibration && {
      expectedCalibrationError: calibration.expectedCalibrationError,
      bins: calibration.bins,
    },
    mistakes: tally.mistakes.worst.map(({ pixels: _, ...mistake }) => mistake),
    ...{ workers, seconds, imagesPerSecond: seconds > 0 ? images / seconds : null, partial, otherReading },
    isNearChance: isNearChance(confusion, interval),
    ...(slices === undefined ? {} : { slices }),
  };
}

/** Fewer images tell nothing of chance. */
const LEAST_IMAGES = 30;

/** Where all images are of one class, all that is right is chance by this measure, which says nothing. */
function isNearChance(confusion: ConfusionMatrix, interval: Interval | null): boolean {
  const { classes, total } = confusion;
  const supports = Array.from({ length: classes }, (_, index) => confusion.support(index));
  if (interval === null || total < LEAST_IMAGES || Math.max(...supports) === total) return false;
  const agreement = supports.reduce((sum, count, index) => sum + count * confusion.predicted(index), 0);
  return interval.low <= agreement / total ** 2;
}
