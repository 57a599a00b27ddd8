import { DigitflowError } from '../errors.js';

/** What a worker has counted of the records it scored: the same numbers that a look at each of them would give. */
export interface RecordCounts {
  /** `(classes, classes)`, row-major, row = truth. */
  readonly confusion: ArrayLike<number>;
  /** The sum of the losses in units of a FixedSum; null where one of them is too large for that, or not finite. */
  readonly lossUnits: bigint | null;
  /** `(2 * CALIBRATION_BINS)`: how many wrong, then how many right records are in each bin. */
  readonly bins: ArrayLike<number>;
  /** `(CALIBRATION_BINS)`: the sums of the confidences in each bin, in units of a FixedSum. */
  readonly confidenceUnits: ArrayLike<bigint>;
  /** The highest confidence of a wrong record; -Infinity where there is none. */
  readonly worstWrong: number;
}

/** A batch of records and what the network made of them. The arrays may be views of a slot: read, never kept. */
export interface ScoredRecords {
  /** Index of the first record in the whole input, from 0. */
  readonly first: number;
  readonly count: number;
  /** `(>= count)` u8, the true class indices, each below `classCount`; null where they are not known. */
  readonly labels: Uint8Array | null;
  /** How many classes the network tells apart, 1 to 256. */
  readonly classCount: number;
  /** Whether the network's outputs lie in 0..1 (sigmoid, softmax); otherwise calibration has no meaning. */
  readonly outputsAreProbabilities: boolean;
  /** `(>= count)` u8, the predicted class indices, each below `classCount`. */
  readonly predictions: Uint8Array;
  /** `(>= count)` f32, the output of the predicted class. */
  readonly confidences: Float32Array;
  /** `(>= count)` f32. */
  readonly losses: Float32Array;
  /** Left out where the worker has not counted. */
  readonly counts?: RecordCounts | undefined;
  /** `(recordBytes)` u8: the pixels, as stored, of the record at a place from 0; may be slow, and is a view. */
  pixelsOf(place: number): Uint8Array;
  /** Raises what is wrong among the records, or after them; left out where that does not matter. */
  check?(): void;
}

/** Scored records that can be compared with the truth. */
export interface LabelledRecords extends ScoredRecords {
  readonly labels: Uint8Array;
}

/**
 * Refuses records that cannot be compared with the truth.
 *
 * @throws DigitflowError LABELS_MISSING
 */
export function checkLabelled(records: ScoredRecords): asserts records is LabelledRecords {
  if (records.labels !== null) return;
  throw new DigitflowError(
    'LABELS_MISSING',
    `${recordsTitle(records)}: expected labels to compare with, found none; give labels, or score without counting`,
  );
}

/** `records 0 to 99`. */
export function recordsTitle({ first, count }: Pick<ScoredRecords, 'first' | 'count'>): string {
  return `records ${first} to ${first + count - 1}`;
}
