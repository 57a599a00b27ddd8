import { from, fromEvent, lastValueFrom, NEVER, type Observable, of, takeUntil, throwIfEmpty } from 'rxjs';
import type { EvaluationTally } from '../src/counting/evaluation-tally.js';
import type { ScoredRecords } from '../src/counting/scored-records.js';
import { MOST_WORKERS } from '../src/engine/sizes.js';
import { DigitflowError } from '../src/errors.js';
import type { CsvFlags } from '../src/formats/csv/dialect.js';
import type { IdxSource } from '../src/inputs/idx-source.js';
import { type LabelledInput, openLabelledImages } from '../src/inputs/open-images.js';
import { type Model, openModel } from '../src/inputs/open-model.js';
import type { Normalization } from '../src/network/normalization.js';
import type { OpenedInput } from './score-options.js';

/** What to evaluate, and how. All of it has a default: the bundled test set and network, on all cores. */
export interface EvaluateOptions extends LabelledInput {
  /** What is known of a CSV; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  /** Is told what was guessed of a CSV. */
  readonly onOpened?: ((input: OpenedInput) => void) | undefined;
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** How a pixel becomes a brightness, given the network's own way. Default: that. */
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  /** Threads; 0 does without. Default: the cores there are, fewer for a small input. */
  readonly workers?: number | undefined;
  /** Records in a batch, at least 1. Default: by the input and the threads. */
  readonly batchSize?: number | undefined;
  /** Evaluate only the first records. Default: all. */
  readonly limit?: number | undefined;
  /** How many of the worst mistakes to keep. Default 10. */
  readonly mistakes?: number | undefined;
  /**
   * Aborting it stops the reading; what was read is evaluated, and the result is marked partial. Where not even the
   * headers were read there is no result: `evaluate` rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Sees every batch that is counted, before `onProgress`; its arrays are views: read at once, never kept. */
  readonly onBatch?: ((records: ScoredRecords) => void) | undefined;
  /** Is told the running tally after every batch; `total` is what the header announces, or the limit. */
  readonly onProgress?: ((running: EvaluationTally, total: number | undefined) => void) | undefined;
}

/** What an evaluation reads: a network, how its input is to be normalized, and labelled images. */
export interface EvaluationInput {
  readonly model: Model;
  readonly normalization: Normalization;
  readonly source: IdxSource;
}

/** The least that each of the options may be that count something. */
const LEAST = { workers: 0, batchSize: 1, limit: 0, mistakes: 0 } as const;

/** @throws DigitflowError USAGE for options that are out of range */
export function checkCounts(options: EvaluateOptions): void {
  for (const name of ['workers', 'batchSize', 'limit', 'mistakes'] as const) {
    const value = options[name];
    const most = name === 'workers' ? MOST_WORKERS : Number.MAX_SAFE_INTEGER;
    if (value === undefined || (Number.isSafeInteger(value) && value >= LEAST[name] && value <= most))
      continue;
    const range = name === 'workers' ? `from 0 to ${MOST_WORKERS}` : `${LEAST[name]} or more`;
    const message = `${name}: expected a whole number, ${range}, found ${value}; leave it out for the default`;
    throw new DigitflowError('USAGE', message);
  }
}

/**
 * Opens network and images, the one while waiting for the other.
 *
 * @throws DigitflowError what `openModel` and `openLabelledImages` throw
 */
export async function openInput(options: EvaluateOptions): Promise<EvaluationInput> {
  const opening = openLabelledImages(options);
  try {
    const model = openModel(options.model ?? 'sigmoid');
    const own = model.network.normalization;
    const normalization = options.normalization?.(own) ?? own;
    return { model, normalization, source: await unlessAborted(opening, options.signal) };
  } catch (error) {
    // Not awaited: a stream may take for ever to give its header, and the error is known now.
    opening.then((source) => source.close()).catch(() => {});
    throw error;
  }
}

/** The promise's value; rejects with the signal's reason when that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const value = from(promise).pipe(
    takeUntil(aborted(signal)),
    throwIfEmpty(() => signal?.reason),
  );
  return lastValueFrom(value);
}

/** Emits when the signal is aborted, at once where it was before. */
export function aborted(signal: AbortSignal | undefined): Observable<unknown> {
  if (signal === undefined) return NEVER;
  return signal.aborted ? of(signal.reason) : fromEvent(signal, 'abort');
}
