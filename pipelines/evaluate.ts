import { type Observable, takeUntil } from 'rxjs';
import type { ScoredRecords } from '../src/counting/scored-records.js';
import { openScorer } from '../src/engine/open-scorer.js';
import type { Scorer } from '../src/engine/scorer.js';
import { chooseWorkers } from '../src/engine/sizes.js';
import { checkFitsNetwork } from '../src/inputs/check-fits-network.js';
import { batch } from '../src/operators/batch.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { normalize } from '../src/operators/normalize.js';
import { takeRecords } from '../src/operators/take-records.js';
import { countEvaluation, type EvaluateResult } from './count-evaluation.js';
import { describeData } from './describe-evaluation.js';
import { evaluateCsv } from './evaluate-csv.js';
import {
  aborted,
  checkCounts,
  type EvaluateOptions,
  type EvaluationInput,
  openInput,
} from './evaluation-input.js';
import { openCsvInput } from './open-csv-input.js';
import { withScorer } from './with-scorer.js';

export type { EvaluateResult } from './count-evaluation.js';
export type { EvaluateOptions } from './evaluation-input.js';

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
  const { format } = source;
  try {
    checkFitsNetwork(format, model.network);
    const records = Math.min(options.limit ?? format.count, format.count);
    const workers = options.workers ?? chooseWorkers(records);
    const readByWorkers = workers > 0 && source.canBeReadByWorkers;
    const { batchSize } = options;
    const scorer = await openScorer(model.network, { workers, batchSize, records, readByWorkers });
    return await withScorer(scorer, () =>
      countEvaluation(
        scoredImages(input, scorer, { ...options, limit: records, readByWorkers }),
        { ...options, model, normalization, workers, total: records },
        async ({ images }) => ({ data: describeData(source), partial: images < format.count }),
      ),
    );
  } finally {
    await source.close();
  }
}

/** From bytes to verdicts, a batch at a time. */
function scoredImages(
  { source, normalization, model }: EvaluationInput,
  scorer: Scorer,
  options: Pick<EvaluateOptions, 'signal'> & { readonly limit: number; readonly readByWorkers: boolean },
): Observable<ScoredRecords> {
  const { limit, readByWorkers, signal } = options;
  return source.chunks(scorer.slots, { readByWorkers }).pipe(
    decode(source.format, model.network.classes.length),
    // Only where not all are wanted: a source that is read to its end is checked there.
    takeRecords(limit < source.format.count ? limit : Number.POSITIVE_INFINITY),
    takeUntil(aborted(signal)),
    normalize(normalization),
    batch(scorer.slots),
    forward(scorer),
  );
}
