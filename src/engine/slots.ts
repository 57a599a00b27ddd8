import * as COUNTS from '../../workers/kernel/common/count-offsets.js';
import { CALIBRATION_BINS } from '../../workers/kernel/common/offsets.js';
import { DigitflowError } from '../errors.js';
import { type MemoryLayout, REJECT, type SlotLayout } from './layout.js';
import type { Permits, Reading } from './records.js';
import type { TextSize } from './sizes.js';

/** One slot of the shared memory: the arrays of one batch. What is not wanted has no elements. */
export type Slot = Readonly<ReturnType<typeof slotArrays>>;

/** What slots know of the network and of the text that they hold. */
export interface SlotsOptions {
  /** How much text goes where; null for pixels alone. Default null. */
  readonly text?: TextSize | null;
  /** True where workers read pixels from files. Default false. */
  readonly readByWorkers?: boolean;
  /** Whether the network's outputs lie in 0..1. Default true. */
  readonly outputsAreProbabilities?: boolean;
}

/**
 * The slots of a scorer: the only buffer of the whole pipeline, first in first out.
 *
 * A source asks `whenFree` before each piece; the batch operator takes slots while the piece passes; the last holder of a
 * batch gives its slot back. One stream at a time may feed the slots of a scorer.
 */
export class Slots implements Permits {
  readonly count: number;
  /** How many records' pixels a slot holds. */
  readonly recordsPerSlot: number;
  readonly recordBytes: number;
  readonly classCount: number;
  readonly outputsAreProbabilities: boolean;
  readonly text: TextSize | null;
  readonly readByWorkers: boolean;
  /** The batch that is being filled, where there is one; set by the batch operator. */
  filling: { readonly reading: Reading; readonly room: Uint8Array } | undefined;
  readonly #free: Slot[];
  #waiting: (() => void)[] = [];

  constructor(
    buffer: SharedArrayBuffer,
    layout: MemoryLayout,
    { text = null, readByWorkers = false, outputsAreProbabilities = true }: SlotsOptions = {},
  ) {
    this.#free = layout.slots.map((slot, index) => slotArrays(buffer, layout, slot, index));
    this.count = this.#free.length;
    this.recordsPerSlot = layout.pixelRecords;
    this.recordBytes = layout.recordBytes;
    this.classCount = layout.classCount;
    this.text = text;
    this.readByWorkers = readByWorkers;
    this.outputsAreProbabilities = outputsAreProbabilities;
  }

  /** How many slots are free now. */
  get freeCount(): number {
    return this.#free.length;
  }

  async whenFree(): Promise<void> {
    if (this.#free.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  room(reading: Reading): Uint8Array {
    return this.filling?.reading === reading ? this.filling.room : this.#free[0].pixels;
  }

  /** Takes a free slot; throws POOL_BUSY when none is: its source did not ask, or two streams share the scorer. */
  take(): Slot {
    const slot = this.#free.shift();
    if (slot !== undefined) return slot;
    throw new DigitflowError(
      'POOL_BUSY',
      'no slot is free: wait for `whenFree` before each piece, and run one stream at a time on a scorer',
    );
  }

  /** Gives a slot back, and wakes the sources that wait. */
  give(slot: Slot): void {
    this.#free.push(slot);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function slotArrays(buffer: SharedArrayBuffer, layout: MemoryLayout, slot: SlotLayout, index: number) {
  const { recordsPerSlot: records, pixelRecords, recordBytes, classCount, text } = layout;
  const at = slot.text;
  const u8 = (offset: number, length: number) => new Uint8Array(buffer, offset, length);
  const u32 = (offset: number, length: number) => new Uint32Array(buffer, offset, length);
  const f32 = (offset: number, length: number) => new Float32Array(buffer, offset, length);
  return {
    index,
    /** `(records, recordBytes)` u8, row-major: written by the main thread, or the worker from a file or from text. */
    pixels: u8(slot.pixels, pixelRecords * recordBytes),
    /** `(records)` u8: written by the main thread, or from text by the worker. */
    labels: u8(slot.labels, records),
    /** `(records)` u8: written by the worker, as all that follows but `text`. */
    predictions: u8(slot.predictions, records),
    /** `(records)` f32. */
    confidences: f32(slot.confidences, records),
    /** `(records)` f32; without meaning where there are no labels, as the counts are. */
    losses: f32(slot.losses, records),
    /** `(records, classes)` f32, row-major. */
    outputs: f32(slot.outputs, slot.outputs === 0 ? 0 : records * classCount),
    counts: new SlotCounts(buffer, layout, slot),
    /** u8: written by the main thread, or by the worker with what it reads from a file. */
    text: u8(at?.text ?? 0, text?.textBytes ?? 0),
    /** `(records)` u32: where each scored row begins, from the start of the batch's text. */
    rowStarts: u32(at?.rowStarts ?? 0, text ? records : 0),
    /** `(records)` u32: where each scored row's id ends in `ids`. */
    idEnds: u32(at?.idEnds ?? 0, text?.withIds ? records : 0),
    ids: u8(at?.ids ?? 0, text?.withIds ? text.stretchBytes : 0),
    /** `(rejects, 4)` u32, as `REJECT` has them. */
    rejects: u32(at?.rejects ?? 0, text ? (text.mostRejects * REJECT.bytes) / 4 : 0),
  };
}

/** More records than that could leave an i64: 2^22 losses below 2^8, in units of 2^-32. */
export const MOST_COUNTED = 2 ** 22;

/** What a worker has counted of the records of its slot: written by the worker, read by the main thread. */
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
}
