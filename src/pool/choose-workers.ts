import { availableParallelism } from 'node:os';

/** More threads than any machine has cores for: a slip of the finger must not start thousands. */
export const MOST_WORKERS = 512;

/** Below this a thread costs more to start than it saves. */
const RECORDS_WORTH_A_WORKER = 40_000;

/** How many threads an input repays: none for a small one, at most the cores that the process may use. */
export function chooseWorkers(records: number): number {
  return Math.min(availableParallelism(), Math.floor(records / RECORDS_WORTH_A_WORKER));
}

/** Below this a thread costs more to start than it saves: some 12,000 rows. */
const TEXT_BYTES_WORTH_A_WORKER = 20 * 2 ** 20;

/** The same for text: by its bytes, null where it is not known how many will come. */
export function chooseTextWorkers(bytes: number | null): number {
  const cores = availableParallelism();
  return bytes === null ? cores : Math.min(cores, Math.floor(bytes / TEXT_BYTES_WORTH_A_WORKER));
}
