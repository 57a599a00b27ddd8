import type { LabelledRecords } from './scored-records.js';

/** A record whose label may be wrong. */
export interface LabelSuspect {
  /** Index in the whole input, from 0. */
  readonly index: number;
  /** Class indices; the truth is what the label says. */
  readonly truth: number;
  readonly prediction: number;
  readonly confidence: number;
  readonly loss: number;
  /** `(recordBytes)` u8, a copy of the record's pixels as stored. */
  readonly pixels: Uint8Array;
}

/** Confidences are summed in whole units, so that the order of adding does not matter. */
const UNITS = 2 ** 20;

/**
 * Records whose label is suspect, in the manner of confident learning (Northcutt, Jiang and Chuang, 2021): the network is at
 * least as sure of another class as it is on average of the records that it rightly takes for that class. Those with
 * the largest loss come first, the earliest of equals.
 *
 * Looks for them among the `candidates` wrong predictions of largest loss, whatever the input's length.
 */
export class LabelSuspects {
  readonly #candidates: LabelSuspect[] = [];
  readonly #most: number;
  readonly #corrects: Float64Array;
  readonly #units: Float64Array;

  /** `candidates`: how many wrong records are kept, from 1 up. */
  constructor(classes: number, candidates: number) {
    this.#most = candidates;
    this.#corrects = new Float64Array(classes);
    this.#units = new Float64Array(classes);
  }

  addAll(records: LabelledRecords): void {
    const { first, count, labels, predictions, confidences, losses } = records;
    for (let i = 0; i < count; i++) {
      const [truth, prediction, confidence] = [labels[i], predictions[i], confidences[i]];
      if (truth === prediction) {
        this.#corrects[truth]++;
        this.#units[truth] += unitsOf(confidence);
        continue;
      }
      const verdict = { index: first + i, truth, prediction, confidence, loss: losses[i] };
      const last = this.#candidates[this.#most - 1];
      if (Number.isNaN(verdict.loss) || (last !== undefined && !isBefore(verdict, last))) continue;
      const place = this.#candidates.findIndex((other) => isBefore(verdict, other));
      const candidate = { ...verdict, pixels: Uint8Array.from(records.pixelsOf(i)) };
      this.#candidates.splice(place < 0 ? this.#candidates.length : place, 0, candidate);
      if (this.#candidates.length > this.#most) this.#candidates.pop();
    }
  }

  /** At most `count`, the most suspect first. A class that was never recognised makes no suspects. */
  suspects(count: number): LabelSuspect[] {
    return this.#candidates
      .filter(({ prediction, confidence }) => {
        const corrects = this.#corrects[prediction];
        return corrects > 0 && unitsOf(confidence) * corrects >= this.#units[prediction];
      })
      .slice(0, count);
  }
}

function unitsOf(confidence: number): number {
  return confidence > 0 ? Math.round(Math.min(confidence, 1) * UNITS) : 0;
}

function isBefore(a: Pick<LabelSuspect, 'loss' | 'index'>, b: Pick<LabelSuspect, 'loss' | 'index'>): boolean {
  return a.loss > b.loss || (a.loss === b.loss && a.index < b.index);
}
