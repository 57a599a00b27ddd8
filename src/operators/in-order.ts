import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { DigitflowError } from '../errors.js';

/** What can be put in order: it knows its place, counted from 0 without a gap, and can be kept. */
export interface Ordered {
  readonly order: number;
  /** Hears of it when its last holder has let go; absent where nothing can be missed. */
  readonly sequence?: unknown;
  retain(): void;
  release(): void;
}

/**
 * Hands batches on in the order in which they went into `forward`. Those that come early are kept, with their slots: so
 * no more can wait than there are slots, and the one that is waited for is under way already.
 *
 * Errors: USAGE where a batch was filtered out between `forward` and here: those after it would wait for ever.
 */
export function inOrder<T extends Ordered>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const early = new Map<number, T>();
      let sequence = new BatchSequence();
      const check = () => {
        if (sequence.lost.has(sequence.next)) subscriber.error(filteredOut(sequence.next));
      };
      const follow = (batch: T) => {
        if (batch.sequence instanceof BatchSequence && batch.sequence !== sequence) {
          sequence = batch.sequence;
          sequence.onLost = check;
        }
        batch.retain();
        early.set(batch.order, batch);
        for (
          let kept = early.get(sequence.next);
          kept && !subscriber.closed;
          kept = early.get(sequence.next)
        ) {
          early.delete(sequence.next++);
          try {
            subscriber.next(kept);
          } finally {
            kept.release();
          }
        }
        check();
      };
      subscriber.add(() => {
        sequence.onLost = () => {};
        for (const kept of early.values()) kept.release();
        early.clear();
      });
      subscriber.add(
        source.subscribe({
          next: follow,
          error: (error) => subscriber.error(error),
          complete: () => {
            if (early.size > 0) subscriber.error(filteredOut(sequence.next));
            else subscriber.complete();
          },
        }),
      );
    });
}

/** No more batches than that are remembered where no `inOrder` follows: there are never so many slots. */
const MOST_LOST = 4096;

/** The batches of one subscription to `forward`: how far they are, and which left before their turn. */
export class BatchSequence {
  /** The order of the batch whose turn it is. */
  next = 0;
  readonly lost = new Set<number>();
  onLost: () => void = () => {};

  /** To be called when a batch's last holder has let go. */
  left(order: number): void {
    if (order < this.next || this.lost.size >= MOST_LOST) return;
    this.lost.add(order);
    this.onLost();
  }
}

function filteredOut(order: number): DigitflowError {
  return new DigitflowError(
    'USAGE',
    `batch ${order} never came to inOrder(): filter nothing out between forward() and inOrder(), but after it`,
  );
}
