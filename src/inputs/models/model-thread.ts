import { Worker } from 'node:worker_threads';
import { MODEL_WORKER_FILE } from '../../assets.js';
import { DigitflowError, type ErrorCode } from '../../errors.js';
import type { ForeignFile, ForeignNetwork } from './read-foreign.js';

/** What more takes is hostile, or no network of ours. */
const LIMITS = {
  /** The memory of a thread that reads a network. */
  heapMb: 256,
  /** Time for the start; `MS_A_BYTE` comes to it. */
  patienceMs: 10_000,
};
/** 1.5 GB take a minute. */
const MS_A_BYTE = 50_000 / 1.5e9;

/** That the file was read, or the end. */
type Answer =
  | 'read'
  | { readonly network: ForeignNetwork }
  | { readonly code: ErrorCode; readonly message: string };

/**
 * Reads a file that a stranger made, in a thread of its own, which is ended where it takes too long or too much: none of it can
 * stop or break this process.
 *
 * @throws DigitflowError NETWORK_FILE, NETWORK_TOO_LARGE, ZIP_BROKEN, USAGE; the signal's reason
 */
export async function readApart(
  file: ForeignFile,
  signal?: AbortSignal,
  { heapMb, patienceMs } = LIMITS,
): Promise<ForeignNetwork> {
  signal?.throwIfAborted();
  const worker = new Worker(MODEL_WORKER_FILE, {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
  });
  const fault = (found: string) =>
    new DigitflowError('NETWORK_FILE', `${file.name}: expected a network, found ${found}; export it again`);
  let timer: NodeJS.Timeout | undefined;
  let abort = (): void => {};
  try {
    return await new Promise<ForeignNetwork>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      const patience = patienceMs + file.bytes.length * MS_A_BYTE;
      timer = setTimeout(
        () => reject(fault(`one that is not read after ${Math.round(patience / 1000)} s`)),
        patience,
      );
      worker.on('message', (answer: Answer) => {
        if (answer === 'read') clearTimeout(timer);
        else if ('network' in answer) resolve(answer.network);
        else reject(new DigitflowError(answer.code, answer.message));
      });
      worker.once('error', (error: Error & { code?: string }) => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(isMemory ? fault(`one that takes more than ${heapMb} MB to read`) : error);
      });
      // Of one that says nothing this is the last that is heard.
      worker.once('exit', (code) => reject(fault(`one whose reading ended (code ${code})`)));
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
