import { DigitflowError } from '../errors.js';
import type { MemoryLayout } from './layout.js';
import type { Permits } from './permits.js';

/** One slot of the shared memory: the arrays of one batch. */
export interface Slot {
  readonly index: number;
  /** `(records, recordBytes)` u8, row-major; written by the main thread (or the worker, from a file), read by the worker. */
  readonly pixels: Uint8Array;
  /** `(records)` u8; written by the main thread, read by the worker. */
  readonly labels: Uint8Array;
  /** `(records)` u8; written by the worker. */
  readonly predictions: Uint8Array;
  /** `(records)` f32; written by the worker. */
  readonly confidences: Float32Array;
  /** `(records)` f32; written by the worker where there are labels. */
  readonly losses: Float32Array;
  /** `(records, classes)` f32, row-major; empty where outputs are not wanted; written by the worker. */
  readonly outputs: Float32Array;
}

/**
 * The slots of a pool: the only buffer of the whole pipeline, first in first out.
 *
 * A source asks `whenFree` before each chunk; the batch operator takes slots while the chunk passes; whoever holds a
 * batch last gives its slot back. One stream at a time may feed the slots of a pool.
 */
export class Slots implements Permits {
  readonly recordsPerSlot: number;
  readonly recordBytes: number;
  readonly count: number;
  /** The batch that records are being copied into, if there is one; kept by the batch operator. */
  filling: { readonly room: Uint8Array } | undefined;
  readonly #free: Slot[];
  #waiting: (() => void)[] = [];

  constructor(buffer: SharedArrayBuffer, layout: MemoryLayout) {
    const { recordsPerSlot: records, recordBytes, classCount } = layout;
    this.recordsPerSlot = records;
    this.recordBytes = recordBytes;
    this.count = layout.slots.length;
    this.#free = layout.slots.map((slot, index) => ({
      index,
      pixels: new Uint8Array(buffer, slot.pixels, records * recordBytes),
      labels: new Uint8Array(buffer, slot.labels, records),
      predictions: new Uint8Array(buffer, slot.predictions, records),
      confidences: new Float32Array(buffer, slot.confidences, records),
      losses: new Float32Array(buffer, slot.losses, records),
      outputs: new Float32Array(buffer, slot.outputs, slot.outputs === 0 ? 0 : records * classCount),
    }));
  }

  /** The most bytes of images that one slot holds. */
  get capacityBytes(): number {
    return this.recordsPerSlot * this.recordBytes;
  }

  /** How many slots nobody holds. */
  get freeCount(): number {
    return this.#free.length;
  }

  async whenFree(): Promise<void> {
    if (this.#free.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
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

  room(): Uint8Array {
    return this.filling?.room ?? this.#free[0].pixels;
  }

  /** Gives a slot back and wakes who waits. */
  give(slot: Slot): void {
    this.#free.push(slot);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
