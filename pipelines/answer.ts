import { from, lastValueFrom, tap } from 'rxjs';
import type { Scorer } from '../src/engine/open-scorer.js';
import type { Network } from '../src/network/network.js';
import { batch } from '../src/operators/batch-records.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize } from '../src/operators/normalize.js';
import { Replies, type WorkObserver } from '../src/serving/replies.js';
import { type Reply, RequestQueue, type Watch } from '../src/serving/request-queue.js';

/** How to answer. */
export interface AnswerOptions {
  /** How long a request may wait for its batch to fill, in milliseconds. Default 2. */
  readonly maxWaitMs?: number | undefined;
  /** How many images may wait in line. Default 32,768. */
  readonly mostWaiting?: number | undefined;
  /** What counts the work. */
  readonly observer?: WorkObserver | undefined;
}

/** Answers requests, many at the same time, in batches that they share. */
export interface Answering {
  /** As in `RequestQueue`. */
  check(): void;
  ask(pixels: Uint8Array, watch?: Watch): Promise<Reply>;
  /** How many images wait in line. */
  readonly waiting: number;
  /** Resolves once it was closed and all is answered; rejects where it cannot go on. */
  readonly ended: Promise<void>;
  /** Takes no more requests, answers all that were taken, and closes the scorer. */
  close(): Promise<void>;
}

/**
 * Answers requests: images in, verdicts out, each to who asked.
 *
 * @param scorer one that keeps outputs; it is owned from here on
 */
export function answerRequests(
  network: Network,
  scorer: Scorer,
  { maxWaitMs = 2, mostWaiting = 32_768, observer }: AnswerOptions = {},
): Answering {
  const queue = new RequestQueue(network.layers[0].inputs, mostWaiting);
  const replies = new Replies(network.classes.length, observer);
  const flow = from(queue.records(scorer.slots, replies)).pipe(
    normalize(network.normalization),
    batch(scorer.slots, { maxWaitMs }),
    forward(replies.guarding(scorer)),
    inOrder(),
    tap((scored) => replies.take(scored)),
  );
  const ended = lastValueFrom(flow, { defaultValue: null }).then(
    () => scorer.close(),
    async (error) => {
      // Nobody may wait for a reply that cannot come.
      replies.fail(error);
      queue.fail(error);
      await scorer.close();
      throw error;
    },
  );
  ended.catch(() => {});
  return {
    check: () => queue.check(),
    ask: (pixels, watch) => queue.ask(pixels, watch),
    get waiting() {
      return queue.images;
    },
    ended,
    close: () => {
      queue.close();
      return ended;
    },
  };
}
