import * as COUNTS from '../../workers/kernel/common/count-offsets.js';
import { CALIBRATION_BINS } from '../../workers/kernel/common/offsets.js';
import { DigitflowError } from '../errors.js';
import { type MemoryLayout, REJECT, type SlotLayout } from './layout.js';
import type { Permits, Reading } from './records.js';
import type { TextSize } from './sizes.js';

/** One slot of the shared memory: the arrays of one batch. What is not wanted has no elements. */
export interface Slot {
  readonly index: number;
  /** `(records, recordBytes)` u8, row-major: written by the main thread, or the worker from a file or from text. */
  readonly pixels: Uint8Array;
  /** `(records)` u8: written by the main thread, or from text by the worker. */
  readonly labels: Uint8Array;
  /** `(records)` u8: written by the worker, as all that follows but `text`. */
  readonly predictions: Uint8Array;
  /** `(records)` f32. */
  readonly confidences: Float32Array;
  /** `(records)` f32; without meaning where there are no labels. */
  readonly losses: Float32Array;
  /** `(records, classes)` f32, row-major. */
  readonly outputs: Float32Array;
  /** Without meaning where there are no labels. */
  readonly counts: SlotCounts;
  /** u8: written by the main thread, or by the worker with what it reads from a file. */
  readonly text: Uint8Array;
  /** `(records)` u32: where each scored row begins, from the start of the batch's text. */
  readonly rowStarts: Uint32Array;
  /** `(records)` u32: where each scored row's id ends in `ids`. */
  readonly idEnds: Uint32Array;
  readonly ids: Uint8Array;
  /** `(rejects, 4)` u32, as `REJECT` has them. */
  readonly rejects: Uint32Array;
}

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

  /** How many slots no batch holds. */
  get freeCount(): number {
    return this.#free.length;
  }

  async whenFree(): Promise<void> {
    if (this.#free.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  room(reading: Reading): Uint8Array {
    return this.filling?.reading === reading ? this.filling.room : this.#free[0].pixels;
  }

  /**
   * Takes a free slot.
   *
   * @throws DigitflowError POOL_BUSY when none is free: its source did not ask, or two streams share the scorer
   */
  take(): Slot {
    const slot = this.#free.shift();
    if (slot !== undefined) return slot;
    throw new DigitflowError(
      'POOL_BUSY',
      'no slot is free: wait for `whenFree` before each piece, and run one stream at a time on a scorer',
    );
  }

  /** Gives a slot back and wakes the sources that wait. */
  give(slot: Slot): void {
    this.#free.push(slot);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function slotArrays(buffer: SharedArrayBuffer, layout: MemoryLayout, slot: SlotLayout, index: number): Slot {
  const { recordsPerSlot: records, pixelRecords, recordBytes, classCount, text } = layout;
  const at = slot.text;
  const u8 = (offset: number, length: number) => new Uint8Array(buffer, offset, length);
  const u32 = (offset: number, length: number) => new Uint32Array(buffer, offset, length);
  const f32 = (offset: number, length: number) => new Float32Array(buffer, offset, length);
  return {
    index,
    pixels: u8(slot.pixels, pixelRecords * recordBytes),
    labels: u8(slot.labels, records),
    predictions: u8(slot.predictions, records),
    confidences: f32(slot.confidences, records),
    losses: f32(slot.losses, records),
    outputs: f32(slot.outputs, slot.outputs === 0 ? 0 : records * classCount),
    counts: new SlotCounts(buffer, layout, slot),
    text: u8(at?.text ?? 0, text?.textBytes ?? 0),
    rowStarts: u32(at?.rowStarts ?? 0, text ? records : 0),
    idEnds: u32(at?.idEnds ?? 0, text?.withIds ? records : 0),
    ids: u8(at?.ids ?? 0, text?.withIds ? text.stretchBytes : 0),
    rejects: u32(at?.rejects ?? 0, text ? (text.mostRejects * REJECT.bytes) / 4 : 0),
  };
}

/** More records than that could leave an i64: 2^22 losses below 2^8, in units of 2^-32. */
const MOST_COUNTED = 2 ** 22;

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

  /** Whether the counts can hold so many records. */
  static canHold(records: number): boolean {
    return records <= MOST_COUNTED;
  }
}

/** Hears of batches that leave without having passed `inOrder`; one for each subscription to `forward`. */
export interface Sequence {
  left(order: number): void;
}

/**
 * Something that lies in a slot for as long as it has holders.
 *
 * Holders are counted. The operator that hands a batch on holds it while `next` runs, and the slot is given back when
 * the last holder lets go. So a subscriber that looks at a batch inside `next` need not do anything, a batch that is
 * filtered out leaks nothing, and an operator that keeps it for longer calls `retain`, and `release` when done.
 */
export abstract class SlotHolder {
  /** Its number in the order in which batches went into `forward`, from 0. */
  order = 0;
  /** Set by `forward`. */
  sequence: Sequence | undefined;
  readonly #slots: Slots;
  readonly #slot: Slot;
  #holders = 1;

  /** Takes a slot. */
  protected constructor(slots: Slots) {
    this.#slots = slots;
    this.#slot = slots.take();
  }

  /** What is in it, for an error: `records 0 to 99`. */
  abstract get title(): string;

  /** Keeps the batch beyond this `next` call; to be answered by one `release`. */
  retain(): void {
    this.held();
    this.#holders++;
  }

  /** Lets go of the batch; the last holder to do so gives the slot back. */
  release(): void {
    const slot = this.held();
    if (--this.#holders > 0) return;
    this.released();
    this.#slots.give(slot);
    this.sequence?.left(this.order);
  }

  /** Lets go of what is held beside the slot. */
  protected abstract released(): void;

  /** @throws DigitflowError BATCH_RELEASED once the last holder has let go */
  protected held(): Slot {
    if (this.#holders > 0) return this.#slot;
    throw new DigitflowError(
      'BATCH_RELEASED',
      `the batch of ${this.title} was used after its release: call retain() to keep one`,
    );
  }
}
