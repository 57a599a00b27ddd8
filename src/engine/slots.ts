import { DigitflowError } from '../errors.js';
import { Batch, type PixelRecords } from './batch.js';
import type { BatchMaker } from './batch-maker.js';
import type { MemoryLayout, SlotLayout } from './layout.js';
import type { Permits } from './permits.js';
import { SlotCounts } from './slot-counts.js';

/** A slot, whatever it is for. */
export interface AnySlot {
  readonly index: number;
}

/**
 * The slots of a pool: the only buffer of the whole pipeline, first in first out.
 *
 * A source asks `whenFree` before each chunk; the batch operator takes slots while the chunk passes; whoever holds a
 * batch last gives its slot back. One stream at a time may feed the slots of a pool.
 */
export class SlotRing<Slot extends AnySlot> implements Pick<Permits, 'whenFree'> {
  readonly count: number;
  readonly #free: Slot[];
  #waiting: (() => void)[] = [];

  constructor(slots: readonly Slot[]) {
    this.count = slots.length;
    this.#free = [...slots];
  }

  /** How many slots nobody holds. */
  get freeCount(): number {
    return this.#free.length;
  }

  async whenFree(): Promise<void> {
    if (this.#free.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The slot that is taken next; to be asked for only after `whenFree`. */
  protected get next(): Slot {
    return this.#free[0];
  }

  /**
   * Takes a free slot.
   *
   * @throws DigitflowError POOL_BUSY when none is free: its source did not ask, or two streams share the pool
   */
  take(): Slot {
    const slot = this.#free.shift();
    if (slot === undefined) {
      throw new DigitflowError(
        'POOL_BUSY',
        'no slot is free: wait for `whenFree` before each chunk, and run one stream at a time on a pool',
      );
    }
    return slot;
  }

  /** Gives a slot back and wakes who waits. */
  give(slot: Slot): void {
    this.#free.push(slot);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** What the worker leaves in a slot, of images or of text. */
export interface VerdictSlot {
  readonly index: number;
  /** `(records)` u8; written by the main thread, or from text by the worker. */
  readonly labels: Uint8Array;
  /** `(records)` u8; written by the worker. */
  readonly predictions: Uint8Array;
  /** `(records)` f32; written by the worker. */
  readonly confidences: Float32Array;
  /** `(records)` f32; written by the worker where there are labels. */
  readonly losses: Float32Array;
  /** `(records, classes)` f32, row-major; empty where outputs are not wanted; written by the worker. */
  readonly outputs: Float32Array;
  /** What the worker has counted; without meaning where there are no labels. */
  readonly counts: SlotCounts;
}

/** One slot of the shared memory: the arrays of one batch. */
export interface Slot extends VerdictSlot {
  /** `(records, recordBytes)` u8, row-major; written by the main thread (or the worker, from a file), read by the worker. */
  readonly pixels: Uint8Array;
}

/** The arrays of one slot that are the same for images and for text. */
export function verdictSlot(
  buffer: SharedArrayBuffer,
  layout: MemoryLayout,
  slot: SlotLayout,
  index: number,
): VerdictSlot {
  const { recordsPerSlot: records, classCount } = layout;
  return {
    index,
    labels: new Uint8Array(buffer, slot.labels, records),
    predictions: new Uint8Array(buffer, slot.predictions, records),
    confidences: new Float32Array(buffer, slot.confidences, records),
    losses: new Float32Array(buffer, slot.losses, records),
    outputs: new Float32Array(buffer, slot.outputs, slot.outputs === 0 ? 0 : records * classCount),
    counts: new SlotCounts(buffer, layout, slot),
  };
}

/** Slots for images. */
export class Slots extends SlotRing<Slot> implements Permits, BatchMaker<PixelRecords, Batch> {
  readonly recordsPerSlot: number;
  readonly recordBytes: number;
  readonly classCount: number;
  readonly outputsAreProbabilities: boolean;
  filling: Batch | undefined;

  constructor(buffer: SharedArrayBuffer, layout: MemoryLayout) {
    const { recordsPerSlot, recordBytes } = layout;
    super(
      layout.slots.map((slot, index) => ({
        ...verdictSlot(buffer, layout, slot, index),
        pixels: new Uint8Array(buffer, slot.pixels, recordsPerSlot * recordBytes),
      })),
    );
    this.recordsPerSlot = recordsPerSlot;
    this.recordBytes = recordBytes;
    this.classCount = layout.classCount;
    this.outputsAreProbabilities = layout.outputsAreProbabilities;
  }

  /** The most bytes of images that one slot holds. */
  get capacityBytes(): number {
    return this.recordsPerSlot * this.recordBytes;
  }

  room(): Uint8Array {
    return this.filling?.room ?? this.next.pixels;
  }

  begin(records: PixelRecords): Batch {
    return new Batch(this, records);
  }
}
