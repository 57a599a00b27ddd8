import { clampConfidence } from './calibration.js';
import { LabelSuspects } from './label-suspects.js';
import {
  checkLabelled,
  type KeptRecord,
  type LabelledRecords,
  type RecordShape,
  recordFrom,
  recordJson,
  type ScoredRecords,
  TopRecords,
  verdictAt,
} from './scored-records.js';
import { bytesText, State } from './state.js';

/** Confidences are told apart in so many steps; a power of two, so that each step is exact. */
const THRESHOLD_STEPS = 1024;

/** What happens when only records of at least this confidence get an answer. */
export interface ThresholdPoint {
  /** 0..1. */
  readonly threshold: number;
  readonly answered: number;
  readonly correct: number;
  /** The share of all records that is answered, 0..1; null when nothing was counted. */
  readonly share: number | null;
  /** The share of the answered records that is correct, 0..1; null when none is answered. */
  readonly accuracy: number | null;
}

/** Accuracy against the share answered. It counts in a fixed number of steps, so that any order and split gives the same. */
export class ThresholdCurve {
  readonly #counts = new Float64Array(THRESHOLD_STEPS + 1);
  readonly #corrects = new Float64Array(THRESHOLD_STEPS + 1);

  addAll({ labels, predictions, confidences, count }: LabelledRecords): void {
    for (let i = 0; i < count; i++) {
      const step = Math.floor(clampConfidence(confidences[i]) * THRESHOLD_STEPS);
      this.#counts[step]++;
      if (labels[i] === predictions[i]) this.#corrects[step]++;
    }
  }

  /**
   * Adds what another curve has counted: what its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: State): void {
    for (const [key, own] of [
      ['counts', this.#counts],
      ['corrects', this.#corrects],
    ] as const) {
      const counts = state.get(key).counts(own.length);
      for (let step = 0; step < own.length; step++) own[step] += counts[step];
    }
  }

  /** The exact state. */
  toJSON(): object {
    return { counts: Array.from(this.#counts), corrects: Array.from(this.#corrects) };
  }

  /** 1,025 points, thresholds 0 to 1. */
  get points(): ThresholdPoint[] {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const points: ThresholdPoint[] = [];
    let [answered, correct] = [0, 0];
    for (let step = THRESHOLD_STEPS; step >= 0; step--) {
      answered += this.#counts[step];
      correct += this.#corrects[step];
      const share = total === 0 ? null : answered / total;
      const accuracy = answered === 0 ? null : correct / answered;
      points.push({ threshold: step / THRESHOLD_STEPS, answered, correct, share, accuracy });
    }
    return points.reverse();
  }
}

/** The most confident records of each cell of the confusion matrix, the same ones however the records were split. */
export class CellExamples {
  readonly #cells: readonly TopRecords[];
  readonly #classes: number;

  /** At most `perCell` are kept of each cell, from 1 up. */
  constructor(classes: number, perCell: number) {
    this.#classes = classes;
    const cell = () => new TopRecords(perCell, ({ confidence }) => confidence);
    this.#cells = Array.from({ length: classes * classes }, cell);
  }

  addAll(records: LabelledRecords): void {
    const { count, labels, predictions, confidences } = records;
    for (let i = 0; i < count; i++) {
      const cell = this.#cells[labels[i] * this.#classes + predictions[i]];
      if (confidences[i] >= cell.floor) cell.offer(verdictAt(records, i), records, i);
    }
  }

  /**
   * Adds what another one, of as many classes, has kept: what its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: State, shape: RecordShape): void {
    for (const kept of state.list()) {
      const record = recordFrom(kept, shape);
      this.#cells[record.truth * this.#classes + record.prediction].take(record);
    }
  }

  /** The exact state. */
  toJSON(): object {
    return this.#cells.flatMap(({ kept }) => kept.map(recordJson));
  }

  /** The most confident first, the earliest of equals. */
  of(truth: number, prediction: number): readonly KeptRecord[] {
    return this.#cells[truth * this.#classes + prediction].kept;
  }
}

/** How many of the worst mistakes a report shows. */
export const REPORT_MISTAKES = 24;

/** The most images of one cell. */
const MOST_OF_A_CELL = 12;
/** All cells together show about this many images. */
const ABOUT_ALL = 2000;
/** At most this many cells lead to images, the fullest first. */
const MOST_CELLS = 400;
/** The most bytes of images that are kept for one purpose. */
const MOST_BYTES = 32 * 2 ** 20;
const CANDIDATES = 256;
/** The pictures of deeper neurons are means over this many images, the first of the input. */
const SAMPLE = 1000;

/** Gathers what a report shows, batch by batch, in memory that does not grow with the input. The order does not matter. */
export class ReportCollector {
  readonly thresholds = new ThresholdCurve();
  readonly suspects: LabelSuspects;
  /** Null where not even one image of each cell could be kept. */
  readonly #examples: CellExamples | null;
  readonly #sample: Uint8Array;
  /** 1 for each image of the sample that was seen. */
  readonly #isSampled: Uint8Array;
  readonly #shape: RecordShape;

  constructor(recordBytes: number, classCount: number) {
    const fitting = Math.max(1, Math.floor(MOST_BYTES / recordBytes));
    const perCell = Math.floor(Math.min(ABOUT_ALL, fitting) / classCount ** 2);
    const kept = Math.max(1, Math.min(MOST_OF_A_CELL, perCell));
    this.#examples = fitting < classCount ** 2 ? null : new CellExamples(classCount, kept);
    this.#shape = { classes: classCount, recordBytes };
    this.suspects = new LabelSuspects(this.#shape, Math.min(CANDIDATES, fitting));
    this.#isSampled = new Uint8Array(Math.min(SAMPLE, fitting));
    this.#sample = new Uint8Array(this.#isSampled.length * recordBytes);
  }

  /** @throws DigitflowError LABELS_MISSING */
  add(records: ScoredRecords): void {
    checkLabelled(records);
    const { first, count } = records;
    this.thresholds.addAll(records);
    this.#examples?.addAll(records);
    this.suspects.addAll(records);
    for (let i = 0; i < count && first + i < this.#isSampled.length; i++)
      this.#addToSample(first + i, records.pixelsOf(i));
  }

  /**
   * Adds what the collector of a part of the same input has gathered.
   *
   * @param state what its `toJSON` gave, parsed
   * @throws DigitflowError SHARD_BROKEN for a state that no such collector has; then no state can be relied on
   */
  addState(state: unknown): void {
    const own = state instanceof State ? state : new State(state, 'report');
    const shape = this.#shape;
    this.thresholds.addState(own.get('thresholds'));
    this.#examples?.addState(own.get('examples'), shape);
    this.suspects.addState(own.get('suspects'));
    for (const image of own.get('sample').list()) {
      const index = image.get('index').whole(0, this.#isSampled.length - 1);
      this.#addToSample(index, image.get('pixels').bytes(shape.recordBytes));
    }
  }

  /** The exact state; `examples` is null where none could be kept. */
  toJSON(): object {
    const { recordBytes } = this.#shape;
    return {
      ...{ thresholds: this.thresholds, examples: this.#examples, suspects: this.suspects },
      sample: Array.from(this.#isSampled.keys())
        .filter((index) => this.#isSampled[index] === 1)
        .map((index) => {
          const at = index * recordBytes;
          return { index, pixels: bytesText(this.#sample.subarray(at, at + recordBytes)) };
        }),
    };
  }

  /** The first images of the input. `pixels`: `(count, recordBytes)` u8. */
  get sample(): { readonly count: number; readonly pixels: Uint8Array } {
    const count = this.#isSampled.reduce((sum, is) => sum + is, 0);
    return { count, pixels: this.#sample.subarray(0, count * this.#shape.recordBytes) };
  }

  /** Of each class the image that was read right with the most confidence, in their order; without classes that have none. */
  get surest(): KeptRecord[] {
    const examples = this.#examples;
    if (examples === null) return [];
    return Array.from({ length: this.#shape.classes }, (_, k) => examples.of(k, k).slice(0, 1)).flat();
  }

  #addToSample(index: number, pixels: Uint8Array): void {
    this.#sample.set(pixels, index * this.#shape.recordBytes);
    this.#isSampled[index] = 1;
  }

  /** The fullest cells with their images, in the order of the matrix. `matrix`: `[truth][prediction]` counts. */
  cells(matrix: readonly (readonly number[])[]) {
    const examples = this.#examples;
    if (examples === null) return [];
    return matrix
      .flatMap((row, truth) => row.map((count, prediction) => ({ truth, prediction, count })))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_CELLS)
      .sort((a, b) => a.truth - b.truth || a.prediction - b.prediction)
      .map(({ truth, prediction }) => ({ truth, prediction, images: examples.of(truth, prediction) }))
      .filter(({ images }) => images.length > 0);
  }
}
