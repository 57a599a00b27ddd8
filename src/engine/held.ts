import { DigitflowError } from '../errors.js';
import type { AnySlot, SlotRing } from './slots.js';

/**
 * Something that lies in a slot for as long as somebody holds it.
 *
 * Holders are counted. The operator that hands a batch on holds it while `next` runs, and the slot is given back when
 * the last holder lets go. So whoever looks at a batch inside `next` need not do anything, a batch that is filtered
 * out leaks nothing, and whoever wants it for longer calls `retain`, and `release` when done.
 */
export abstract class Held<Slot extends AnySlot = AnySlot> {
  /** The how many-th it was to be scored, from 0: given by `forward`, for `inOrder`. */
  order = 0;
  readonly #ring: SlotRing<Slot>;
  readonly #slot: Slot;
  #holders = 1;

  /** Takes a slot. */
  protected constructor(ring: SlotRing<Slot>) {
    this.#ring = ring;
    this.#slot = ring.take();
  }

  /** What is in it, for an error: `records 0 to 99`. */
  abstract get title(): string;

  /** Which slot it lies in, as workers know it. */
  get slotIndex(): number {
    return this.held().index;
  }

  /** Keeps the batch beyond this `next` call; to be answered by one `release`. */
  retain(): void {
    this.held();
    this.#holders++;
  }

  /** Lets go of the batch; the last one to do so gives the slot back. */
  release(): void {
    const slot = this.held();
    if (--this.#holders > 0) return;
    this.onReleased();
    this.#ring.give(slot);
  }

  /** What else is to be let go of with the slot. */
  protected onReleased(): void {}

  /** @throws DigitflowError BATCH_RELEASED once nobody holds it any more */
  protected held(): Slot {
    if (this.#holders > 0) return this.#slot;
    throw new DigitflowError(
      'BATCH_RELEASED',
      `the batch of ${this.title} was used after its release: call retain() to keep one`,
    );
  }
}
