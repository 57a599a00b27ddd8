import { DigitflowError } from '../errors.js';
import type { Permits } from './permits.js';

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
