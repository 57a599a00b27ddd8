import { type Evaluation, type OtherReading, summarize } from '../../src/counting/evaluation.js';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import type { LabelledRecords } from '../../src/counting/scored-records.js';

/** One record as a test writes it down. */
export interface ScoredRecord {
  readonly truth: number;
  readonly prediction: number;
  readonly confidence: number;
  readonly loss: number;
  /** The same number for all records of a batch. */
  readonly pixels: readonly number[];
}

/** A batch of these records, as a network of so many classes scored them. */
export function batchOf(
  first: number,
  records: readonly ScoredRecord[],
  classCount = 4,
  outputsAreProbabilities = true,
): LabelledRecords {
  return {
    first,
    count: records.length,
    labels: Uint8Array.from(records, ({ truth }) => truth),
    predictions: Uint8Array.from(records, ({ prediction }) => prediction),
    confidences: Float32Array.from(records, ({ confidence }) => confidence),
    losses: Float32Array.from(records, ({ loss }) => loss),
    classCount,
    outputsAreProbabilities,
    pixelsOf: (place: number) => Uint8Array.from(records[place].pixels),
  };
}

/** What a test may set of an evaluation. */
export interface EvaluationSettings {
  readonly names?: readonly string[];
  readonly mistakes?: number;
  readonly outputsAreProbabilities?: boolean;
  /** False to let the tally learn classes and outputs from its records. Default true. */
  readonly isTold?: boolean;
  readonly partial?: boolean;
  readonly seconds?: number;
  readonly workers?: number;
  readonly otherReading?: Evaluation['otherReading'];
}

/** The evaluation of a confusion matrix: every record at a confidence of 0.75 and a loss of 0.25, 2 x 2 pixels. */
export function evaluationOf(
  confusion: readonly (readonly number[])[],
  settings: EvaluationSettings = {},
): Evaluation {
  const { mistakes = 0, outputsAreProbabilities = true } = settings;
  const told = settings.isTold === false ? {} : { classes: confusion.length, outputsAreProbabilities };
  const tally = new EvaluationTally({ ...told, mistakes });
  const records = confusion.flatMap((row, truth) =>
    row.flatMap((count, prediction) =>
      Array.from({ length: count }, () => ({
        truth,
        prediction,
        confidence: 0.75,
        loss: 0.25,
        pixels: [0, 255, 128, 64],
      })),
    ),
  );
  tally.add(batchOf(0, records, confusion.length, outputsAreProbabilities));
  return summarize(tally, {
    model: {
      name: 'tiny.safetensors',
      sha256: 'ab'.repeat(32),
      layers: [4, 3, confusion.length],
      activations: ['sigmoid', 'sigmoid'],
      parameters: 15 + 4 * confusion.length,
    },
    data: {
      name: 'images.idx',
      dataset: 'MNIST test set',
      files: [
        { path: 'images.idx', sha256: '01'.repeat(32) },
        { path: 'labels.idx', sha256: null },
      ],
      height: 2,
      width: 2,
    },
    classes: settings.names ?? confusion.map((_, index) => String(index)),
    normalization: 'pixel / 255',
    lossName: 'squared error',
    workers: settings.workers ?? 2,
    seconds: settings.seconds ?? 0.5,
    partial: settings.partial ?? false,
    otherReading: settings.otherReading,
  });
}

/** Another reading, with a name that means something in Markdown and HTML. */
export const OTHER_READING: OtherReading = {
  ...{ words: 'label <b>', flags: '--label-map 1=<b>', images: 1000, accuracy: 0.968, accuracyAsRead: 0.121 },
};

/** Ten classes; 9,916 of 9,961 records are right. */
export const TEN_CLASSES: readonly (readonly number[])[] = Array.from({ length: 10 }, (_, truth) =>
  Array.from({ length: 10 }, (_, prediction) => {
    if (truth === prediction) return truth === 1 ? 1116 : truth === 5 ? 800 : 1000;
    return (truth * 7 + prediction * 3) % 10 === 4 ? truth : 0;
  }),
);
