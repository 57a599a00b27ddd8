import { clampConfidence } from './calibration.js';
import {
  checkLabelled,
  type KeptRecord,
  type LabelledRecords,
  type ScoredRecords,
  TopRecords,
  verdictAt,
} from './scored-records.js';

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

  /** The most confident first, the earliest of equals. */
  of(truth: number, prediction: number): readonly KeptRecord[] {
    return this.#cells[truth * this.#classes + prediction].kept;
  }
}

/** A record whose label may be wrong. */
export interface LabelSuspect extends KeptRecord {
  readonly loss: number;
}

/** Confidences are summed in whole units, so that the order of adding does not matter. */
const UNITS = 2 ** 20;

/**
 * Records whose label is suspect, in the manner of confident learning (Northcutt, Jiang and Chuang, 2021): the network is at
 * least as sure of another class as it is on average of the records that it rightly takes for that class.
 */
export class LabelSuspects {
  readonly #candidates: TopRecords<LabelSuspect>;
  readonly #corrects: Float64Array;
  readonly #units: Float64Array;

  /** Looks among the `candidates` wrong predictions of largest loss, from 1 up, whatever the input's length. */
  constructor(classes: number, candidates: number) {
    this.#candidates = new TopRecords(candidates, ({ loss }) => loss);
    this.#corrects = new Float64Array(classes);
    this.#units = new Float64Array(classes);
  }

  addAll(records: LabelledRecords): void {
    const { count, labels, predictions, confidences, losses } = records;
    for (let i = 0; i < count; i++) {
      const truth = labels[i];
      if (truth === predictions[i]) {
        this.#corrects[truth]++;
        this.#units[truth] += unitsOf(confidences[i]);
      } else if (losses[i] >= this.#candidates.floor) {
        this.#candidates.offer({ ...verdictAt(records, i), loss: losses[i] }, records, i);
      }
    }
  }

  /** At most `count`, the most suspect first. A class that was never recognised makes no suspects. */
  suspects(count: number): LabelSuspect[] {
    const isSuspect = ({ prediction, confidence }: LabelSuspect) => {
      const corrects = this.#corrects[prediction];
      return corrects > 0 && unitsOf(confidence) * corrects >= this.#units[prediction];
    };
    return this.#candidates.kept.filter(isSuspect).slice(0, count);
  }
}

function unitsOf(confidence: number): number {
  return Math.round(clampConfidence(confidence) * UNITS);
}

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
  readonly #recordBytes: number;
  #sampled = 0;
  #first: KeptRecord | null = null;

  constructor(recordBytes: number, classCount: number) {
    const fitting = Math.max(1, Math.floor(MOST_BYTES / recordBytes));
    this.suspects = new LabelSuspects(classCount, Math.min(CANDIDATES, fitting));
    const perCell = Math.floor(Math.min(ABOUT_ALL, fitting) / classCount ** 2);
    const kept = Math.max(1, Math.min(MOST_OF_A_CELL, perCell));
    this.#examples = fitting < classCount ** 2 ? null : new CellExamples(classCount, kept);
    this.#recordBytes = recordBytes;
    this.#sample = new Uint8Array(Math.min(SAMPLE, fitting) * recordBytes);
  }

  /** @throws DigitflowError LABELS_MISSING */
  add(records: ScoredRecords): void {
    checkLabelled(records);
    const { first, count } = records;
    this.thresholds.addAll(records);
    this.#examples?.addAll(records);
    this.suspects.addAll(records);
    for (let i = 0; i < count; i++) {
      const at = (first + i) * this.#recordBytes;
      if (at >= this.#sample.length) break;
      const pixels = records.pixelsOf(i);
      this.#sample.set(pixels, at);
      this.#sampled++;
      if (first + i === 0) this.#first = { ...verdictAt(records, 0), pixels: Uint8Array.from(pixels) };
    }
  }

  /** The first images of the input. `pixels`: `(count, recordBytes)` u8. */
  get sample(): { readonly count: number; readonly pixels: Uint8Array } {
    return { count: this.#sampled, pixels: this.#sample.subarray(0, this.#sampled * this.#recordBytes) };
  }

  /** The first image of the input, and the verdict on it. */
  get first(): KeptRecord | null {
    return this.#first;
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
