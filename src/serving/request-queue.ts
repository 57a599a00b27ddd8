import type { Permits, PixelRecords, Reading } from '../engine/records.js';
import { DigitflowError } from '../errors.js';

/** What the network said of the images of one request. */
export interface Reply {
  readonly count: number;
  /** `(count)` u8 class indices. */
  readonly predictions: Uint8Array;
  /** `(count)` f32: the winner's activation. */
  readonly confidences: Float32Array;
  /** `(count, classes)` f32, row-major. */
  readonly outputs: Float32Array;
  /** How long the first of its images waited for a batch, and how long it took from then on, in seconds. */
  readonly queueSeconds: number;
  readonly computeSeconds: number;
}

/** Images that wait for their verdicts, and the way back to who asked. */
export interface Asked {
  /** `(count, height * width)` u8, row-major, as the network takes them. */
  readonly pixels: Uint8Array;
  /** Less than `pixels` has once it was left: what was not handed out by then never will be. */
  count: number;
  readonly askedMs: number;
  /** When the first of its images left the queue; undefined before. */
  begunMs: number | undefined;
  /** How many of its images have left the queue. */
  handed: number;
  /** True when nobody waits for the verdicts any more. */
  isLeft: boolean;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** Hears how to leave, and calls it at most once. An AbortSignal would take longer than all the rest of a request in here. */
export type Watch = (leave: (reason: unknown) => void) => void;

/** What is told of each request whose images leave the queue, in the order in which they do. */
export interface Follower {
  begun(asked: Asked): void;
}

/**
 * Requests that wait for a slot, first in first out. They are numbered as they leave it: so records that lie side by side in
 * batches have numbers without a gap, whoever asked for them.
 */
export class RequestQueue {
  readonly #reading: Reading;
  readonly #recordBytes: number;
  readonly #most: number;
  /** A Set would leave chains of old tables, which V8 copies from one generation to the next. */
  #waiting: Asked[] = [];
  #images = 0;
  #wake: () => void = () => {};
  #isClosed = false;

  /**
   * @param recordBytes pixels of an image
   * @param most how many images may wait: beyond that a request is refused
   */
  constructor(recordBytes: number, most: number) {
    this.#recordBytes = recordBytes;
    this.#most = most;
    this.#reading = {
      ...{ input: 0, name: 'requests', transposed: null, dialect: null, linesBefore: 0, dataStart: 0 },
      storedBytes: recordBytes,
      decode: () => [],
    };
  }

  /** How many images wait for a slot. */
  get images(): number {
    return this.#images;
  }

  /** @throws DigitflowError QUEUE_FULL, POOL_CLOSED where nothing would be taken now */
  check(): void {
    if (this.#isClosed) throw new DigitflowError('POOL_CLOSED', 'no more requests are taken');
    if (this.#images < this.#most) return;
    const message = `expected at most ${this.#most} images in line, found ${this.#images}; try again later`;
    throw new DigitflowError('QUEUE_FULL', message);
  }

  /**
   * Puts images in line; a request that finds room is taken whole, whatever its size. To leave frees its place at once.
   *
   * @param pixels `(count, height * width)` u8, count at least 1; not to be changed before the reply is there
   * @param watch is given what to call when the reply is not wanted any more: then that is what the promise rejects with
   * @throws DigitflowError QUEUE_FULL, POOL_CLOSED, WORKER_FAILED
   */
  ask(pixels: Uint8Array, watch?: Watch): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.check();
      const count = pixels.length / this.#recordBytes;
      const askedMs = performance.now();
      const asked: Asked = {
        ...{ pixels, count, askedMs, begunMs: undefined, handed: 0, isLeft: false, resolve, reject },
      };
      this.#waiting.push(asked);
      this.#images += count;
      this.#wake();
      watch?.((reason) => this.#leave(asked, reason));
    });
  }

  /** Takes no more requests; what waits is still handed out. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /**
   * Hands out what waits, in pieces that need one new slot at most, each when one is free; ends when it was closed and all have
   * left.
   *
   * @param follower hears of a request before its first piece
   */
  async *records(slots: Permits, follower: Follower): AsyncGenerator<PixelRecords, void> {
    let first = 0;
    for (;;) {
      await slots.whenFree();
      const [asked] = this.#waiting;
      if (asked === undefined) {
        if (this.#isClosed) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      if (asked.begunMs === undefined) {
        asked.begunMs = performance.now();
        follower.begun(asked);
      }
      const room = Math.floor(slots.room(this.#reading).length / this.#recordBytes);
      const start = asked.handed;
      const count = Math.min(room, asked.count - start);
      asked.handed += count;
      this.#images -= count;
      if (asked.handed === asked.count) this.#waiting.shift();
      const pixels = asked.pixels.subarray(start * this.#recordBytes, asked.handed * this.#recordBytes);
      yield { reading: this.#reading, first, count, pixels, labels: null };
      first += count;
    }
  }

  /** Tells all that wait, and all that come, what ended the service. */
  fail(error: unknown): void {
    this.close();
    for (const asked of this.#waiting.slice()) this.#leave(asked, error);
  }

  #leave(asked: Asked, reason: unknown): void {
    asked.isLeft = true;
    this.#images -= asked.count - asked.handed;
    this.#waiting = this.#waiting.filter((other) => other !== asked);
    asked.count = asked.handed;
    asked.reject(reason);
  }
}
