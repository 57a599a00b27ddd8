import { filter, map, type Observable, takeUntil, takeWhile } from 'rxjs';
import type { ScoredRecords } from '../src/counting/scored-records.js';
import { openTextScorer } from '../src/engine/open-scorer.js';
import type { TextScorer } from '../src/engine/scorer.js';
import { chooseTextWorkers } from '../src/engine/sizes.js';
import type { TextBatch } from '../src/engine/text-batch.js';
import { DigitflowError } from '../src/errors.js';
import { isFault } from '../src/formats/csv/fields.js';
import { parseRow } from '../src/formats/csv/parse-row.js';
import { findRowEnd } from '../src/formats/csv/row-ends.js';
import { CsvSource } from '../src/inputs/csv-source.js';
import { digestCsv } from '../src/inputs/digested-csv.js';
import type { Model } from '../src/inputs/open-model.js';
import type { Normalization } from '../src/network/normalization.js';
import { batch } from '../src/operators/batch.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize } from '../src/operators/normalize.js';
import type { RowPlace } from '../src/outputs/scored-rows.js';
import { countEvaluation, type EvaluateResult } from './count-evaluation.js';
import { describeRows } from './describe-evaluation.js';
import { aborted, type EvaluateOptions } from './evaluation-input.js';
import { orientedAs } from './oriented-as.js';
import { raiseFirstFault } from './raise-first-fault.js';
import { RowNumbers } from './row-numbers.js';
import type { UnderstoodInput } from './score-input.js';
import { withScorer } from './with-scorer.js';

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
  const { batchSize, limit } = options;
  const scorer = await openTextScorer(network, { workers, batchSize, bytes: sizeBytes ?? undefined });
  return withScorer(scorer, async () => {
    const digested = await digestCsv(csv, sizeBytes);
    try {
      const opener = async (index: number) => (index === 0 ? digested.csv : null);
      const source = new CsvSource(opener, scorer.slots.size, { input: 0, bytes: 0 });
      return await countEvaluation(
        scoredRows(source, scorer, normalization, options),
        { ...options, model, normalization, workers, total: limit },
        async () => ({
          data: describeRows(input, network, await digested.finish(source.isComplete)),
          partial: !source.isComplete,
        }),
      );
    } catch (error) {
      await digested.finish(false);
      throw error;
    }
  });
}

/** From text to verdicts, a batch at a time, in order. */
function scoredRows(
  source: CsvSource,
  scorer: TextScorer,
  normalization: Normalization,
  { signal, limit = Number.POSITIVE_INFINITY }: EvaluateOptions,
): Observable<ScoredRecords> {
  const numbers = new RowNumbers();
  return source.rows(scorer.slots).pipe(
    takeUntil(aborted(signal)),
    normalize(normalization),
    batch(scorer.slots),
    forward(scorer),
    inOrder(),
    filter((scored) => source.accept(scored)),
    // A record's index in the input is known only here: who cuts text at a line end does not count lines.
    map((scored) => recordsOf(scored, numbers.place(scored), limit)),
    takeWhile(({ first, count }) => first + count < limit, true),
  );
}

/** What is counted of a batch: all of its rows, up to the limit. */
function recordsOf(scored: TextBatch, place: RowPlace, limit: number): ScoredRecords {
  const wanted = limit - place.firstRow;
  raiseFirstFault(scored, place, wanted);
  const { labels, predictions, confidences, losses, classCount, outputsAreProbabilities } = scored;
  return {
    first: place.firstRow,
    count: Math.min(scored.count, wanted),
    counts: scored.count <= wanted ? scored.counts : undefined,
    ...{ labels, predictions, confidences, losses, classCount, outputsAreProbabilities },
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
