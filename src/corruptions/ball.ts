import type { Box } from './half-spaces.js';

/** How a change is measured: by its largest pixel (L∞), or by the root of the sum of squares (L2); in shares of white. */
export const NORMS = ['largest', 'euclidean'] as const;

/** By what a distance between images is measured: the largest change of a pixel, or the root of the sum of squares. */
export type NormName = (typeof NORMS)[number];

/** All images around one, up to a distance, whose pixels stay within 0..1. */
export class Ball {
  readonly #norm: NormName;
  readonly #x: Float64Array;
  /** How far the pixels of the last direction may go. */
  readonly #caps: Float64Array;

  /** @param x `(inputs)` 0..1: the middle */
  constructor(norm: NormName, x: Float64Array) {
    this.#norm = norm;
    this.#x = x;
    this.#caps = new Float64Array(x.length);
  }

  /** No image is farther than this. */
  get most(): number {
    return this.#norm === 'largest' ? 1 : Math.sqrt(this.#x.length);
  }

  get size(): number {
    return this.#x.length;
  }

  /** What holds all changes of at most `radius`. */
  box(radius: number): Box {
    return {
      low: this.#x.map((value) => -Math.min(radius, value)),
      high: this.#x.map((value) => Math.min(radius, 1 - value)),
      reach: this.#norm === 'largest' ? Number.POSITIVE_INFINITY : radius,
    };
  }

  /** How large a change is. */
  sizeOf(point: Float64Array, from: Float64Array): number {
    if (this.#norm === 'largest')
      return point.reduce((most, value, i) => Math.max(most, Math.abs(value - from[i])), 0);
    return Math.sqrt(point.reduce((sum, value, i) => sum + (value - from[i]) ** 2, 0));
  }

  /** The least `direction` times change over all changes of at most `radius`: at most 0. */
  least(direction: Float64Array, radius: number): number {
    const caps = this.#capsOf(direction);
    let sum = 0;
    if (this.#norm === 'largest') {
      for (let i = 0; i < caps.length; i++) sum += Math.abs(direction[i]) * Math.min(radius, caps[i]);
      return -sum;
    }
    const t = stretchFor(direction, caps, radius ** 2, 1);
    for (let i = 0; i < caps.length; i++) {
      const size = Math.abs(direction[i]);
      sum += size * Math.min(t * size, caps[i]);
    }
    return -sum;
  }

  /** The smallest change by which `direction` times change is at most -`amount`; null where none is large enough. */
  reach(direction: Float64Array, amount: number): Float64Array | null {
    const caps = this.#capsOf(direction);
    let whole = 0;
    for (let i = 0; i < caps.length; i++) whole += Math.abs(direction[i]) * caps[i];
    if (!(whole >= amount)) return null;
    if (this.#norm === 'euclidean') {
      const t = stretchFor(direction, caps, amount, 0);
      return direction.map((d, i) => -Math.sign(d) * Math.min(t * Math.abs(d), caps[i]));
    }
    let [low, high] = [0, 1];
    for (let turn = 0; turn < 40; turn++) {
      const radius = (low + high) / 2;
      let sum = 0;
      for (let i = 0; i < caps.length; i++) sum += Math.abs(direction[i]) * Math.min(radius, caps[i]);
      if (sum >= amount) high = radius;
      else low = radius;
    }
    return direction.map((d, i) => -Math.sign(d) * Math.min(high, caps[i]));
  }

  /** How far each pixel can go against a direction. */
  #capsOf(direction: Float64Array): Float64Array {
    for (let i = 0; i < direction.length; i++) {
      this.#caps[i] = direction[i] > 0 ? this.#x[i] : direction[i] < 0 ? 1 - this.#x[i] : 0;
    }
    return this.#caps;
  }
}

/**
 * t such that Σ min(t|d|, cap)², or Σ |d| min(t|d|, cap), is `wanted`; very large
 * where all caps together are less.
 *
 * @param squares 1 for the sum of squares of min(t|d|, cap), 0 for the sum of |d| min(t|d|, cap)
 */
function stretchFor(direction: Float64Array, caps: Float64Array, wanted: number, squares: 0 | 1): number {
  let t = 0;
  // Each turn finds more pixels at their caps, until none is new: t only grows, and never beyond what is looked for.
  for (;;) {
    let [free, capped] = [0, 0];
    for (let i = 0; i < caps.length; i++) {
      const size = Math.abs(direction[i]);
      if (size === 0 || caps[i] === 0) continue;
      if (t * size < caps[i]) free += size * size;
      else capped += squares === 1 ? caps[i] ** 2 : size * caps[i];
    }
    const left = wanted - capped;
    if (left <= 0) return t;
    if (free === 0) return Number.MAX_VALUE;
    const next = squares === 1 ? Math.sqrt(left / free) : left / free;
    if (next <= t * (1 + 1e-12)) return next;
    t = next;
  }
}
