import type { LabelledRecords } from './scored-records.js';

/** One record of a cell of the confusion matrix. */
export interface CellExample {
  /** Index in the whole input, from 0. */
  readonly index: number;
  readonly confidence: number;
  /** A copy of the pixels as stored. */
  readonly pixels: Uint8Array;
}

/**
 * The most confident records of each cell of the confusion matrix, the earliest of equals: a bounded number a cell,
 * whatever the input's length, and the same ones however the records were split.
 */
export class CellExamples {
  readonly #kept: CellExample[][];
  readonly classes: number;
  readonly perCell: number;

  /** `classes`: 1 to 256; `perCell`: how many are kept of each cell, from 1 up. */
  constructor(classes: number, perCell: number) {
    this.classes = classes;
    this.perCell = perCell;
    this.#kept = Array.from({ length: classes * classes }, () => []);
  }

  addAll(records: LabelledRecords): void {
    const { first, count, labels, predictions, confidences } = records;
    for (let i = 0; i < count; i++) {
      const kept = this.#kept[labels[i] * this.classes + predictions[i]];
      const last = kept[this.perCell - 1];
      const confidence = confidences[i];
      if (Number.isNaN(confidence)) continue;
      const index = first + i;
      if (last !== undefined && !isBefore({ index, confidence }, last)) continue;
      this.#insert(kept, { index, confidence, pixels: Uint8Array.from(records.pixelsOf(i)) });
    }
  }

  merge(other: CellExamples): void {
    other.#kept.forEach((examples, cell) => {
      for (const example of examples) this.#insert(this.#kept[cell], example);
    });
  }

  /** At most `perCell`, the most confident first. */
  of(truth: number, prediction: number): readonly CellExample[] {
    return this.#kept[truth * this.classes + prediction];
  }

  #insert(kept: CellExample[], example: CellExample): void {
    const place = kept.findIndex((other) => isBefore(example, other));
    kept.splice(place < 0 ? kept.length : place, 0, example);
    if (kept.length > this.perCell) kept.pop();
  }
}

function isBefore(a: Omit<CellExample, 'pixels'>, b: Omit<CellExample, 'pixels'>): boolean {
  return a.confidence > b.confidence || (a.confidence === b.confidence && a.index < b.index);
}
