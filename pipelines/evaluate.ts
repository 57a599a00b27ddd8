import { lastValueFrom, type Observable, takeUntil, tap } from 'rxjs';
import type { Normalization } from '../src/network/normalization.js';
import { batch } from '../src/operators/batch.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { normalize } from '../src/operators/normalize.js';
import { takeRecords } from '../src/operators/take-records.js';
import { tally } from '../src/operators/tally.js';
import { chooseWorkers } from '../src/pool/choose-workers.js';
import { openScorer } from '../src/pool/open-scorer.js';
import type { Scorer } from '../src/pool/scorer.js';
import { checkFitsNetwork } from '../src/sources/check-fits-network.js';
import type { Evaluation } from '../src/tally/evaluation.js';
import { EvaluationTally } from '../src/tally/evaluation-tally.js';
import type { Mistake } from '../src/tally/mistakes.js';
import { summarize } from '../src/tally/summarize.js';
import { countingOptions } from './counting-options.js';
import { describeData, describeEvaluation } from './describe-evaluation.js';
import { evaluateCsv } from './evaluate-csv.js';
import {
  aborted,
  checkCounts,
  type EvaluateOptions,
  type EvaluationInput,
  openInput,
} from './evaluation-input.js';
import { openCsvInput } from './open-csv-input.js';

export type { EvaluateOptions } from './evaluation-input.js';

/** An evaluation, and the pixels of its mistakes. */
export interface EvaluateResult {
  readonly evaluation: Evaluation;
  /** As in `evaluation`, each with its pixels as stored. */
  readonly mistakes: readonly Mistake[];
  readonly normalization: Normalization;
}

/**
 * Evaluates a network on labelled images: IDX, or CSV, known by its content.
 *
 * @throws DigitflowError for all that can be wrong with input, network and machine; its `code` says which
 */
export async function evaluate(options: EvaluateOptions = {}): Promise<EvaluateResult> {
  checkCounts(options);
  const csv = await openCsvInput(options);
  if (csv === null) return evaluateIdx(options);
  try {
    return await evaluateCsv(csv.input, csv.model, options);
  } finally {
    await csv.input.close();
  }
}

async function evaluateIdx(options: EvaluateOptions): Promise<EvaluateResult> {
  const input = await openInput(options);
  const { source, normalization, model } = input;
  try {
    checkFitsNetwork(source.format, model.network);
    const records = Math.min(options.limit ?? source.format.count, source.format.count);
    const workers = options.workers ?? chooseWorkers(records);
    const readByWorkers = workers > 0 && source.canBeReadByWorkers;
    const { batchSize } = options;
    const scorer = await openScorer(model.network, { workers, batchSize, records, readByWorkers });
    try {
      const startMs = performance.now();
      const flow = evaluationFlow(input, scorer, { ...options, limit: records, readByWorkers });
      const counted = await lastValueFrom(flow, {
        defaultValue: new EvaluationTally(countingOptions(model.network, options)),
      });
      const evaluation = summarize(counted, {
        ...describeEvaluation(model, describeData(source), normalization),
        workers,
        seconds: (performance.now() - startMs) / 1000,
        partial: counted.images < source.format.count,
      });
      return { evaluation, mistakes: counted.mistakes.worst, normalization };
    } catch (error) {
      scorer.stop();
      throw error;
    } finally {
      await scorer.close();
    }
  } finally {
    await source.close();
  }
}

/** How an evaluation flows, beyond its input. */
type FlowOptions = Pick<EvaluateOptions, 'mistakes' | 'signal' | 'onBatch' | 'onProgress'> & {
  readonly limit: number;
  readonly readByWorkers: boolean;
};

/** The whole of it: emits the running tally after every batch. */
function evaluationFlow(
  input: EvaluationInput,
  scorer: Scorer,
  options: FlowOptions,
): Observable<EvaluationTally> {
  const { source, normalization, model } = input;
  const { limit, readByWorkers, signal, onBatch, onProgress } = options;
  return source.chunks(scorer.slots, { readByWorkers }).pipe(
    decode(source.format, model.network.classes.length),
    // Only where not all are wanted: a source that is read to its end is checked there.
    takeRecords(limit < source.format.count ? limit : Number.POSITIVE_INFINITY),
    takeUntil(aborted(signal)),
    normalize(normalization),
    batch(scorer.slots),
    forward(scorer),
    tap((scored) => onBatch?.(scored)),
    tally(countingOptions(model.network, options)),
    tap((counted) => onProgress?.(counted, limit)),
  );
}
