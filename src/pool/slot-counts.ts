import * as COUNTS from '../../workers/kernel/common/count-offsets.js';
import { CALIBRATION_BINS } from '../../workers/kernel/common/offsets.js';
import type { MemoryLayout, SlotLayout } from './layout.js';

/** More records than that could leave an i64: 2^22 losses below 2^8, in units of 2^-32. */
const MOST_RECORDS = 2 ** 22;

/**
 * What a worker has counted of the records of its slot: written by the worker, read by the main thread. A `RecordCounts` of
 * src/tally/.
 */
export class SlotCounts {
  /** `(classes, classes)`, row-major, row = truth. */
  readonly confusion: Uint32Array;
  /** `(2 * CALIBRATION_BINS)`: how many wrong, then how many right records are in each bin of confidence. */
  readonly bins: Uint32Array;
  /** `(CALIBRATION_BINS)`: the sums of the confidences in each bin, in units of 2^-32. */
  readonly confidenceUnits: BigInt64Array;
  readonly #lossUnits: BigInt64Array;
  readonly #unusual: Uint32Array;
  readonly #worstWrong: Float32Array;

  constructor(buffer: SharedArrayBuffer, { classCount }: MemoryLayout, { counts }: SlotLayout) {
    this.confusion = new Uint32Array(buffer, counts + COUNTS.confusion, classCount * classCount);
    this.bins = new Uint32Array(buffer, counts + COUNTS.bins, 2 * CALIBRATION_BINS);
    this.confidenceUnits = new BigInt64Array(buffer, counts + COUNTS.confidenceUnits, CALIBRATION_BINS);
    this.#lossUnits = new BigInt64Array(buffer, counts + COUNTS.lossUnits, 1);
    this.#unusual = new Uint32Array(buffer, counts + COUNTS.unusual, 1);
    this.#worstWrong = new Float32Array(buffer, counts + COUNTS.worstWrong, 1);
  }

  /** The sum of the losses in units of 2^-32; null where one of them is 256 or more, or not finite. */
  get lossUnits(): bigint | null {
    return this.#unusual[0] === 0 ? this.#lossUnits[0] : null;
  }

  /** The highest confidence of a wrong record; -Infinity where there is none. */
  get worstWrong(): number {
    return this.#worstWrong[0];
  }

  /** To be called by the worker before it scores the slot. */
  clear(): void {
    this.confusion.fill(0);
    this.bins.fill(0);
    this.confidenceUnits.fill(0n);
    this.#lossUnits[0] = 0n;
    this.#unusual[0] = 0;
    this.#worstWrong[0] = Number.NEGATIVE_INFINITY;
  }

  /** Whether the counts can hold so many records. */
  static canHold(records: number): boolean {
    return records <= MOST_RECORDS;
  }
}
