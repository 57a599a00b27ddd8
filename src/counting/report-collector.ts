import { layerSizes, type Network } from '../network/network.js';
import { type CellExample, CellExamples } from './cell-examples.js';
import { type LabelSuspect, LabelSuspects } from './label-suspects.js';
import { checkLabelled, type ScoredRecords } from './scored-records.js';
import { ThresholdCurve } from './threshold-curve.js';

/** The most images of one cell. */
const MOST_OF_A_CELL = 12;
/** About so many images are shown of all cells together. */
const ABOUT_ALL = 2000;
/** The cells that lead to images: no more than that, the fullest first. */
const MOST_CELLS = 400;
/** What is kept of images for one purpose takes no more than that. */
const MOST_BYTES = 32 * 2 ** 20;
const CANDIDATES = 256;
/** Deeper neurons are looked at over so many images, the first. */
const SAMPLE = 1000;

/** One cell, and its images. */
export interface CollectedCell {
  readonly truth: number;
  readonly prediction: number;
  readonly images: readonly (CellExample & { readonly truth: number; readonly prediction: number })[];
}

/** Gathers what a report shows, batch by batch, in memory that does not grow with the input. The order does not matter. */
export class ReportCollector {
  readonly thresholds = new ThresholdCurve();
  readonly suspects: LabelSuspects;
  /** Null where not even one image of each cell could be kept. */
  readonly #examples: CellExamples | null;
  readonly #sample: Uint8Array;
  readonly #recordBytes: number;
  readonly #capacity: number;
  #sampled = 0;
  #first: Omit<LabelSuspect, 'loss'> | null = null;

  constructor(network: Pick<Network, 'layers' | 'classes'>) {
    const classes = network.classes.length;
    this.#recordBytes = layerSizes(network)[0];
    const fitting = Math.max(1, Math.floor(MOST_BYTES / this.#recordBytes));
    this.suspects = new LabelSuspects(classes, Math.min(CANDIDATES, fitting));
    const perCell = Math.floor(Math.min(ABOUT_ALL, fitting) / classes ** 2);
    const kept = Math.max(1, Math.min(MOST_OF_A_CELL, perCell));
    this.#examples = fitting < classes ** 2 ? null : new CellExamples(classes, kept);
    this.#capacity = Math.min(SAMPLE, fitting);
    this.#sample = new Uint8Array(this.#capacity * this.#recordBytes);
  }

  /**
   * Looks at a batch; its arrays may be views.
   *
   * @throws DigitflowError LABELS_MISSING
   */
  add(records: ScoredRecords): void {
    checkLabelled(records);
    const { first, count, labels, predictions, confidences } = records;
    this.thresholds.addAll(labels, predictions, confidences, count);
    this.#examples?.addAll(records);
    this.suspects.addAll(records);
    for (let i = 0; i < count && first + i < this.#capacity; i++) {
      const pixels = records.pixelsOf(i);
      this.#sample.set(pixels, (first + i) * this.#recordBytes);
      this.#sampled++;
      if (first + i > 0) continue;
      const [truth, prediction, confidence] = [labels[i], predictions[i], confidences[i]];
      this.#first = { index: 0, truth, prediction, confidence, pixels: Uint8Array.from(pixels) };
    }
  }

  /** The first images of the input. `pixels`: `(count, recordBytes)` u8. */
  get sample(): { readonly count: number; readonly pixels: Uint8Array } {
    return { count: this.#sampled, pixels: this.#sample.subarray(0, this.#sampled * this.#recordBytes) };
  }

  /** The first image, and what was said of it. */
  get first(): Omit<LabelSuspect, 'loss'> | null {
    return this.#first;
  }

  /** The fullest cells with their images, in the order of the matrix. `matrix`: `[truth][prediction]` counts. */
  cells(matrix: readonly (readonly number[])[]): CollectedCell[] {
    const counted = matrix.flatMap((row, truth) =>
      row.map((count, prediction) => ({ truth, prediction, count })),
    );
    const fullest = counted.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
    const chosen = fullest.slice(0, MOST_CELLS);
    chosen.sort((a, b) => a.truth - b.truth || a.prediction - b.prediction);
    return chosen
      .map(({ truth, prediction }) => {
        const images = (this.#examples?.of(truth, prediction) ?? []).map((image) => ({
          ...image,
          truth,
          prediction,
        }));
        return { truth, prediction, images };
      })
      .filter(({ images }) => images.length > 0);
  }
}
