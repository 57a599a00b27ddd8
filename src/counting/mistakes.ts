import { DigitflowError } from '../errors.js';
import type { LabelledRecords } from './scored-records.js';

/** A record that the network read wrongly. */
export interface Mistake {
  /** Index in the whole input, from 0. */
  readonly index: number;
  /** Class indices. */
  readonly truth: number;
  readonly prediction: number;
  /** How sure the network was of its prediction: the output of that class. */
  readonly confidence: number;
  /** `(recordBytes)` u8, a copy of the record's pixels as stored. */
  readonly pixels: Uint8Array;
}

type Verdict = Omit<Mistake, 'pixels'>;

/** Negative when `a` is the worse mistake: more confident or, at the same confidence, earlier in the input. */
const byWorst = (a: Verdict, b: Verdict): number => b.confidence - a.confidence || a.index - b.index;

/**
 * The worst mistakes: wrong predictions of the highest confidence.
 *
 * Record indices must be unique in all that is added and merged: then the order is total and the same mistakes are
 * kept however the records were split.
 */
export class Mistakes {
  /** How many are kept at most; may be 0. */
  readonly capacity: number;
  /** Worst first. */
  readonly #kept: Mistake[] = [];

  /** @throws DigitflowError USAGE when `capacity` is not an integer from 0 up. */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 0) {
      throw new DigitflowError('USAGE', `mistakes: expected an integer from 0 up, found ${capacity}`);
    }
    this.capacity = capacity;
  }

  /** Looks at each record once, unless it was counted that none can be among the worst. */
  addAll(records: LabelledRecords): void {
    const { count, labels, predictions, confidences, counts } = records;
    let floor = this.#floor;
    if (counts !== undefined && counts.worstWrong < floor) return;
    for (let i = 0; i < count; i++) {
      // A confidence that is NaN fails this comparison and is never kept.
      if (labels[i] === predictions[i] || !(confidences[i] >= floor)) continue;
      this.#consider(records, i);
      floor = this.#floor;
    }
  }

  /** Apart from the loop: a closure in there would cost every record an allocation. */
  #consider(records: LabelledRecords, place: number): void {
    const verdict = {
      index: records.first + place,
      truth: records.labels[place],
      prediction: records.predictions[place],
      confidence: records.confidences[place],
    };
    this.#offer(verdict, () => records.pixelsOf(place));
  }

  merge(other: Mistakes): void {
    for (const mistake of other.#kept) this.#offer(mistake, () => mistake.pixels);
  }

  /** At most `capacity`, worst first. */
  get worst(): readonly Mistake[] {
    return this.#kept;
  }

  toJSON(): (Omit<Mistake, 'pixels'> & { pixels: number[] })[] {
    return this.#kept.map((mistake) => ({ ...mistake, pixels: [...mistake.pixels] }));
  }

  /** The least confidence that may still be kept. */
  get #floor(): number {
    if (this.capacity === 0) return Number.POSITIVE_INFINITY;
    return this.#kept.length < this.capacity
      ? Number.NEGATIVE_INFINITY
      : this.#kept[this.capacity - 1].confidence;
  }

  #offer(candidate: Verdict, pixels: () => Uint8Array): void {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (byWorst(this.#kept[middle], candidate) < 0) low = middle + 1;
      else high = middle;
    }
    if (low >= this.capacity) return;
    // Only now are they worth a copy; where they lie will be written again.
    this.#kept.splice(low, 0, { ...candidate, pixels: Uint8Array.from(pixels()) });
    if (this.#kept.length > this.capacity) this.#kept.pop();
  }
}
