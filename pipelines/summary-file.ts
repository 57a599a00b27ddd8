import { KeptFile } from '../src/sinks/kept-file.js';
import type { Model } from '../src/sources/open-model.js';
import type { OpenedInput, ScorePosition, ScoreStart } from './score-options.js';
import { type SummarizedRun, summarizeScore } from './score-summary.js';
import { type ScoreCounts, ScoreTally } from './score-tally.js';

/** What was written so far, by this run and the one that it goes on with. */
export interface WrittenSoFar {
  readonly position: ScorePosition;
  readonly counts: ScoreCounts;
  /** Where this run began; undefined for the start. */
  readonly from: ScorePosition | undefined;
}

/** Keeps what a run's summary says, from its beginning to its end, however that comes. */
export class SummaryFile {
  readonly #file: KeptFile;
  readonly #model: Model;
  readonly #inputs: OpenedInput[] = [];
  #workers = 0;
  #startMs: number | undefined;

  /** @throws DigitflowError OUTPUT_WRITE where it could not be written at the end */
  constructor(path: string, model: Model) {
    this.#file = new KeptFile(path);
    this.#model = model;
  }

  opened(input: OpenedInput): void {
    this.#inputs.push(input);
  }

  started({ workers }: ScoreStart): void {
    this.#workers = workers;
    this.#startMs = performance.now();
  }

  /** @throws DigitflowError OUTPUT_WRITE */
  write(result: SummarizedRun, written: WrittenSoFar): void {
    this.#write(result, written);
  }

  /**
   * Of a run that did not come to a result.
   *
   * @param written undefined where nothing could be, not even the names of columns
   * @param error what ended it; undefined where nobody did wrong
   * @throws DigitflowError OUTPUT_WRITE
   */
  writeEarly(written: WrittenSoFar | undefined, error: unknown): void {
    const { rows, rejected } = written?.position ?? { rows: 0, rejected: 0 };
    const seconds = this.#startMs === undefined ? 0 : (performance.now() - this.#startMs) / 1000;
    const run = { inputs: this.#inputs, rows, rejected, workers: this.#workers, seconds, partial: true };
    this.#write(run, written, error);
  }

  #write(run: SummarizedRun, written: WrittenSoFar | undefined, error?: unknown): void {
    const counts = written?.counts ?? new ScoreTally(this.#model.network.classes.length).counts;
    const summary = summarizeScore(run, counts, this.#model, written?.from?.rows ?? 0, error);
    this.#file.write(`${JSON.stringify(summary, null, 2)}\n`);
  }
}
