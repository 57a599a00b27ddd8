import { Piscina } from 'piscina';
import { DigitflowError, reasonOf } from '../errors.js';

/** What threads can be told. */
export interface ThreadsOptions<Task> {
  /** The module the threads run, and what they are given when they start. */
  readonly workerFile: string;
  readonly workerData: unknown;
  /** How many threads, at least 1. */
  readonly workers: number;
  /** A task that does nothing: it finds out whether threads start. */
  readonly probe: Task;
  /** How long a thread that is needed may take to load, in milliseconds. Default 10,000. */
  readonly startTimeoutMs?: number | undefined;
  /** Limits of each thread's heap, in MB, as node:worker_threads takes them. */
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb: number } | undefined;
}

/**
 * Calls `act` after so many milliseconds in which this process ran, unless the watch is ended before. Time in which it was
 * stopped counts for little, since the threads were, too.
 */
export function whileRunning(ms: number, act: () => void): () => void {
  const TURNS = 10;
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns < TURNS) return;
    clearInterval(timer);
    act();
  }, ms / TURNS);
  return () => clearInterval(timer);
}

/** The error of a pool whose threads do not start. */
export function startError(cause: unknown): DigitflowError {
  const message = `the worker threads do not start: ${reasonOf(cause)}`;
  return limitError(cause) ?? new DigitflowError('POOL_START', message, { cause });
}

/** The error of a thread that the system has no room for, or that Node was told not to start; undefined for any other. */
export function limitError(cause: unknown): DigitflowError | undefined {
  const text = cause instanceof Error && 'code' in cause ? `${cause.code} ${cause.message}` : reasonOf(cause);
  const [code] = /\b(EAGAIN|ENOMEM|EMFILE|ENFILE|ERR_ACCESS_DENIED)\b/.exec(text) ?? [];
  if (code === undefined) return undefined;
  const what =
    code === 'ERR_ACCESS_DENIED'
      ? "Node's permission model forbids worker threads; allow them (--allow-worker), or ask for 0 workers"
      : `the system has no room for so many worker threads (${code}); ask for fewer workers`;
  return new DigitflowError('THREAD_LIMIT', what, { cause });
}

/** Starts the threads of a pool; throws THREAD_LIMIT, POOL_START. */
export function startPool<Task>(options: ThreadsOptions<Task>): Piscina {
  const { workerFile, workerData, workers, resourceLimits } = options;
  try {
    return new Piscina({
      filename: workerFile,
      workerData,
      minThreads: workers,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      stricterFIFO: true,
      recordTiming: false,
      ...(resourceLimits && { resourceLimits }),
    });
  } catch (cause) {
    throw startError(cause);
  }
}
