import type { Batch } from '../engine/batch.js';
import type { InputDescription, RunPosition } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import type { DriftSummary } from '../judging/drift.js';
import type { ScoredRows } from './rows/scored-rows.js';

/** Which rows of a run are taken, and where they go. */
export interface RowsTaken {
  /** Default: `fail`, a bad row ends the run. With `skip` it is handed to `write` among the rejects. */
  readonly onBadRow?: 'fail' | 'skip' | undefined;
  /** The run ends with CSV_TOO_MANY_ERRORS after more bad rows than this. Default: no limit. */
  readonly maxErrors?: number | undefined;
  /** Where to begin: what comes before was written by an earlier run. */
  readonly from?: RunPosition | undefined;
  /** Takes the rows in input order, a batch at a time; the next comes once the call and its promise, if any, are done. */
  readonly write: (rows: ScoredRows) => Promise<void> | void;
  /** Is told how far the run is, after each batch that was written. */
  readonly onProgress?: ((progress: ScoreProgress) => void) | undefined;
}

/** What a run begins with. */
export interface ScoreStart {
  /** Threads that score; 0 for the calling thread. */
  readonly workers: number;
}

/** How far a run is. */
export interface ScoreProgress {
  /** Rows done, scored or not. */
  readonly rows: number;
  /** How many of them were not scored. */
  readonly rejected: number;
  /** Bytes that this run has done. */
  readonly bytes: number;
  /** Bytes that it has to do; null where an input is no plain file. */
  readonly totalBytes: number | null;
}

/** How a run ended. */
export interface ScoreResult extends ScoreProgress {
  /** What was read, as it was understood. */
  readonly inputs: readonly InputDescription[];
  /** Threads that scored; 0 for the calling thread. */
  readonly workers: number;
  /** From the first row on: without what is done before it. */
  readonly seconds: number;
  /** True when the input was not read to its end. */
  readonly partial: boolean;
  /** Where it was watched for drift. */
  readonly drift?: DriftSummary | undefined;
}

/** Hands scored batches on in order, up to a bad row that ends the run. */
export class ScoreWriter {
  /** Resolves when no write is under way; never rejects. */
  idle: Promise<unknown> = Promise.resolve();
  readonly #options: RowsTaken;
  #progress: ScoreProgress;

  /** @param totalBytes what this run has to read; null where that is not known */
  constructor(options: RowsTaken, totalBytes: number | null) {
    const { rows, rejected } = options.from ?? { rows: 0, rejected: 0 };
    this.#options = options;
    this.#progress = { rows, rejected, bytes: 0, totalBytes };
  }

  get progress(): ScoreProgress {
    return this.#progress;
  }

  /**
   * @throws DigitflowError CSV_ROW, CSV_TOO_MANY_ERRORS for a row that ends the run, once the rows before it are written
   */
  async write(batch: Batch): Promise<void> {
    const rows = rowsOfBatch(batch);
    const { onBadRow = 'fail', maxErrors = Number.POSITIVE_INFINITY } = this.#options;
    const done = this.#progress;
    const most = onBadRow === 'fail' ? 0 : Math.max(0, maxErrors - done.rejected);
    const isTooMuch = rows.rejects.length > most;
    const good = isTooMuch ? rowsBefore(rows, most) : rows;
    if (good.count > 0 || good.rejects.length > 0) {
      const written = Promise.resolve(this.#options.write(good));
      this.idle = written.catch(() => undefined);
      await written;
    }
    if (isTooMuch) throw this.#failure(rows, most);
    this.#progress = {
      ...done,
      rows: done.rows + rows.count + rows.rejects.length,
      rejected: done.rejected + rows.rejects.length,
      bytes: done.bytes + batch.byteCount,
    };
    if (batch.fault === undefined) this.#options.onProgress?.(this.#progress);
  }

  #failure({ place, rejects }: ScoredRows, index: number): DigitflowError {
    const { line, reason, picture, guessed } = rejects[index];
    const where = picture?.title ?? `${place.name}: line ${place.firstLine + line + 1}`;
    const what = `${where}: ${reason()}`;
    const { onBadRow = 'fail', maxErrors } = this.#options;
    if (onBadRow === 'fail') {
      const known = guessed?.() ?? null;
      const fix = known === null ? 'fix the row' : `${known}, or fix the row`;
      const advice = picture ? 'or give --on-error skip' : `${fix}, or give --on-error skip`;
      return new DigitflowError(picture?.error?.code ?? 'CSV_ROW', `${what}; ${advice}`);
    }
    const advice = `more bad rows than --max-errors ${maxErrors} allows: is this the right file?`;
    return new DigitflowError('CSV_TOO_MANY_ERRORS', `${what}; ${advice}`);
  }
}

/** The rows of a batch, valid as long as the batch is held. */
function rowsOfBatch(batch: Batch): ScoredRows {
  const { count, predictions, confidences, outputs, idEnds, ids, rejects, place } = batch;
  if (place === undefined) throw new TypeError('expected a batch that has passed accept()');
  return { count, predictions, confidences, outputs, idEnds, ids, rejects, place };
}

/** The rows before one of the rejects, as a batch that ends where that one begins. */
function rowsBefore(rows: ScoredRows, index: number): ScoredRows {
  const { rejects, outputs, idEnds, place } = rows;
  const reject = rejects[index];
  const count = reject.row - index;
  const classes = outputs.length / rows.count || 0;
  return {
    ...rows,
    count,
    predictions: rows.predictions.subarray(0, count),
    confidences: rows.confidences.subarray(0, count),
    outputs: outputs.subarray(0, count * classes),
    idEnds: idEnds.subarray(0, count),
    ids: rows.ids.subarray(0, count === 0 ? 0 : (idEnds[count - 1] ?? 0)),
    rejects: rejects.slice(0, index),
    place: { ...place, endBytes: reject.position, endLine: place.firstLine + reject.line },
  };
}
