import { CALIBRATION_BINS, ROUND, UNITS_PER_ONE, USUAL_BELOW } from '../../workers/kernel/common/offsets.js';
import type { State } from './state.js';

/** A run of this many usual values stays within the safe integers: 2^13 values · 2^8 · 2^32 units = 2^53. */
const RUN_LENGTH = 2 ** 13;

/**
 * A sum of f32 values that does not depend on their order, nor on how they are split into batches and shards.
 *
 * Each value is rounded once to an integer of 2^-32 units (an error of at most 1.2e-10), and the integers are added exactly:
 * a run of values as a Number, the runs as a BigInt. NaN and infinities are counted apart and make the sum undefined.
 */
export class FixedSum {
  #units = 0n;
  #notFinite = 0;

  /** @throws DigitflowError SHARD_BROKEN */
  static from(state: State): FixedSum {
    const sum = new FixedSum();
    sum.#units = state.get('units').bigint();
    sum.#notFinite = state.get('notFinite').whole();
    return sum;
  }

  /** Adds `values[start]` up to and without `values[end]`. */
  addAll(values: Float32Array, start: number, end: number): void {
    for (let from = start; from < end; from += RUN_LENGTH) {
      const to = Math.min(end, from + RUN_LENGTH);
      let run = 0;
      for (let i = from; i < to; i++) {
        const value = values[i];
        if (Math.abs(value) < USUAL_BELOW) run += value * UNITS_PER_ONE + ROUND - ROUND;
        else if (Number.isFinite(value)) this.addUnits(BigInt(Math.round(value * UNITS_PER_ONE)));
        else this.#notFinite++;
      }
      this.addUnits(run);
    }
  }

  /** Adds a sum that was rounded to units already: a bigint, or a safe integer. */
  addUnits(units: number | bigint): void {
    this.#units += BigInt(units);
  }

  /** Adds all that another sum holds. */
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
}

/** A confidence within 0..1: one outside of that counts as the nearer end, NaN as 0. */
export function clampConfidence(confidence: number): number {
  return confidence > 0 ? Math.min(confidence, 1) : 0;
}

/** A run of this many confidences stays within the safe integers: 2^20 · 2^32 units < 2^53. */
const CONFIDENCE_RUN = 2 ** 20;

/** One bin of a reliability diagram. */
export interface CalibrationBin {
  /** The bin holds confidences from `low` up to and without `high`; the last one holds 1 as well. */
  readonly low: number;
  readonly high: number;
  /** Records whose confidence lies in it. */
  readonly count: number;
  /** How many of them are right. */
  readonly correct: number;
  /** Mean confidence of its records, 0..1; null when the bin is empty. */
  readonly confidence: number | null;
}

/** Whether a network that says "90 % sure" is right nine times in ten, counted in bins of confidence. */
export class Calibration {
  /** Bin b's wrong records are counted at 2b, its right ones at 2b + 1. */
  readonly #counts = new Float64Array(2 * CALIBRATION_BINS);
  readonly #confidences = Array.from({ length: CALIBRATION_BINS }, () => new FixedSum());

  /** @throws DigitflowError SHARD_BROKEN */
  static from(state: State): Calibration {
    const calibration = new Calibration();
    for (const [bin, own] of state.list(CALIBRATION_BINS).entries()) {
      const count = own.get('count').whole();
      const correct = own.get('correct').whole(0, count);
      calibration.#counts.set([count - correct, correct], 2 * bin);
      calibration.#confidences[bin].merge(FixedSum.from(own.get('confidence')));
    }
    return calibration;
  }

  /** Counts the first `count` records. `truths`, `predictions`: `(>= count)` u8; `confidences`: `(>= count)` f32. */
  addAll(truths: Uint8Array, predictions: Uint8Array, confidences: Float32Array, count: number): void {
    for (let from = 0; from < count; from += CONFIDENCE_RUN) {
      const to = Math.min(count, from + CONFIDENCE_RUN);
      const counts = new Uint32Array(2 * CALIBRATION_BINS);
      const units = new Float64Array(CALIBRATION_BINS);
      for (let i = from; i < to; i++) {
        const confidence = clampConfidence(confidences[i]);
        const bin = Math.min((confidence * CALIBRATION_BINS) | 0, CALIBRATION_BINS - 1);
        counts[2 * bin + (truths[i] === predictions[i] ? 1 : 0)]++;
        units[bin] += confidence * UNITS_PER_ONE + ROUND - ROUND;
      }
      this.addCounts(counts, units);
    }
  }

  /** Adds counts and confidences of records: `bins` and `confidenceUnits` of `RecordCounts`. */
  addCounts(counts: ArrayLike<number>, units: ArrayLike<number | bigint>): void {
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] += counts[i];
    for (const [bin, sum] of this.#confidences.entries()) sum.addUnits(units[bin]);
  }

  /** Adds all that another has counted. */
  merge(other: Calibration): void {
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] += other.#counts[i];
    for (const [bin, sum] of this.#confidences.entries()) sum.merge(other.#confidences[bin]);
  }

  /** How many records were counted, and how many of them were right. */
  get counted(): { readonly count: number; readonly correct: number } {
    const [wrong, correct] = [0, 1].map((which) =>
      this.#counts.reduce((sum, count, at) => (at % 2 === which ? sum + count : sum), 0),
    );
    return { count: wrong + correct, correct };
  }

  /** From the least confidence up. */
  get bins(): CalibrationBin[] {
    return this.toJSON().map(({ count, correct, confidence }, bin) => ({
      ...{ low: bin / CALIBRATION_BINS, high: (bin + 1) / CALIBRATION_BINS, count, correct },
      confidence: confidence.mean(count),
    }));
  }

  /** Σ nᵇ/n · |accuracyᵇ - confidenceᵇ| = Σ |correctᵇ - Σ confidence| / n. 0..1; null when nothing was counted. */
  get expectedCalibrationError(): number | null {
    let [total, distance] = [0, 0];
    for (const { count, correct, confidence } of this.toJSON()) {
      total += count;
      distance += Math.abs(correct - (confidence.value ?? 0));
    }
    return total === 0 ? null : distance / total;
  }

  /** The exact state, one entry a bin. */
  toJSON(): { count: number; correct: number; confidence: FixedSum }[] {
    return this.#confidences.map((confidence, bin) => {
      const [wrong, correct] = this.#counts.subarray(2 * bin);
      return { count: wrong + correct, correct, confidence };
    });
  }
}
