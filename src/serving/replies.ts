import type { Batch } from '../engine/batch.js';
import type { Scorer } from '../engine/open-scorer.js';
import type { Asked, Follower, Reply } from './request-queue.js';

/** What the service counts of its work. */
export interface WorkObserver {
  /** A batch was scored. */
  batch(images: number): void;
  /** A request was answered. */
  reply(reply: Reply): void;
}

/** A request whose images are in batches: its verdicts so far. */
interface Open extends Asked {
  readonly predictions: Uint8Array;
  readonly confidences: Float32Array;
  readonly outputs: Float32Array;
  answered: number;
}

/**
 * Takes scored batches apart again: each verdict goes back to the request that its image came from.
 *
 * Batches come in order, and so did the requests: image by image they are the same row of numbers, and it is checked that
 * they are. A batch that could not be scored costs the requests that have images in it, and no other.
 */
export class Replies implements Follower {
  readonly #open: Open[] = [];
  readonly #failures = new WeakMap<Batch, unknown>();
  readonly #classCount: number;
  readonly #observer: WorkObserver | undefined;
  /** The number of the image whose verdict is next. */
  #next = 0;

  constructor(classCount: number, observer?: WorkObserver) {
    this.#classCount = classCount;
    this.#observer = observer;
  }

  begun(asked: Asked): void {
    const { count } = asked;
    const outputBytes = count * this.#classCount * 4;
    // One piece of memory for all: to ask for it takes longer than to fill it.
    const memory = new ArrayBuffer(outputBytes + count * 5);
    // Its own fields stay where they are: the queue writes to them.
    const open: Open = Object.assign(asked, {
      predictions: new Uint8Array(memory, outputBytes + count * 4, count),
      confidences: new Float32Array(memory, outputBytes, count),
      outputs: new Float32Array(memory, 0, count * this.#classCount),
      answered: 0,
    });
    this.#open.push(open);
  }

  /** A scorer for which a batch that cannot be scored is no end: `take` tells those who wait for it. */
  guarding(scorer: Pick<Scorer, 'score'>): Pick<Scorer, 'score'> {
    return {
      score: (batch) => scorer.score(batch).catch((error) => void this.#failures.set(batch, error)),
    };
  }

  /** Gives the verdicts of a batch to those who wait for them. */
  take(batch: Batch): void {
    const { first, count } = batch;
    if (first !== this.#next) throw new RangeError(`expected image ${this.#next}, found ${first}`);
    this.#next += count;
    const failure = this.#failures.get(batch);
    if (failure === undefined) this.#observer?.batch(count);
    for (let done = 0; done < count; ) {
      const [open] = this.#open;
      const taken = Math.min(count - done, open.count - open.answered);
      if (failure !== undefined) open.reject(failure);
      else if (!open.isLeft) this.#copy(batch, done, open, taken);
      open.answered += taken;
      done += taken;
      if (open.answered < open.count) continue;
      this.#open.shift();
      this.#close(open);
    }
  }

  /** Tells all whose images are under way what ended the service. */
  fail(error: unknown): void {
    for (const open of this.#open) open.reject(error);
  }

  #copy({ predictions, confidences, outputs }: Batch, from: number, open: Open, taken: number): void {
    const classes = this.#classCount;
    open.predictions.set(predictions.subarray(from, from + taken), open.answered);
    open.confidences.set(confidences.subarray(from, from + taken), open.answered);
    open.outputs.set(outputs.subarray(from * classes, (from + taken) * classes), open.answered * classes);
  }

  /** To one that has left, or failed, this says nothing any more. */
  #close(open: Open): void {
    const { count, predictions, confidences, outputs, askedMs, begunMs = askedMs } = open;
    const queueSeconds = (begunMs - askedMs) / 1000;
    const computeSeconds = (performance.now() - begunMs) / 1000;
    const reply = { count, predictions, confidences, outputs, queueSeconds, computeSeconds };
    if (!open.isLeft) this.#observer?.reply(reply);
    open.resolve(reply);
  }
}
