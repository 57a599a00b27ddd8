import { DigitflowError } from '../errors.js';
import type { LabelledRecords } from './scored-records.js';

/** A record that is kept, with what the network said of it. */
export interface KeptRecord {
  /** Index in the whole input, from 0. */
  readonly index: number;
  /** Class indices; the truth is what the label says. */
  readonly truth: number;
  readonly prediction: number;
  /** The output of the predicted class. */
  readonly confidence: number;
  /** `(recordBytes)` u8, a copy of the record's pixels as stored. */
  readonly pixels: Uint8Array;
}

/** A record that the network read wrongly. */
export type Mistake = KeptRecord;

/** The verdict on the record at a place of a batch, from 0. */
export function verdictAt(records: LabelledRecords, place: number): Omit<KeptRecord, 'pixels'> {
  return {
    index: records.first + place,
    truth: records.labels[place],
    prediction: records.predictions[place],
    confidence: records.confidences[place],
  };
}

/**
 * The records of the highest score, a bounded number of them.
 *
 * Record indices must be unique in all that is offered and merged: then the order is total, and the same records are
 * kept however they were split.
 */
export class TopRecords<R extends KeptRecord = KeptRecord> {
  /** How many are kept at most; may be 0. */
  readonly capacity: number;
  readonly #scoreOf: (record: Omit<R, 'pixels'>) => number;
  readonly #kept: R[] = [];

  /** @param scoreOf never NaN for what is offered. */
  constructor(capacity: number, scoreOf: (record: Omit<R, 'pixels'>) => number) {
    this.capacity = capacity;
    this.#scoreOf = scoreOf;
  }

  /** At most `capacity`: the highest score first, the earliest of equals. */
  get kept(): readonly R[] {
    return this.#kept;
  }

  /** A record of a score below this one, or of none, is not kept: the caller need not offer it. */
  get floor(): number {
    if (this.capacity === 0) return Number.POSITIVE_INFINITY;
    if (this.#kept.length < this.capacity) return Number.NEGATIVE_INFINITY;
    return this.#scoreOf(this.#kept[this.capacity - 1]);
  }

  /** Keeps a record if it is among the best; only then asks `source` for its pixels, and copies them. */
  offer(record: Omit<R, 'pixels'>, source: Pick<LabelledRecords, 'pixelsOf'>, place: number): void {
    const score = this.#scoreOf(record);
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#kept[middle];
      if ((score - this.#scoreOf(other) || other.index - record.index) < 0) low = middle + 1;
      else high = middle;
    }
    if (low >= this.capacity) return;
    this.#kept.splice(low, 0, { ...record, pixels: Uint8Array.from(source.pixelsOf(place)) } as R);
    if (this.#kept.length > this.capacity) this.#kept.pop();
  }

  merge(other: TopRecords<R>): void {
    for (const record of other.#kept) this.offer(record, { pixelsOf: () => record.pixels }, 0);
  }
}

/** The worst mistakes: wrong predictions of the highest confidence. */
export class Mistakes {
  readonly #worst: TopRecords;

  /** @throws DigitflowError USAGE when `capacity` is not an integer from 0 up. */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 0) {
      throw new DigitflowError('USAGE', `mistakes: expected an integer from 0 up, found ${capacity}`);
    }
    this.#worst = new TopRecords(capacity, ({ confidence }) => confidence);
  }

  /** How many are kept at most; may be 0. */
  get capacity(): number {
    return this.#worst.capacity;
  }

  /** Looks at each record once, unless the worker's counts say that none can be among the worst. */
  addAll(records: LabelledRecords): void {
    const { count, labels, predictions, confidences, counts } = records;
    let { floor } = this.#worst;
    if (counts !== undefined && counts.worstWrong < floor) return;
    for (let i = 0; i < count; i++) {
      // A confidence that is NaN fails this comparison and is never kept.
      if (labels[i] === predictions[i] || !(confidences[i] >= floor)) continue;
      this.#worst.offer(verdictAt(records, i), records, i);
      floor = this.#worst.floor;
    }
  }

  merge(other: Mistakes): void {
    this.#worst.merge(other.#worst);
  }

  /** At most `capacity`, worst first. */
  get worst(): readonly Mistake[] {
    return this.#worst.kept;
  }

  toJSON(): (Omit<Mistake, 'pixels'> & { pixels: number[] })[] {
    return this.worst.map((mistake) => ({ ...mistake, pixels: [...mistake.pixels] }));
  }
}
