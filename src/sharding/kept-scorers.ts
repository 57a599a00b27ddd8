import { openScorer, type Scorer, type ScorerOptions, workersFor } from '../engine/open-scorer.js';
import type { Model } from '../inputs/models/open-model.js';

/** A kept one is right for what is so many times as large as what it was made for, or as small. */
const MOST_TIMES = 2;
/** Who waits for the next shard keeps no memory for it for longer. */
const IDLE_MS = 10_000;

/** A scorer, and what it is right for. */
interface Kept {
  readonly scorer: Scorer;
  readonly kind: string;
  /** Of what it was made for: bytes of text, or records; null where that was not known. */
  readonly size: number | null;
}

/**
 * Scorers that go from one shard to the next, with their threads, which take longer to start than a small shard takes to be scored.
 * Each is lent to one shard at a time.
 */
export class KeptScorers {
  #free: Kept[] = [];
  #isClosed = false;
  #idle: NodeJS.Timeout | undefined;

  /**
   * A scorer of a network for what is to be read, a kept one where there is one for such. To close it gives it back.
   *
   * @throws DigitflowError what opening a scorer throws
   */
  async open({ network, sha256 }: Pick<Model, 'network' | 'sha256'>, needs: ScorerOptions): Promise<Scorer> {
    clearTimeout(this.#idle);
    const { bytes = null, records = null, ...rest } = needs;
    const kind = JSON.stringify({ ...rest, workers: workersFor(needs), sha256 });
    const size = needs.isText ? bytes : records;
    const at = this.#free.findIndex((each) => each.kind === kind && isNear(each.size, size));
    if (at >= 0) return this.#lend(this.#free.splice(at, 1)[0]);
    // What the last shards were made with is not wanted any more.
    await this.#closeFree();
    return this.#lend({ scorer: await openScorer(network, needs), kind, size });
  }

  /** Keeps none from here on; those that are lent are closed once they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#closeFree();
  }

  async #closeFree(): Promise<void> {
    clearTimeout(this.#idle);
    const free = this.#free;
    this.#free = [];
    await Promise.all(free.map(({ scorer }) => scorer.close()));
  }

  #lend(kept: Kept): Scorer {
    const { scorer } = kept;
    const { slots, workers } = scorer;
    let isWhole = true;
    let closing: Promise<void> | undefined;
    const giveBack = async (): Promise<void> => {
      const isClean = slots.freeCount === slots.count && slots.filling === undefined;
      if (!isWhole || !isClean || this.#isClosed) return scorer.close();
      this.#free.push(kept);
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#closeFree(), IDLE_MS).unref();
    };
    return {
      slots,
      workers,
      score: async (batch) => {
        try {
          await scorer.score(batch);
        } catch (error) {
          isWhole = false;
          throw error;
        }
      },
      stop: () => {
        // What has not begun is left: it is of no use after that.
        isWhole = false;
        scorer.stop();
      },
      close: () => {
        closing ??= giveBack();
        return closing;
      },
    };
  }
}

function isNear(kept: number | null, wanted: number | null): boolean {
  if (kept === null || wanted === null) return kept === wanted;
  return wanted <= kept * MOST_TIMES && kept <= wanted * MOST_TIMES;
}
