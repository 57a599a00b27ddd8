import { filter, lastValueFrom, map, type Observable, takeUntil, takeWhile, tap } from 'rxjs';
import { parseRow } from '../src/csv/parse-row.js';
import { findRowEnd } from '../src/csv/row-end.js';
import { isFault } from '../src/csv/row-fault.js';
import { DigitflowError } from '../src/errors.js';
import type { Normalization } from '../src/network/normalization.js';
import { batch } from '../src/operators/batch.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize } from '../src/operators/normalize.js';
import { tally } from '../src/operators/tally.js';
import { chooseTextWorkers } from '../src/pool/choose-workers.js';
import { openTextScorer } from '../src/pool/open-scorer.js';
import type { TextScorer } from '../src/pool/scorer.js';
import type { TextBatch } from '../src/pool/text-batch.js';
import type { RowPlace } from '../src/sinks/scored-rows.js';
import { CsvSource } from '../src/sources/csv-source.js';
import { digestCsv } from '../src/sources/digested-csv.js';
import type { Model } from '../src/sources/open-model.js';
import { EvaluationTally } from '../src/tally/evaluation-tally.js';
import type { ScoredRecords } from '../src/tally/scored-records.js';
import { summarize } from '../src/tally/summarize.js';
import { countingOptions } from './counting-options.js';
import { describeEvaluation } from './describe-evaluation.js';
import type { EvaluateResult } from './evaluate.js';
import { aborted, type EvaluateOptions } from './evaluation-input.js';
import { orientedAs } from './oriented-as.js';
import { raiseFirstFault } from './raise-first-fault.js';
import { RowNumbers } from './row-numbers.js';
import type { UnderstoodInput } from './score-input.js';

/**
 * Evaluates a network on labelled rows of text: counts the same as from IDX for the same images.
 *
 * @throws DigitflowError CSV_COLUMNS without a label, CSV_ROW and LABEL_OUT_OF_RANGE for the first bad row, and what
 *   `evaluate` throws
 */
export async function evaluateCsv(
  input: UnderstoodInput,
  model: Model,
  options: EvaluateOptions,
): Promise<EvaluateResult> {
  const { network } = model;
  const { csv, sizeBytes } = input;
  if (csv.dialect.label === null) throw noLabels(input.name);
  const own = network.normalization;
  const normalization = orientedAs(csv.dialect, options.normalization?.(own) ?? own);
  const workers = options.workers ?? chooseTextWorkers(sizeBytes);
  const { batchSize, limit = Number.POSITIVE_INFINITY } = options;
  const scorer = await openTextScorer(network, { workers, batchSize, bytes: sizeBytes ?? undefined });
  const digested = await digestCsv(csv, sizeBytes);
  try {
    const startMs = performance.now();
    const source = new CsvSource(async (index) => (index === 0 ? digested.csv : null), scorer.slots.size, {
      input: 0,
      bytes: 0,
    });
    const flow = evaluationFlow(source, scorer, normalization, model, { ...options, limit });
    const counted = await lastValueFrom(flow, {
      defaultValue: new EvaluationTally(countingOptions(network, options)),
    });
    const { image } = network;
    const data = {
      name: input.name,
      dataset: null,
      files: [{ path: input.name, sha256: await digested.finish(source.isComplete) }],
      height: image.height,
      width: image.width,
      dialect: input.guesses,
    };
    const evaluation = summarize(counted, {
      ...describeEvaluation(model, data, normalization),
      workers,
      seconds: (performance.now() - startMs) / 1000,
      partial: !source.isComplete,
    });
    return { evaluation, mistakes: counted.mistakes.worst, normalization };
  } catch (error) {
    scorer.stop();
    await digested.finish(false);
    throw error;
  } finally {
    await scorer.close();
  }
}

/** The whole of it: emits the running tally after every batch. */
function evaluationFlow(
  source: CsvSource,
  scorer: TextScorer,
  normalization: Normalization,
  { network }: Model,
  options: EvaluateOptions & { readonly limit: number },
): Observable<EvaluationTally> {
  const { signal, limit, onBatch, onProgress } = options;
  const numbers = new RowNumbers();
  const rows = source.rows(scorer.slots).pipe(takeUntil(aborted(signal)), normalize(normalization));
  return rows.pipe(
    batch(scorer.slots),
    forward(scorer),
    inOrder(),
    filter((scored) => source.accept(scored)),
    // A record's index in the input is known only here: who cuts text at a line end does not count lines.
    map((scored) => recordsOf(scored, numbers.place(scored), limit)),
    takeWhile(({ first, count }) => first + count < limit, true),
    tap((scored) => onBatch?.(scored)),
    tally(countingOptions(network, options)),
    tap((counted) => onProgress?.(counted, limit === Number.POSITIVE_INFINITY ? undefined : limit)),
  );
}

/** What is counted of a batch: all of its rows, up to the limit. */
function recordsOf(scored: TextBatch, place: RowPlace, limit: number): ScoredRecords {
  const wanted = limit - place.firstRow;
  raiseFirstFault(scored, place, wanted);
  const { labels, predictions, confidences, losses } = scored;
  return {
    first: place.firstRow,
    count: Math.min(scored.count, wanted),
    counts: scored.count <= wanted ? scored.counts : undefined,
    ...{ labels, predictions, confidences, losses },
    pixelsOf: (at) => pixelsOfRow(scored, scored.rowStart(at)),
  };
}

/** Reads a row's pixels again: the worker keeps but a few. */
function pixelsOfRow(scored: TextBatch, start: number): Uint8Array {
  const { dialect } = scored.reading;
  const text = scored.textAt(start, scored.mostRowBytes);
  const row = parseRow(
    text.subarray(0, findRowEnd(text, 0, text.length, dialect).end),
    dialect,
    scored.classCount,
  );
  if (isFault(row))
    throw new DigitflowError('INPUT_READ', `${scored.title}: a row changed while it was read`);
  return row.pixels;
}

function noLabels(name: string): DigitflowError {
  return new DigitflowError(
    'CSV_COLUMNS',
    `${name}: expected a column of labels to compare with, found none; say --label where it is, or use digitflow score`,
  );
}
