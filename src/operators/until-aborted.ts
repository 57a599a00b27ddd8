import {
  from,
  fromEvent,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  of,
  takeUntil,
  throwIfEmpty,
} from 'rxjs';
import { DigitflowError, type ErrorCode } from '../errors.js';

/** Completes when the signal is aborted, at once where it was before, and leaves the source. */
export function untilAborted<T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> {
  if (signal === undefined) return (source) => source;
  return takeUntil(signal.aborted ? of(signal) : fromEvent(signal, 'abort'));
}

/** The promise's value; rejects with the signal's reason when that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // Where the signal came first, its failure is of no interest.
  promise.catch(() => undefined);
  const value = from(promise).pipe(
    untilAborted(signal),
    throwIfEmpty(() => signal?.reason),
  );
  return lastValueFrom(value);
}

/** What is said of an input that another program writes, and was left in the middle. */
const CUT_OFF = new Set<ErrorCode>([
  'CSV_EMPTY',
  'IDX_EMPTY',
  'IDX_TRUNCATED',
  'NPY_TRUNCATED',
  'GZIP_BROKEN',
]);

const SAME_MOMENT_MS = 20;

/**
 * What a run that failed is to raise: Ctrl-C often ends the writer of a pipe at the same moment, and then the signal's reason
 * matters more than that the input was cut off.
 */
export async function abortOr(error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined || !(error instanceof DigitflowError && CUT_OFF.has(error.code))) return error;
  // Of what comes together the end of the pipe is seen first.
  await new Promise((resolve) => setTimeout(resolve, SAME_MOMENT_MS));
  return signal.aborted ? signal.reason : error;
}
