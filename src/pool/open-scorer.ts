import type { Network } from '../network/network.js';
import { chooseBatchSize, slotCountFor } from './choose-batch-size.js';
import { InlineScorer } from './inline-scorer.js';
import type { Scorer } from './scorer.js';
import { SharedNetwork } from './shared-network.js';

/** How to score. */
export interface ScorerOptions {
  /** Threads, from 0 up; 0 scores on the calling thread. */
  readonly workers: number;
  /** Records in a slot. Default: see `chooseBatchSize`. */
  readonly batchSize?: number | undefined;
  /** How many records there are, where that is known. */
  readonly records?: number | undefined;
  /** True where the workers will read the pixels themselves. Default false. */
  readonly readByWorkers?: boolean;
  /** True to keep all outputs of every record, not just the winner. */
  readonly withOutputs?: boolean;
}

/**
 * Places a network in shared memory and starts what scores on it.
 *
 * @throws DigitflowError NETWORK_TOO_LARGE, MEMORY_LIMIT, BUILD_INCOMPLETE
 */
export async function openScorer(network: Network, options: ScorerOptions): Promise<Scorer> {
  const { workers, withOutputs = false } = options;
  const recordsPerSlot =
    options.batchSize ?? chooseBatchSize({ ...options, recordBytes: network.layers[0].inputs });
  const shared = new SharedNetwork(network, {
    slotCount: slotCountFor(workers),
    recordsPerSlot,
    withOutputs,
  });
  if (workers === 0) return new InlineScorer(shared);
  // Not imported where no thread is wanted: Piscina alone takes 20 ms to load.
  const { ScoringPool } = await import('./pool.js');
  return new ScoringPool(shared, { workers });
}
