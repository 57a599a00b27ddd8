import { DigitflowError, reasonOf } from '../errors.js';

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
