import {
  from,
  fromEvent,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  of,
  takeUntil,
  throwIfEmpty,
} from 'rxjs';

/** Completes when the signal is aborted, at once where it was before, and leaves the source. */
export function untilAborted<T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> {
  return takeUntil<T>(aborted(signal));
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

function aborted(signal: AbortSignal | undefined): Observable<unknown> {
  if (signal === undefined) return NEVER;
  return signal.aborted ? of(signal.reason) : fromEvent(signal, 'abort');
}
