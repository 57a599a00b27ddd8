import type { TextBatch } from '../src/engine/text-batch.js';
import { DigitflowError } from '../src/errors.js';
import type { ScoreOptions, ScoreProgress } from '../src/outputs/score-options.js';
import type { ScoredRows } from '../src/outputs/scored-rows.js';
import { faultAtLine } from './fault-at-line.js';
import { RowNumbers } from './row-numbers.js';
import { rowsBefore, rowsOfBatch } from './rows-of-batch.js';

/** Takes scored batches in order, numbers their rows, and hands them on until one is wrong that must not be. */
export class ScoreWriter {
  /** Resolves when nothing is being written, however that went. */
  idle: Promise<unknown> = Promise.resolve();
  readonly #options: ScoreOptions;
  readonly #totalBytes: number | null;
  readonly #numbers: RowNumbers;
  #bytes = 0;
  /** How many rejects there may still be. */
  #errorsLeft: number;

  constructor(options: ScoreOptions, totalBytes: number | null) {
    this.#options = options;
    this.#totalBytes = totalBytes;
    this.#numbers = new RowNumbers(options.from);
    this.#errorsLeft = (options.maxErrors ?? Number.POSITIVE_INFINITY) - (options.from?.rejected ?? 0);
  }

  get progress(): ScoreProgress {
    const { rows, rejected } = this.#numbers;
    return { rows, rejected, bytes: this.#bytes, totalBytes: this.#totalBytes };
  }

  /**
   * @throws DigitflowError CSV_ROW for a bad row that ends the run, CSV_TOO_MANY_ERRORS, and the batch's own fault: all
   *   once the rows before it were written
   */
  async write(batch: TextBatch): Promise<void> {
    const rows = rowsOfBatch(batch, this.#numbers.place(batch));
    const isFailing = (this.#options.onBadRow ?? 'fail') === 'fail';
    const last = isFailing ? 0 : this.#errorsLeft;
    const isTooMuch = rows.rejects.length > last;
    const good = isTooMuch ? rowsBefore(batch, rows, last) : rows;
    if (good.count > 0 || good.rejects.length > 0) {
      const written = (async () => this.#options.write(good))();
      this.idle = written.catch(() => undefined);
      await written;
    }
    if (isTooMuch) throw isFailing ? badRow(rows) : tooMany(this.#options.maxErrors ?? 0, rows, last);
    if (batch.fault) throw faultAtLine(batch.fault, rows.place);
    this.#errorsLeft -= rows.rejects.length;
    this.#bytes += batch.byteCount;
    this.#options.onProgress?.(this.progress);
  }
}

function badRow({ place, rejects: [{ line, reason }] }: ScoredRows): DigitflowError {
  const where = `${place.name}: line ${place.firstLine + line + 1}`;
  return new DigitflowError('CSV_ROW', `${where}: ${reason()}; fix the row, or give --on-error skip`);
}

function tooMany(most: number, { place, rejects }: ScoredRows, index: number): DigitflowError {
  const { line, reason } = rejects[index];
  return new DigitflowError(
    'CSV_TOO_MANY_ERRORS',
    `${place.name}: line ${place.firstLine + line + 1}: ${reason()}; more bad rows than --max-errors ${most} allows: is this the right file?`,
  );
}
