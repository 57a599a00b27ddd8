import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { DigitflowError } from '../errors.js';

/** What can be put in order: it knows its place, counted from 0 without a gap, and can be kept. */
export interface Ordered {
  /** From 0, without a gap. */
  readonly order: number;
  /** Absent where nothing can be missed. */
  readonly sequence?: unknown;
  /** Keeps it beyond `next`; to be answered by one `release`. */
  retain(): void;
  /** Lets go of it. */
  release(): void;
}

/**
 * Hands batches on in the order in which they went into `forward`. Those that come early are kept, with their slots.
 *
 * Errors: USAGE where a batch was filtered out between `forward` and here, or the batches of two forwards are merged.
 */
export function inOrder<T extends Ordered>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const early = new Map<number, T>();
      let next = 0;
      /** The first of those that left without having come here. */
      let lost = Number.POSITIVE_INFINITY;
      let sequence: BatchSequence | undefined;
      const check = () => {
        if (next === lost) subscriber.error(filteredOut(next));
      };
      const onLeft = (order: number) => {
        if (order < next) return;
        lost = Math.min(lost, order);
        check();
      };
      /** Batches of another subscription to `forward` come, in an order of their own. */
      const begin = (other: BatchSequence) => {
        if (early.size > 0) return subscriber.error(filteredOut(next));
        sequence?.followers.delete(onLeft);
        sequence = other;
        sequence.followers.add(onLeft);
        next = 0;
        lost = sequence.firstLeft;
        check();
      };
      const follow = (batch: T) => {
        if (batch.sequence instanceof BatchSequence && batch.sequence !== sequence) begin(batch.sequence);
        if (subscriber.closed) return;
        batch.retain();
        early.set(batch.order, batch);
        for (let kept = early.get(next); kept && !subscriber.closed; kept = early.get(next)) {
          early.delete(next++);
          try {
            subscriber.next(kept);
          } finally {
            kept.release();
          }
        }
        check();
      };
      subscriber.add(() => {
        sequence?.followers.delete(onLeft);
        for (const kept of early.values()) kept.release();
        early.clear();
      });
      subscriber.add(
        source.subscribe({
          next: follow,
          error: (error) => subscriber.error(error),
          complete: () => {
            if (early.size > 0) subscriber.error(filteredOut(next));
            else subscriber.complete();
          },
        }),
      );
    });
}

/** The batches of one subscription to `forward`: tells its followers the order of each that its last holder has let go. */
export class BatchSequence {
  /** The lowest order of those; Infinity where none has left. */
  firstLeft = Number.POSITIVE_INFINITY;
  readonly followers = new Set<(order: number) => void>();

  left(order: number): void {
    this.firstLeft = Math.min(this.firstLeft, order);
    for (const follower of this.followers) follower(order);
  }
}

function filteredOut(order: number): DigitflowError {
  return new DigitflowError(
    'USAGE',
    `batch ${order} never came to inOrder(): filter nothing out between forward() and inOrder(), but after it`,
  );
}
