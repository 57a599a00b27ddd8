import { DigitflowError } from '../errors.js';
import { bytesText, exactNumber, type State } from './state.js';

/** What a worker has counted of the records it scored: the same numbers that a look at each of them would give. */
export interface RecordCounts {
  /** `(classes, classes)`, row-major, row = truth. */
  readonly confusion: ArrayLike<number>;
  /** The sum of the losses in units of a FixedSum; null where one is too large or not finite. */
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
  /** How many there are. */
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
  /** `(>= count, classCount)` f32, row-major; empty or left out where only the winner's was kept. */
  readonly outputs?: Float32Array | undefined;
  /** Left out where the worker has not counted. */
  readonly counts?: RecordCounts | undefined;
  /** `(recordBytes)` u8: the pixels, as stored, of the record at a place from 0; may be slow, and is a view. */
  pixelsOf(place: number): Uint8Array;
  /** Where records are pictures: each one's path. Empty or left out where they are none. */
  readonly pictures?: readonly { readonly title: string }[] | undefined;
  /** What is carried of each, u8, one after the other, and where each ends; left out where nothing is. */
  readonly ids?: Uint8Array | undefined;
  readonly idEnds?: Uint32Array | undefined;
  /** Raises what is wrong among the records, or after them; left out where that does not matter. */
  check?(): void;
}

/** Scored records that can be compared with the truth. */
export interface LabelledRecords extends ScoredRecords {
  readonly labels: Uint8Array;
}

/** @throws DigitflowError LABELS_MISSING for records that cannot be compared with the truth. */
export function checkLabelled(records: ScoredRecords): asserts records is LabelledRecords {
  if (records.labels !== null) return;
  const expected = 'expected labels to compare with, found none; give labels, or score without counting';
  throw new DigitflowError('LABELS_MISSING', `${recordsTitle(records)}: ${expected}`);
}

/** `records 0 to 99`. */
export function recordsTitle({ first, count }: Pick<ScoredRecords, 'first' | 'count'>): string {
  return `records ${first} to ${first + count - 1}`;
}

/** A record that is kept, with what the network said of it. */
export interface KeptRecord {
  /** Index in the whole input, from 0. */
  readonly index: number;
  /** Class indices; the truth is what the label says. */
  readonly truth: number;
  /** The class that the network takes it for. */
  readonly prediction: number;
  /** The output of the predicted class. */
  readonly confidence: number;
  /** Where it is a picture: its path. */
  readonly name?: string | undefined;
  /** `(recordBytes)` u8, a copy of the record's pixels as stored. */
  readonly pixels: Uint8Array;
}

/** What records of one network have in common. */
export interface RecordShape {
  /** How many classes there are. */
  readonly classes: number;
  /** How many pixels each has. */
  readonly recordBytes: number;
}

/** A kept record as JSON has it. */
export function recordJson({ pixels, confidence, ...record }: KeptRecord): object {
  return { ...record, confidence: exactNumber(confidence), pixels: bytesText(pixels) };
}

/**
 * What `recordJson` was given.
 *
 * @throws DigitflowError SHARD_BROKEN
 */
export function recordFrom(state: State, { classes, recordBytes }: RecordShape): KeptRecord {
  const name = state.get('name');
  return {
    index: state.get('index').whole(),
    truth: state.get('truth').whole(0, classes - 1),
    prediction: state.get('prediction').whole(0, classes - 1),
    confidence: state.get('confidence').number(),
    ...(name.isNone ? {} : { name: name.text() }),
    pixels: state.get('pixels').bytes(recordBytes),
  };
}

/** A record that the network read wrongly. */
export type Mistake = KeptRecord;

/** The verdict on the record at a place of a batch, from 0. */
export function verdictAt(records: LabelledRecords, place: number): Omit<KeptRecord, 'pixels'> {
  const name = records.pictures?.[place]?.title;
  return {
    index: records.first + place,
    truth: records.labels[place],
    prediction: records.predictions[place],
    confidence: records.confidences[place],
    ...(name === undefined ? {} : { name }),
  };
}

/**
 * The records of the highest score, at most `capacity`. The indices of all that are offered and merged must be unique:
 * then the order is total, and the same records are kept however they were split.
 */
export class TopRecords<R extends KeptRecord = KeptRecord> {
  /** May be 0. */
  readonly capacity: number;
  readonly #scoreOf: (record: Omit<R, 'pixels'>) => number;
  readonly #kept: R[] = [];

  /** `scoreOf` is never NaN for what is offered. */
  constructor(capacity: number, scoreOf: (record: Omit<R, 'pixels'>) => number) {
    this.capacity = capacity;
    this.#scoreOf = scoreOf;
  }

  /** The highest score first, the earliest of equals. */
  get kept(): readonly R[] {
    return this.#kept;
  }

  /** A record of a score below this one, or of NaN, need not be offered: it is not kept. */
  get floor(): number {
    if (this.capacity === 0) return Number.POSITIVE_INFINITY;
    if (this.#kept.length < this.capacity) return Number.NEGATIVE_INFINITY;
    return this.#scoreOf(this.#kept[this.capacity - 1]);
  }

  /** Keeps a record if it is among the best; only then asks `source` for its pixels, and copies them. */
  offer(record: Omit<R, 'pixels'>, source: Pick<LabelledRecords, 'pixelsOf'>, place: number): void {
    const score = this.#scoreOf(record);
    let [low, high] = [0, this.#kept.length];
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

  /** As `offer`, with its pixels. */
  take(record: R): void {
    this.offer(record, { pixelsOf: () => record.pixels }, 0);
  }

  merge(other: TopRecords<R>): void {
    for (const record of other.#kept) this.take(record);
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

  /** @throws DigitflowError SHARD_BROKEN */
  static from(state: State, shape: RecordShape): Mistakes {
    const mistakes = new Mistakes(state.get('capacity').whole());
    for (const record of state.get('worst').list()) mistakes.#worst.take(recordFrom(record, shape));
    return mistakes;
  }

  /** How many are kept at most. */
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

  /** Takes over those of another that are among the worst of both. */
  merge(other: Mistakes): void {
    this.#worst.merge(other.#worst);
  }

  /** Worst first. */
  get worst(): readonly Mistake[] {
    return this.#worst.kept;
  }

  /** The exact state. */
  toJSON(): object {
    return { capacity: this.capacity, worst: this.worst.map(recordJson) };
  }
}
