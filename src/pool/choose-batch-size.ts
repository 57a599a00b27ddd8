/** Big batches beat small ones: handing a task to a thread costs 0.1 ms, as much as scoring 400 digits. */
const SLOT_BYTES = 4 * 2 ** 20;
/** Without threads nothing is handed over: a slot that stays in the cache beats a big one. */
const INLINE_SLOT_BYTES = 2 ** 19;
/** Of what workers read themselves only a piece is in memory at a time: such a batch is cheap to make bigger. */
const EXTENT_BYTES = 48 * 2 ** 20;
/** What all slots together may take: far below the 4 GiB that WebAssembly can address. */
const ALL_SLOTS_BYTES = 2 ** 30;
/** Each worker should get so many batches at least: the last ones never end at the same time. */
const BATCHES_A_WORKER = 8;

/** For each thread one slot that is scored and one that waits its turn, and one that is being filled. */
export function slotCountFor(workers: number): number {
  return workers === 0 ? 2 : workers * 2 + 1;
}

/** What a batch is made for. */
export interface BatchSizeOptions {
  readonly recordBytes: number;
  readonly workers: number;
  readonly records?: number | undefined;
  readonly readByWorkers?: boolean;
}

/** How many records make a good batch, at least 1. */
export function chooseBatchSize({ recordBytes, workers, records, readByWorkers }: BatchSizeOptions): number {
  const bytes = workers === 0 ? INLINE_SLOT_BYTES : readByWorkers ? EXTENT_BYTES : SLOT_BYTES;
  const fitting = Math.floor(Math.min(bytes, ALL_SLOTS_BYTES / slotCountFor(workers)) / recordBytes);
  const shared =
    records === undefined ? fitting : Math.ceil(records / Math.max(1, workers * BATCHES_A_WORKER));
  return Math.max(1, Math.min(fitting, shared));
}
