import { lastValueFrom, type Observable, tap } from 'rxjs';
import { type Evaluation, summarize } from '../src/counting/evaluation.js';
import { EvaluationTally } from '../src/counting/evaluation-tally.js';
import type { Mistake } from '../src/counting/kept-records.js';
import type { ScoredRecords } from '../src/counting/scored-records.js';
import type { Model } from '../src/inputs/open-model.js';
import type { Normalization } from '../src/network/normalization.js';
import { tally } from '../src/operators/tally.js';
import { countingOptions } from './counting-options.js';
import { describeEvaluation } from './describe-evaluation.js';
import type { EvaluateOptions } from './evaluation-input.js';

/** An evaluation, and the pixels of its mistakes. */
export interface EvaluateResult {
  readonly evaluation: Evaluation;
  /** As in `evaluation`, each with its pixels as stored. */
  readonly mistakes: readonly Mistake[];
  readonly normalization: Normalization;
}

/** What is evaluated, how, and who watches. */
export interface Counting extends Pick<EvaluateOptions, 'mistakes' | 'onBatch' | 'onProgress'> {
  readonly model: Model;
  readonly normalization: Normalization;
  readonly workers: number;
  /** How many records there will be; undefined where nobody knows. */
  readonly total: number | undefined;
}

/**
 * Counts records as they are scored, in any order, and sums them up when the last one has come.
 *
 * @param end what is known only then: the data with its digests, and whether it was read to its end
 */
export async function countEvaluation(
  scored: Observable<ScoredRecords>,
  counting: Counting,
  end: (counted: EvaluationTally) => Promise<Pick<Evaluation, 'data' | 'partial'>>,
): Promise<EvaluateResult> {
  const { model, normalization, workers, total, onBatch, onProgress } = counting;
  const options = countingOptions(model.network, counting);
  const startMs = performance.now();
  const running = scored.pipe(
    tap((records) => onBatch?.(records)),
    tally(options),
    tap((counted) => onProgress?.(counted, total)),
  );
  const counted = await lastValueFrom(running, { defaultValue: new EvaluationTally(options) });
  const { data, partial } = await end(counted);
  const evaluation = summarize(counted, {
    ...describeEvaluation(model, data, normalization),
    workers,
    seconds: (performance.now() - startMs) / 1000,
    partial,
  });
  return { evaluation, mistakes: counted.mistakes.worst, normalization };
}
