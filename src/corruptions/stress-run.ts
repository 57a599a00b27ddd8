import { checkLabelled } from '../counting/scored-records.js';
import type { Batch } from '../engine/batch.js';
import type { Flip } from './nearest-flip.js';
import type { Stressor } from './stress-runner.js';

/** A flip, and the image that it flips, as stored. */
export interface KeptFlip extends Flip {
  /** Which image, from 0. */
  readonly index: number;
  /** `(inputs)` u8, as stored. */
  readonly pixels: Uint8Array;
}

/** What of the options it needs. */
export interface StressRunOptions {
  readonly limit?: number | undefined;
  readonly flips?: number | undefined;
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** Aborting it gives no more to the threads. */
  readonly signal?: AbortSignal | undefined;
}

/** Images that a thread gets at a time: some tens of milliseconds of work. */
const TASK_IMAGES = 100;
/** And where the nearest flip of each is looked for: a second each. */
const TASK_FLIPS = 1;
/** Flips whose images are kept. */
const KEPT_FLIPS = 12;

/** Hands images to the threads, in tasks, no faster than they take them, and adds up what they answer. */
export class StressRun {
  images = 0;
  example: Uint8Array | null = null;
  readonly corrects: number[] = [];
  /** In the order of the images. */
  readonly flips: Flip[] = [];
  readonly kept: KeptFlip[] = [];
  readonly #stressor: Stressor;
  readonly #size: number;
  readonly #limit: number;
  readonly #wantedFlips: number;
  readonly #most: number;
  readonly #onProgress: StressRunOptions['onProgress'];
  readonly #signal: StressRunOptions['signal'];
  /** Pixels that came, and whose labels have not. */
  #pixels: Uint8Array[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #done = 0;
  #error: { readonly cause: unknown } | undefined;

  constructor(stressor: Stressor, size: number, options: StressRunOptions, most: number) {
    this.#stressor = stressor;
    this.#size = size;
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
    this.#wantedFlips = options.flips ?? 0;
    this.#most = most;
    this.#onProgress = options.onProgress;
    this.#signal = options.signal;
  }

  /** Takes pixels as they are read; they are not there any more afterwards. */
  addPixels(pixels: Uint8Array): void {
    this.#pixels.push(Uint8Array.from(pixels));
  }

  /** Takes the labels of what was read since, and waits while the threads have enough to do. */
  async add(read: Batch): Promise<void> {
    const pixels = new Uint8Array(Buffer.concat(this.#pixels));
    this.#pixels = [];
    const wanted = Math.min(read.count, this.#limit - this.images);
    read.check(this.#limit - this.images);
    if (wanted === 0) return;
    checkLabelled(read);
    // Pixels and labels come apart, and belong together by their order alone.
    if (pixels.length !== read.count * this.#size)
      throw new TypeError(`expected the pixels of ${read.count} images, found ${pixels.length} bytes`);
    for (let from = 0; from < wanted && !this.#signal?.aborted; ) {
      const to = Math.min(wanted, from + (this.images < this.#wantedFlips ? TASK_FLIPS : TASK_IMAGES));
      await this.#give(pixels.slice(from * this.#size, to * this.#size), read.labels.slice(from, to));
      from = to;
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#check();
  }

  async #give(pixels: Uint8Array, labels: Uint8Array): Promise<void> {
    while (this.#underWay.size > 2 * this.#stressor.workers) await Promise.race(this.#underWay);
    this.#check();
    const first = this.images;
    const count = labels.length;
    this.images += count;
    this.example ??= pixels.slice(0, this.#size);
    const flips = Math.max(0, Math.min(count, this.#wantedFlips - first));
    const task = this.#stressor
      .run({ first, pixels, labels, flips })
      .then((answer) => {
        for (const [which, right] of answer.corrects.entries())
          this.corrects[which] = (this.corrects[which] ?? 0) + right;
        for (const [i, flip] of answer.flips.entries()) {
          const { changed, ...rest } = flip;
          this.flips[first + i] = { ...rest, changed: null };
          if (first + i >= KEPT_FLIPS) continue;
          const own = pixels.subarray(i * this.#size, (i + 1) * this.#size);
          this.kept[first + i] = { ...rest, changed, index: first + i, pixels: own };
        }
        this.#done += count;
        this.#onProgress?.(this.#done, Number.isFinite(this.#most) ? this.#most : undefined);
      })
      .catch((cause: unknown) => {
        this.#error ??= { cause };
      });
    const settled: Promise<void> = task.finally(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error.cause;
  }
}
