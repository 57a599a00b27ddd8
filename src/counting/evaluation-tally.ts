import { DigitflowError } from '../errors.js';
import { Calibration, FixedSum } from './calibration.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import { Mistakes } from './mistakes.js';
import { type Interval, wilsonInterval } from './scores.js';

/** What was counted already where the records were scored: the same numbers that a look at each of them would give. */
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
  /** `(>= count)` u8, the true class indices; each below the number of classes. */
  readonly labels: Uint8Array;
  /** `(>= count)` u8, the predicted class indices; each below the number of classes. */
  readonly predictions: Uint8Array;
  /** `(>= count)` f32, the output of the predicted class. */
  readonly confidences: Float32Array;
  /** `(>= count)` f32. */
  readonly losses: Float32Array;
  /** Left out where nobody has counted yet. */
  readonly counts?: RecordCounts | undefined;
  /** `(recordBytes)` u8: the pixels, as stored, of the record at a place from 0; may be slow, and is a view. */
  pixelsOf(place: number): Uint8Array;
}

/** What a tally has to know before the first record. */
export interface EvaluationTallyOptions {
  /** 1 to 256. */
  readonly classes: number;
  /** How many of the worst mistakes to keep, from 0 up. Default 0. */
  readonly mistakes?: number | undefined;
  /** Whether the network's outputs lie in 0..1 (sigmoid, softmax); otherwise calibration has no meaning. */
  readonly outputsAreProbabilities: boolean;
}

/**
 * All that an evaluation counts: confusion, loss, calibration, the worst mistakes.
 *
 * The same records give the same tally, bit for bit, in any order, in batches of any size, and merged from any
 * shards, as long as each record keeps its index.
 */
export class EvaluationTally {
  readonly confusion: ConfusionMatrix;
  readonly loss = new FixedSum();
  /** Null when the network's outputs are not probabilities. */
  readonly calibration: Calibration | null;
  readonly mistakes: Mistakes;

  /** @throws DigitflowError USAGE when `classes` or `mistakes` is out of range. */
  constructor(options: EvaluationTallyOptions) {
    this.confusion = new ConfusionMatrix(options.classes);
    this.calibration = options.outputsAreProbabilities ? new Calibration() : null;
    this.mistakes = new Mistakes(options.mistakes ?? 0);
  }

  /**
   * Counts a batch: some nanoseconds a record, or next to nothing where its worker has counted. Nothing of the batch is kept
   * but copies of mistakes.
   */
  addBatch(batch: ScoredRecords): void {
    const { count, labels, predictions, confidences, losses, counts } = batch;
    if (counts === undefined) {
      this.confusion.addAll(labels, predictions, count);
      this.calibration?.addAll(labels, predictions, confidences, count);
    } else {
      this.confusion.addCounts(counts.confusion, count);
      this.calibration?.addCounts(counts.bins, counts.confidenceUnits);
    }
    const lossUnits = counts?.lossUnits ?? null;
    if (lossUnits === null) this.loss.addAll(losses, 0, count);
    else this.loss.addUnits(lossUnits);
    this.mistakes.addAll(batch);
  }

  /**
   * Adds what another tally has counted; the other one is not changed.
   *
   * @throws DigitflowError USAGE when the two were not made with the same options.
   */
  merge(other: EvaluationTally): void {
    if (this.#shape !== other.#shape) {
      throw new DigitflowError(
        'USAGE',
        `merge: expected a tally of ${this.#shape}, found one of ${other.#shape}`,
      );
    }
    this.confusion.merge(other.confusion);
    this.loss.merge(other.loss);
    if (this.calibration && other.calibration) this.calibration.merge(other.calibration);
    this.mistakes.merge(other.mistakes);
  }

  get images(): number {
    return this.confusion.total;
  }

  get correct(): number {
    return this.confusion.correct;
  }

  /** 0..1; null when nothing was counted. */
  get accuracy(): number | null {
    return this.images === 0 ? null : this.correct / this.images;
  }

  /** The 95 % interval of the accuracy; null when nothing was counted. */
  get interval(): Interval | null {
    return wilsonInterval(this.correct, this.images);
  }

  /** Null when nothing was counted or a loss was not finite. */
  get meanLoss(): number | null {
    return this.loss.mean(this.images);
  }

  /** The exact state, the same whatever the order of the records was. */
  toJSON(): object {
    const { confusion, loss, calibration, mistakes } = this;
    return { confusion, loss, calibration, mistakes };
  }

  get #shape(): string {
    const calibrated = this.calibration ? 'probabilities' : 'plain outputs';
    return `${this.confusion.classes} classes, ${this.mistakes.capacity} mistakes, ${calibrated}`;
  }
}
