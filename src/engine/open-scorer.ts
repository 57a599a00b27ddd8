import type { Network } from '../network/network.js';
import { InlineScorer } from './inline-scorer.js';
import type { Scorable, Scorer, TextScorer } from './scorer.js';
import { SharedNetwork } from './shared-network.js';
import { chooseBatchSize, chooseTextSize, slotCountFor } from './sizes.js';
import { Slots } from './slots.js';
import { TextSlots } from './text-slots.js';

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
  readonly withOutputs?: boolean | undefined;
}

/** How to score text. */
export interface TextScorerOptions extends Pick<ScorerOptions, 'workers' | 'batchSize' | 'withOutputs'> {
  /** How many bytes there are to read in regular files, where that is known. */
  readonly bytes?: number | undefined;
  /** True to carry a column through. */
  readonly withIds?: boolean | undefined;
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
  return start(shared, new Slots(shared.memory.buffer, shared.layout), workers);
}

/**
 * The same for text that is to become images.
 *
 * @throws DigitflowError NETWORK_TOO_LARGE, MEMORY_LIMIT, BUILD_INCOMPLETE
 */
export async function openTextScorer(network: Network, options: TextScorerOptions): Promise<TextScorer> {
  const { shared, slots } = placeForText(network, options);
  return start(shared, slots, options.workers);
}

/**
 * What makes images of text, on the calling thread, and scores none of them.
 *
 * @param take is given the pixels of rows as they are read, `(count, recordBytes)` u8, in order; a view that holds until it
 *   returns.
 * @throws DigitflowError NETWORK_TOO_LARGE, MEMORY_LIMIT, BUILD_INCOMPLETE
 */
export async function openTextReader(
  network: Network,
  take: (pixels: Uint8Array, count: number) => void,
): Promise<TextScorer> {
  const { shared, slots } = placeForText(network, { workers: 0 });
  const { module, memory, layout } = shared;
  const bytes = new Uint8Array(memory.buffer);
  // Not imported where threads do it: csv-parse is of no use to the main thread then.
  const { createTextScorer } = await import('./text/score-text.js');
  const run = createTextScorer(module, memory, layout, undefined, () => (_slot, _first, count, pixels) => {
    take(bytes.subarray(pixels, pixels + count * layout.recordBytes), count);
  });
  return new InlineScorer(shared, slots, (task) => {
    if (!('dialect' in task)) throw new TypeError('expected text to read');
    return run(task);
  });
}

function placeForText(network: Network, options: TextScorerOptions) {
  const { workers, withIds = false, withOutputs = false } = options;
  const size = chooseTextSize({
    ...options,
    recordBytes: network.layers[0].inputs,
    outputCount: withOutputs ? network.classes.length : 0,
  });
  const shared = new SharedNetwork(network, {
    slotCount: slotCountFor(workers),
    text: { textBytes: size.textBytes, stretchBytes: size.stretchBytes, withIds },
    withOutputs,
  });
  return { shared, slots: new TextSlots(shared.memory.buffer, shared.layout, size) };
}

async function start<B extends Scorable, S>(
  shared: SharedNetwork,
  slots: S,
  workers: number,
): Promise<Scorer<B, S>> {
  if (workers === 0) {
    // Not imported where threads do it: csv-parse is of no use to the main thread then.
    const { createWorker } = await import('./create-worker.js');
    return new InlineScorer(shared, slots, createWorker(shared));
  }
  // Not imported where no thread is wanted: Piscina alone takes 20 ms to load.
  const { ScoringPool } = await import('./pool.js');
  return new ScoringPool(shared, slots, { workers });
}
