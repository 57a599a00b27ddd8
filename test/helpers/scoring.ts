import { fileURLToPath } from 'node:url';
import { Batch } from '../../src/engine/batch.js';
import type { Scorer } from '../../src/engine/open-scorer.js';
import { type PoolOptions, ScoringPool } from '../../src/engine/pool.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { Slots } from '../../src/engine/slots.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import type { Network } from '../../src/network/network.js';
import { testLabels, testPixels } from './mnist.js';
import { testReading } from './records.js';

export const network: Network = openModel('sigmoid').network;
const pixels = testPixels();
const labels = testLabels();
const reading = testReading({ name: 'digits', storedBytes: 784 });

/** A fixture's place. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../engine/fixtures/${name}.js`, import.meta.url));
}

/** A pool of few small slots, and its shared memory. */
export function startPool(options: Partial<PoolOptions> = {}, recordsPerSlot = 100) {
  const workers = options.workers ?? 2;
  const shared = new SharedNetwork(network, { slotCount: 2 * workers + 1, recordsPerSlot });
  const slots = new Slots(shared.memory.buffer, shared.layout);
  return { shared, pool: new ScoringPool(shared, slots, { ...options, workers }) };
}

/** Tells a fixture how many attempts at a batch are to fail. */
export function failAttempts(shared: SharedNetwork, attempts: number): void {
  Atomics.store(new Int32Array(shared.memory.buffer, shared.layout.control, 16), 9, attempts);
}

/** Tells the fixture `answers-out-of-order` to answer for slot 0 too. */
export function letSlowGoOn(shared: SharedNetwork): void {
  const control = new Int32Array(shared.memory.buffer, shared.layout.control, 16);
  Atomics.store(control, 10, 1);
  Atomics.notify(control, 10);
}

/** A batch of real test images, held by the caller. */
export function makeBatch(
  scorer: Pick<Scorer, 'slots'>,
  first = 0,
  count = 100,
  normalization = network.normalization,
): Batch {
  const records = {
    ...{ reading, first, count, normalization },
    pixels: pixels.subarray(first * 784, (first + count) * 784),
    labels: labels.subarray(first, first + count),
  };
  const batch = new Batch(scorer.slots, records);
  batch.append(records);
  return batch;
}
