import type { Network } from '../network/network.js';
import { InlineScorer } from './inline-scorer.js';
import type { Scorer } from './scorer.js';
import { SharedNetwork } from './shared-network.js';

/** How to score. */
export interface ScorerOptions {
  /** Threads, from 0 up; 0 scores on the calling thread. */
  readonly workers: number;
  /** Records in a slot. Default: as many as 4 MiB hold (512 KiB without threads), at least 1. */
  readonly batchSize?: number | undefined;
  /** True to keep all outputs of every record, not just the winner. */
  readonly withOutputs?: boolean;
}

/** Big slots beat small ones: handing a task to a thread costs 0.1 ms, as much as scoring 400 digits. */
const SLOT_BYTES = 4 * 2 ** 20;
/** Without threads nothing is handed over: a slot that stays in the cache beats a big one. */
const INLINE_SLOT_BYTES = 2 ** 19;

/**
 * Places a network in shared memory and starts what scores on it.
 *
 * @throws DigitflowError NETWORK_TOO_LARGE, BUILD_INCOMPLETE
 */
export async function openScorer(network: Network, options: ScorerOptions): Promise<Scorer> {
  const { workers, withOutputs = false } = options;
  const { inputs } = network.layers[0];
  const recordsPerSlot =
    options.batchSize ?? Math.max(1, Math.floor((workers === 0 ? INLINE_SLOT_BYTES : SLOT_BYTES) / inputs));
  // For each thread one slot that is scored and one that waits its turn, and one that is being filled.
  const slotCount = workers * 2 + (workers === 0 ? 2 : 1);
  const shared = new SharedNetwork(network, { slotCount, recordsPerSlot, withOutputs });
  if (workers === 0) return new InlineScorer(shared);
  // Not imported where no thread is wanted: Piscina alone takes 20 ms to load.
  const { ScoringPool } = await import('./pool.js');
  return new ScoringPool(shared, { workers });
}
