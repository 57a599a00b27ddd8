import { ROUND, UNITS_PER_ONE, USUAL_BELOW } from '../../workers/kernel/common/offsets.js';

/** So many values of the fast path cannot leave the safe integers: 2^13 values · 2^8 · 2^32 units = 2^53. */
const RUN_LENGTH = 2 ** 13;

/**
 * A sum of f32 values that does not depend on their order, nor on how they are split into batches and shards.
 *
 * Floating-point addition is not associative, so each value is rounded once to an integer of 2^-32 units (an error
 * of at most 1.2e-10 a value) and the integers are added exactly: a run at a time as a Number, the runs as a
 * BigInt. All finite f32 values are in range. NaN and infinities are counted apart and make the sum undefined.
 */
export class FixedSum {
  #units = 0n;
  #notFinite = 0;

  /** Adds `values[start]` up to and without `values[end]`. */
  addAll(values: Float32Array, start: number, end: number): void {
    for (let from = start; from < end; from += RUN_LENGTH) {
      const to = Math.min(end, from + RUN_LENGTH);
      let run = 0;
      for (let i = from; i < to; i++) {
        const value = values[i];
        if (Math.abs(value) < USUAL_BELOW) run += value * UNITS_PER_ONE + ROUND - ROUND;
        else this.#addUnusual(value);
      }
      this.addUnits(run);
    }
  }

  /** Adds what was rounded to units elsewhere: a bigint, or a safe integer. */
  addUnits(units: number | bigint): void {
    this.#units += BigInt(units);
  }

  merge(other: FixedSum): void {
    this.#units += other.#units;
    this.#notFinite += other.#notFinite;
  }

  /** The sum, rounded once to float64; null when a value was not finite. */
  get value(): number | null {
    return this.#notFinite === 0 ? Number(this.#units) / UNITS_PER_ONE : null;
  }

  /** `value / count`; null when a value was not finite or `count` is 0. */
  mean(count: number): number | null {
    const sum = this.value;
    return sum === null || count === 0 ? null : sum / count;
  }

  /** The exact state: `units` in decimal digits, and how many values were NaN or infinite. */
  toJSON(): { units: string; notFinite: number } {
    return { units: this.#units.toString(), notFinite: this.#notFinite };
  }

  #addUnusual(value: number): void {
    if (Number.isFinite(value)) this.#units += BigInt(Math.round(value * UNITS_PER_ONE));
    else this.#notFinite++;
  }
}
