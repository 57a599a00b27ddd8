import { compileKernel, KERNEL_FILE } from '../assets.js';
import { DigitflowError } from '../errors.js';
import { areProbabilities } from '../network/activations.js';
import type { ImageSize, Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import type { Batch } from './batch.js';
import { createWorker } from './create-worker.js';
import { layoutMemory } from './layout.js';
import type { Answer, ScoreTask } from './messages.js';
import { allocateMemory, SharedNetwork } from './shared-network.js';
import { chooseBatchSize, chooseTextSize, chooseTextWorkers, chooseWorkers, slotCountFor } from './sizes.js';
import { Slots } from './slots.js';

/** What a scorer is made for: found out by looking at the inputs. */
export interface ScorerNeeds {
  /** True where records come as rows of text. Default false. */
  readonly isText?: boolean | undefined;
  /** How many bytes of text there are in regular files; null or left out where that is not known. */
  readonly bytes?: number | null | undefined;
  /** How many records there are; null or left out where that is not known. */
  readonly records?: number | null | undefined;
  /** True where workers can read the pixels themselves. Default false. */
  readonly canBeReadByWorkers?: boolean | undefined;
  /** True to keep all outputs of every record, not just the winner. Default false. */
  readonly withOutputs?: boolean | undefined;
}

/** How to score. */
export interface ScorerOptions extends ScorerNeeds {
  /** Threads, from 0 up; 0 scores on the calling thread. Default: the cores there are, fewer for a small input. */
  readonly workers?: number | undefined;
  /** Records in a batch, of text roughly. Default: by the input and the threads. */
  readonly batchSize?: number | undefined;
  /** True to carry a column of text through. */
  readonly withIds?: boolean | undefined;
}

/** Something that scores batches: threads, or the calling thread itself. */
export interface Scorer {
  readonly slots: Slots;
  /** How many threads score; 0 when the calling one does. */
  readonly workers: number;
  /**
   * Puts the verdicts into the batch's slot. The caller holds the batch until the promise settles.
   *
   * @throws DigitflowError POOL_START, POOL_CLOSED, POOL_STOPPED, POOL_BUSY, WORKER_FAILED
   */
  score(batch: Batch): Promise<void>;
  /** Leaves what has not begun: the verdicts are not wanted any more. It is of no use then but to be closed. */
  stop(): void;
  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void>;
}

/** Places a network in shared memory and starts what scores on it; throws NETWORK_TOO_LARGE, MEMORY_LIMIT, BUILD_INCOMPLETE. */
export async function openScorer(network: Network, options: ScorerOptions = {}): Promise<Scorer> {
  const { isText = false, bytes, records, withOutputs = false } = options;
  const workers = workersFor(options);
  const readByWorkers = workers > 0 && options.canBeReadByWorkers === true;
  const sizes = {
    ...{ recordBytes: network.layers[0].inputs, workers, batchSize: options.batchSize },
    ...{ records, bytes, readByWorkers, outputCount: withOutputs ? network.classes.length : 0 },
  };
  const text = isText ? chooseTextSize(sizes) : null;
  const shared = new SharedNetwork(network, {
    slotCount: slotCountFor(workers),
    recordsPerSlot: chooseBatchSize(sizes),
    text: text ? { ...text, withIds: options.withIds ?? false } : undefined,
    withOutputs,
  });
  const { activation } = network.layers[network.layers.length - 1];
  const slots = new Slots(shared.memory.buffer, shared.layout, {
    text,
    readByWorkers,
    outputsAreProbabilities: areProbabilities(activation),
  });
  if (workers === 0) {
    return scoreInline(slots, (normalization) => shared.placeFor(normalization), createWorker(shared));
  }
  // Not imported where no thread is wanted: Piscina alone takes 20 ms to load.
  const { ScoringPool } = await import('./pool.js');
  return new ScoringPool(shared, slots, { workers });
}

/** How many threads score: as many as are asked for, or as the input repays. */
export function workersFor({ workers, isText = false, bytes, records }: ScorerOptions): number {
  if (workers !== undefined) return workers;
  return isText ? chooseTextWorkers(bytes ?? null) : chooseWorkers(records ?? Number.MAX_SAFE_INTEGER);
}

/** Scores on the calling thread, for inputs that are too small to repay the start of threads. */
function scoreInline(
  slots: Slots,
  prepare: (normalization: Normalization) => void,
  run: (task: ScoreTask) => Answer,
): Scorer {
  let isClosed = false;
  const stop = () => {
    isClosed = true;
  };
  return {
    slots,
    workers: 0,
    stop,
    close: async () => stop(),
    score: async (batch) => {
      if (isClosed) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
      prepare(batch.normalization);
      batch.take(run(batch.task));
    },
  };
}

/**
 * What makes images of records, on the calling thread, and scores none of them; throws MEMORY_LIMIT, BUILD_INCOMPLETE.
 *
 * @param take is given pixels as they come, `(count, height * width)` u8, in order; a view that holds until it returns
 */
export async function openReader(
  { height, width }: ImageSize,
  classCount: number,
  { isText = false }: ScorerNeeds,
  take: (pixels: Uint8Array, count: number) => void,
): Promise<Scorer> {
  const recordBytes = height * width;
  const text = isText ? chooseTextSize({ recordBytes, workers: 0 }) : null;
  const layout = layoutMemory(
    { layers: [{ inputs: recordBytes, outputs: classCount }] },
    {
      slotCount: slotCountFor(0),
      recordsPerSlot: chooseBatchSize({ recordBytes, workers: 0 }),
      text: text ? { ...text, withIds: false } : undefined,
    },
  );
  const memory = allocateMemory(layout);
  const bytes = new Uint8Array(memory.buffer);
  const setup = { module: compileKernel(KERNEL_FILE), memory, layout };
  const read = createWorker(setup, undefined, () => (_slot, _first, count, pixels) => {
    take(bytes.subarray(pixels, pixels + count * recordBytes), count);
  });
  return scoreInline(new Slots(memory.buffer, layout, { text }), () => {}, read);
}

/** Uses a scorer, and closes it however that ends; where it fails, what has not begun is left. */
export async function withScorer<T>(scorer: Scorer, use: (scorer: Scorer) => Promise<T>): Promise<T> {
  try {
    return await use(scorer);
  } catch (error) {
    scorer.stop();
    throw error;
  } finally {
    await scorer.close();
  }
}
