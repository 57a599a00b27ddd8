import type { Batch } from '../engine/batch.js';
import type { RecordsPlace } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import type { ScoredRows } from './rows/scored-rows.js';
import type { RowTaker, ScoreProgress } from './score-options.js';

/** Takes scored batches in order, and hands them on until one is wrong that must not be. */
export class ScoreWriter {
  /** Resolves when nothing is being written, however that went. */
  idle: Promise<unknown> = Promise.resolve();
  readonly #options: RowTaker;
  readonly #totalBytes: number | null;
  #rows: number;
  #rejected: number;
  #bytes = 0;

  /** @param totalBytes what this run has before it; null where that is not known */
  constructor(options: RowTaker, totalBytes: number | null) {
    this.#options = options;
    this.#totalBytes = totalBytes;
    this.#rows = options.from?.rows ?? 0;
    this.#rejected = options.from?.rejected ?? 0;
  }

  get progress(): ScoreProgress {
    return {
      rows: this.#rows,
      rejected: this.#rejected,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
    };
  }

  /** How many rejects there may still be. */
  get #errorsLeft(): number {
    const { onBadRow = 'fail', maxErrors = Number.POSITIVE_INFINITY } = this.#options;
    return onBadRow === 'fail' ? 0 : maxErrors - this.#rejected;
  }

  /**
   * @throws DigitflowError CSV_ROW for a bad row that ends the run, CSV_TOO_MANY_ERRORS: once the rows before it were
   *   written
   */
  async write(batch: Batch): Promise<void> {
    const rows = rowsOfBatch(batch);
    const most = this.#errorsLeft;
    const isTooMuch = rows.rejects.length > most;
    const good = isTooMuch ? rowsBefore(rows, most) : rows;
    if (good.count > 0 || good.rejects.length > 0) {
      const written = Promise.resolve(this.#options.write(good));
      this.idle = written.catch(() => undefined);
      await written;
    }
    if (isTooMuch) throw this.#failure(rows, most);
    this.#rows += rows.count + rows.rejects.length;
    this.#rejected += rows.rejects.length;
    this.#bytes += batch.byteCount;
    if (batch.fault === undefined) this.#options.onProgress?.(this.progress);
  }

  #failure({ place, rejects }: ScoredRows, index: number): DigitflowError {
    const { line, reason } = rejects[index];
    const what = `${place.name}: line ${place.firstLine + line + 1}: ${reason()}`;
    if ((this.#options.onBadRow ?? 'fail') === 'fail')
      return new DigitflowError('CSV_ROW', `${what}; fix the row, or give --on-error skip`);
    const allowed = `--max-errors ${this.#options.maxErrors}`;
    return new DigitflowError(
      'CSV_TOO_MANY_ERRORS',
      `${what}; more bad rows than ${allowed} allows: is this the right file?`,
    );
  }
}

/** What a batch holds, for a writer; valid as long as the batch is held. */
function rowsOfBatch(batch: Batch): ScoredRows {
  const { count, predictions, confidences, outputs, idEnds, ids, rejects, place } = batch;
  if (place === undefined) throw new TypeError('expected a batch that has passed accept()');
  return { count, predictions, confidences, outputs, idEnds, ids, rejects, place };
}

/** The rows that come before one of the rejects: a batch that ends where that one begins. */
function rowsBefore(rows: ScoredRows, index: number): ScoredRows {
  const { rejects, outputs, idEnds, place } = rows;
  const reject = rejects[index];
  const count = reject.row - index;
  const classes = outputs.length / rows.count || 0;
  const cut: RecordsPlace = {
    ...place,
    endBytes: reject.position,
    endLine: place.firstLine + reject.line,
  };
  return {
    ...rows,
    count,
    predictions: rows.predictions.subarray(0, count),
    confidences: rows.confidences.subarray(0, count),
    outputs: outputs.subarray(0, count * classes),
    idEnds: idEnds.subarray(0, count),
    ids: rows.ids.subarray(0, count === 0 ? 0 : (idEnds[count - 1] ?? 0)),
    rejects: rejects.slice(0, index),
    place: cut,
  };
}
