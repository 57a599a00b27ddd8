import { CALIBRATION_BINS, ROUND, UNITS_PER_ONE, USUAL_BELOW } from '../../workers/kernel/common/offsets.js';

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

/** So many confidences of at most 2^32 units each stay within the safe integers: 2^20 · 2^32 < 2^53. */
const CONFIDENCE_RUN = 2 ** 20;

/** One bin of a reliability diagram. */
export interface CalibrationBin {
  /** The bin holds confidences from `low` up to and without `high`; the last one holds 1 as well. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly correct: number;
  /** Mean confidence of its records, 0..1; null when the bin is empty. */
  readonly confidence: number | null;
}

/** Does a network that says "90 % sure" turn out right nine times in ten? Counted in bins of confidence. */
export class Calibration {
  readonly #counts = new Float64Array(CALIBRATION_BINS);
  readonly #corrects = new Float64Array(CALIBRATION_BINS);
  readonly #confidences = Array.from({ length: CALIBRATION_BINS }, () => new FixedSum());

  /**
   * Counts the first `count` records. `truths`, `predictions`: `(>= count)` u8; `confidences`: `(>= count)` f32,
   * 0..1. What lies outside counts as the nearer end, NaN as 0.
   */
  addAll(truths: Uint8Array, predictions: Uint8Array, confidences: Float32Array, count: number): void {
    // Counted apart: bin b's wrong records at 2b, its right ones at 2b + 1.
    const counts = new Uint32Array(2 * CALIBRATION_BINS);
    const units = new Float64Array(CALIBRATION_BINS);
    for (let from = 0; from < count; from += CONFIDENCE_RUN) {
      const to = Math.min(count, from + CONFIDENCE_RUN);
      for (let i = from; i < to; i++) {
        let confidence = confidences[i];
        if (!(confidence > 0)) confidence = 0;
        else if (confidence > 1) confidence = 1;
        const bin = Math.min((confidence * CALIBRATION_BINS) | 0, CALIBRATION_BINS - 1);
        counts[2 * bin + (truths[i] === predictions[i] ? 1 : 0)]++;
        units[bin] += confidence * UNITS_PER_ONE + ROUND - ROUND;
      }
      this.addCounts(counts, units);
      counts.fill(0);
      units.fill(0);
    }
  }

  /** Adds what was counted elsewhere: see `RecordCounts`. */
  addCounts(counts: ArrayLike<number>, units: ArrayLike<number | bigint>): void {
    for (let bin = 0; bin < CALIBRATION_BINS; bin++) {
      this.#counts[bin] += counts[2 * bin] + counts[2 * bin + 1];
      this.#corrects[bin] += counts[2 * bin + 1];
      this.#confidences[bin].addUnits(units[bin]);
    }
  }

  merge(other: Calibration): void {
    for (let bin = 0; bin < CALIBRATION_BINS; bin++) {
      this.#counts[bin] += other.#counts[bin];
      this.#corrects[bin] += other.#corrects[bin];
      this.#confidences[bin].merge(other.#confidences[bin]);
    }
  }

  get bins(): CalibrationBin[] {
    return this.#confidences.map((sum, bin) => ({
      low: bin / CALIBRATION_BINS,
      high: (bin + 1) / CALIBRATION_BINS,
      count: this.#counts[bin],
      correct: this.#corrects[bin],
      confidence: sum.mean(this.#counts[bin]),
    }));
  }

  /**
   * The mean distance between confidence and accuracy, over the bins, weighted by their counts:
   * Σ nᵇ/n · |accuracyᵇ - confidenceᵇ| = Σ |correctᵇ - Σ confidence| / n. 0..1; null when nothing was counted.
   */
  get expectedCalibrationError(): number | null {
    let total = 0;
    let distance = 0;
    this.#confidences.forEach((sum, bin) => {
      total += this.#counts[bin];
      distance += Math.abs(this.#corrects[bin] - (sum.value ?? 0));
    });
    return total === 0 ? null : distance / total;
  }

  /** The exact state, one entry a bin. */
  toJSON(): { count: number; correct: number; confidence: FixedSum }[] {
    return this.#confidences.map((confidence, bin) => ({
      count: this.#counts[bin],
      correct: this.#corrects[bin],
      confidence,
    }));
  }
}
