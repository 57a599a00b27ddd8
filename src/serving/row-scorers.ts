import { openScorer, type Scorer, type ScorerOptions } from '../engine/open-scorer.js';
import { DigitflowError } from '../errors.js';
import type { Network } from '../network/network.js';

/** How many streams of rows may be open at a time. */
export const MOST_STREAMS = 4;

/** A scorer that is lent to one stream after the other. */
interface Kept {
  readonly scorer: Scorer;
  readonly isText: boolean;
}

/**
 * Scorers for streams of rows, each lent to one stream at a time. A scorer that is left to the garbage collector keeps its
 * shared memory until that comes by, and its network has to be placed anew.
 */
export class RowScorers {
  readonly #network: Network;
  #free: Kept[] = [];
  #isClosed = false;

  constructor(network: Network) {
    this.#network = network;
  }

  /**
   * A scorer on this thread with slots of the usual size, which keeps all outputs: so it is right for any stream of its kind.
   * To close it gives it back.
   *
   * @throws DigitflowError what `openScorer` throws
   */
  readonly open = async (network: Network, { isText = false }: ScorerOptions = {}): Promise<Scorer> => {
    if (network !== this.#network) throw new TypeError('expected the network that these scorers are for');
    // What the last stream has not given back as yet may still be read.
    const at = this.#free.findIndex((each) => each.isText === isText && isClean(each.scorer));
    const [kept] = at < 0 ? [] : this.#free.splice(at, 1);
    const needs = { isText, workers: 0, withIds: true, withOutputs: true };
    return this.#lend(kept ?? { scorer: await openScorer(network, needs), isText });
  };

  /** Keeps none from here on: what is lent meanwhile is left to the garbage collector once it is given back. */
  close(): void {
    this.#isClosed = true;
    this.#free = [];
  }

  #lend(kept: Kept): Scorer {
    const { scorer, isText } = kept;
    let isLeft = false;
    let isBack = false;
    let isWhole = true;
    return {
      slots: scorer.slots,
      workers: scorer.workers,
      score: async (batch) => {
        if (isLeft) throw new DigitflowError('POOL_CLOSED', 'the scorer was given back');
        try {
          await scorer.score(batch);
        } catch (error) {
          // Nobody knows what a kernel that failed has left behind.
          isWhole = false;
          throw error;
        }
      },
      stop: () => {
        isLeft = true;
      },
      close: async () => {
        isLeft = true;
        if (isBack || !isWhole || this.#isClosed) return;
        isBack = true;
        if (this.#free.filter((each) => each.isText === isText).length < MOST_STREAMS) this.#free.push(kept);
      },
    };
  }
}

function isClean({ slots }: Scorer): boolean {
  return slots.freeCount === slots.count && slots.filling === undefined;
}
