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

/** Verdicts of images, side by side. */
type Verdicts = Pick<Reply, 'predictions' | 'confidences' | 'outputs'>;

/** A request whose images are in batches: its verdicts so far. */
interface Open {
  readonly asked: Asked;
  readonly verdicts: Verdicts;
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
    // Of one image each lies where V8 has its objects: to ask for memory elsewhere takes longer than all the rest.
    const verdicts = {
      predictions: new Uint8Array(count),
      confidences: new Float32Array(count),
      outputs: new Float32Array(count * this.#classCount),
    };
    this.#open.push({ asked, verdicts, answered: 0 });
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
    const { predictions, confidences, outputs } = batch;
    const scored = { predictions, confidences, outputs };
    for (let done = 0; done < count; ) {
      const [open] = this.#open;
      const { asked } = open;
      const taken = Math.min(count - done, asked.count - open.answered);
      if (failure !== undefined) asked.reject(failure);
      else if (!asked.isLeft) this.#copy(scored, done, open, taken);
      open.answered += taken;
      done += taken;
      if (open.answered < asked.count) continue;
      this.#open.shift();
      this.#close(open);
    }
  }

  /** Tells all whose images are under way what ended the service. */
  fail(error: unknown): void {
    for (const { asked } of this.#open) asked.reject(error);
  }

  #copy(scored: Verdicts, from: number, { verdicts, answered }: Open, taken: number): void {
    const classes = this.#classCount;
    const { predictions, confidences, outputs } = verdicts;
    predictions.set(scored.predictions.subarray(from, from + taken), answered);
    confidences.set(scored.confidences.subarray(from, from + taken), answered);
    outputs.set(scored.outputs.subarray(from * classes, (from + taken) * classes), answered * classes);
  }

  /** To one that has left, or failed, this says nothing any more. */
  #close({ asked, verdicts }: Open): void {
    const { count, askedMs, begunMs = askedMs, isLeft } = asked;
    const queueSeconds = (begunMs - askedMs) / 1000;
    const computeSeconds = (performance.now() - begunMs) / 1000;
    const { predictions, confidences, outputs } = verdicts;
    const reply = { count, predictions, confidences, outputs, queueSeconds, computeSeconds };
    if (!isLeft) this.#observer?.reply(reply);
    asked.resolve(reply);
  }
}
