import { setTimeout as sleep } from 'node:timers/promises';
import { DigitflowError } from '../errors.js';

/** A timer for longer would go off at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** How long work may take, and what is done where it takes longer. */
export interface TimeLimit {
  /** In milliseconds; undefined for as long as it takes. */
  readonly ms: number | undefined;
  /** How long work may take to end once it was told to, in milliseconds. */
  readonly patienceMs: number;
  /** Is told of work that does not end: what it holds is lost until the process ends. */
  onStuck(error: DigitflowError): void;
}

/**
 * Runs work that is told to end when its time is over. A read from a disk that is away may never return: so it is not waited for
 * without end.
 *
 * @throws DigitflowError SHARD_TIMEOUT; what the work throws
 */
export async function withinTime<T>(
  { ms, patienceMs, onStuck }: TimeLimit,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return work(signal);
  const limit = new AbortController();
  const done = new AbortController();
  const working = work(AbortSignal.any([signal, limit.signal]));
  const late = async (): Promise<never> => {
    await sleep(Math.min(ms, LONGEST_MS), undefined, { signal: done.signal });
    const expected = `expected it to be done within ${ms / 1000} s, found it under way`;
    const advice = 'look at the disk and the load of this machine, or give --shard-timeout more';
    const error = new DigitflowError('SHARD_TIMEOUT', `${expected}; ${advice}`);
    limit.abort(error);
    await sleep(patienceMs, undefined, { signal: done.signal });
    onStuck(error);
    throw error;
  };
  try {
    return await Promise.race([working, late()]);
  } finally {
    // Nobody waits for the loser any more, and a race has heard how it ends.
    done.abort();
  }
}
