import {
  from,
  fromEvent,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  of,
  takeUntil,
  throwIfEmpty,
} from 'rxjs';

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
