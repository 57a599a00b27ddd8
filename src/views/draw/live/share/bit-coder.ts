/** Chances are counted in so many parts. */
const PARTS = 65_536;
const LEAST_CHANCE = 32;
/** A context forgets what lies so many bits back. */
const MEMORY = 32;
/** A field has at most so many contexts. */
const CONTEXTS = 2 ** 20;

/**
 * Writes bits, or reads them, so that one description of a thing does both. A bit costs the less, the more often it was the
 * same in its context (adaptive arithmetic coding). It counts in whole numbers and IEEE fractions: all browsers agree.
 */
export abstract class BitCoder {
  #low = 0;
  #high = 0xffff_ffff;
  readonly #contexts = new Map<number, { chance: number; seen: number }>();

  /** The bit that was written or read; a reader passes over the one that is given. */
  bit(field: number, context: number, given: number): number {
    const key = field * CONTEXTS + context;
    const state = this.#contexts.get(key) ?? { chance: PARTS / 2, seen: 0 };
    this.#contexts.set(key, state);
    const chance = Math.max(LEAST_CHANCE, Math.min(PARTS - LEAST_CHANCE, state.chance));
    const middle = this.#low + Math.floor(((this.#high - this.#low) * chance) / PARTS);
    const bit = this.decide(middle, given);
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while ((this.#low ^ this.#high) >>> 24 === 0) {
      this.shift(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
    }
    state.seen = Math.min(MEMORY, state.seen + 1);
    state.chance += (bit * PARTS - state.chance) / (state.seen + 0.6);
    return bit;
  }

  /**
   * A whole number from 0 below `end`.
   *
   * @throws RangeError where another one is read.
   */
  below(field: number, end: number, given: number): number {
    let node = 1;
    for (let i = 31 - Math.clz32(end - 1); i >= 0; i--) {
      node = 2 * node + this.bit(field, node % CONTEXTS, (given >>> i) & 1);
    }
    const number = node - 2 ** (32 - Math.clz32(end - 1));
    if (number >= end) throw new RangeError(`expected a number below ${end}, found ${number}`);
    return number;
  }

  /** A byte that nothing will change is the first one of what is left. */
  protected first(): number {
    return (this.#low >>> 24) + 1;
  }

  /** 1 for what lies up to `middle`. */
  protected abstract decide(middle: number, given: number): number;
  protected abstract shift(byte: number): void;
}

export class BitWriter extends BitCoder {
  readonly #bytes: number[] = [];

  /** All that was written. Behind its last byte a reader finds zeros. */
  end(): Uint8Array {
    return Uint8Array.from([...this.#bytes, this.first()]);
  }

  protected decide(_: number, given: number): number {
    return given;
  }

  protected shift(byte: number): void {
    this.#bytes.push(byte);
  }
}

export class BitReader extends BitCoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  #value = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
    for (let i = 0; i < 4; i++) this.shift();
  }

  protected decide(middle: number): number {
    return this.#value <= middle ? 1 : 0;
  }

  /** @throws RangeError where more is read than was written. */
  protected shift(): void {
    if (this.#at > this.#bytes.length + 3) throw new RangeError('expected more bytes');
    this.#value = ((this.#value << 8) | (this.#bytes[this.#at++] ?? 0)) >>> 0;
  }
}
