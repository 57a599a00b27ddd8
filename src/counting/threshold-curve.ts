/** Confidences are told apart in so many steps; a power of two, so that each step is exact. */
const THRESHOLD_STEPS = 1024;

/** What happens when only records of at least this confidence get an answer. */
export interface ThresholdPoint {
  /** 0..1. */
  readonly threshold: number;
  readonly answered: number;
  readonly correct: number;
  /** The share of all records that is answered, 0..1; null when nothing was counted. */
  readonly share: number | null;
  /** The share of the answered records that is correct, 0..1; null when none is answered. */
  readonly accuracy: number | null;
}

/** Accuracy against the share answered. It counts in a fixed number of steps, so that any order and split gives the same. */
export class ThresholdCurve {
  readonly #counts = new Float64Array(THRESHOLD_STEPS + 1);
  readonly #corrects = new Float64Array(THRESHOLD_STEPS + 1);

  /**
   * Counts the first `count` records. `truths`, `predictions`: `(>= count)` u8; `confidences`: `(>= count)` f32.
   * A confidence outside of 0..1 counts as the nearer end, NaN as 0.
   */
  addAll(truths: Uint8Array, predictions: Uint8Array, confidences: Float32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const confidence = confidences[i] > 0 ? Math.min(confidences[i], 1) : 0;
      const step = Math.floor(confidence * THRESHOLD_STEPS);
      this.#counts[step]++;
      if (truths[i] === predictions[i]) this.#corrects[step]++;
    }
  }

  merge(other: ThresholdCurve): void {
    for (let step = 0; step <= THRESHOLD_STEPS; step++) {
      this.#counts[step] += other.#counts[step];
      this.#corrects[step] += other.#corrects[step];
    }
  }

  /** 1,025 points, thresholds 0 to 1. */
  get points(): ThresholdPoint[] {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const points: ThresholdPoint[] = [];
    let answered = 0;
    let correct = 0;
    for (let step = THRESHOLD_STEPS; step >= 0; step--) {
      answered += this.#counts[step];
      correct += this.#corrects[step];
      points.push({
        threshold: step / THRESHOLD_STEPS,
        answered,
        correct,
        share: total === 0 ? null : answered / total,
        accuracy: answered === 0 ? null : correct / answered,
      });
    }
    return points.reverse();
  }
}
