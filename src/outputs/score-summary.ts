import type { InputDescription, RunPosition } from '../engine/records.js';
import { describeError } from '../errors.js';
import type { Network } from '../network/network.js';
import { KeptFile } from './kept-file.js';
import { type ScoreCounts, ScoreTally } from './rows/scored-rows.js';
import { identityOf } from './score-journal.js';
import type { ScoreResult, ScoreStart } from './score-writer.js';

/** What a scoring run came to, as `--summary` writes it. Fields may be added; the meaning of a field stays. */
interface ScoreSummary {
  readonly schema: 'digitflow.score/1';
  readonly model: { readonly name: string; readonly sha256: string };
  readonly inputs: readonly {
    readonly name: string;
    readonly format: InputDescription['format'];
    /** Size of the file, packed or not; null for a stream. */
    readonly bytes: number | null;
    readonly guesses: InputDescription['guesses'];
  }[];
  /** Rows of all inputs, those of an earlier run that `--resume` continued among them. */
  readonly records: number;
  readonly scored: number;
  readonly rejected: number;
  /** How many rows each class was predicted for. */
  readonly predictions: Readonly<Record<string, number>>;
  /** How many rows were rejected for which reason, most first. */
  readonly rejects: readonly { readonly reason: string; readonly count: number }[];
  /** Rows that an earlier run had done; 0 without `--resume`. */
  readonly resumedAt: number;
  readonly workers: number;
  /** Of this run alone, without its start. */
  readonly seconds: number;
  readonly rowsPerSecond: number | null;
  /** True when the input was not read to its end. */
  readonly partial: boolean;
  /** What ended the run, as on stderr; left out after the end of the input, Ctrl-C, or a reader that had seen enough. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** How a run ended, or how far it came. */
type SummarizedRun = Pick<ScoreResult, 'inputs' | 'rows' | 'rejected' | 'workers' | 'seconds' | 'partial'>;

/** What was written so far, by this run and the earlier one that it continues. */
interface WrittenSoFar {
  readonly position: RunPosition;
  readonly counts: ScoreCounts;
  /** Where this run began; undefined for the start. */
  readonly from: RunPosition | undefined;
}

/** The network of a run, with its name and digest. */
interface ScoringModel {
  readonly network: Network;
  readonly name: string;
  readonly sha256: string;
}

/** Gathers what a run's summary says, and writes it however the run ends. */
export class SummaryFile {
  readonly #file: KeptFile;
  readonly #model: ScoringModel;
  readonly #inputs: InputDescription[] = [];
  #workers = 0;
  #startMs: number | undefined;

  /** @throws DigitflowError OUTPUT_WRITE where it could not be written at the end */
  constructor(path: string, model: ScoringModel) {
    this.#file = new KeptFile(path);
    this.#model = model;
  }

  opened(input: InputDescription): void {
    this.#inputs.push(input);
  }

  started({ workers }: ScoreStart): void {
    this.#workers = workers;
    this.#startMs = performance.now();
  }

  /**
   * Writes the summary.
   *
   * @param error what ended the run; left out where it ended well
   * @throws DigitflowError OUTPUT_WRITE
   */
  write(run: SummarizedRun, written: WrittenSoFar | undefined, error?: unknown): void {
    const { network, name, sha256 } = this.#model;
    const { predictions, reasons } = written?.counts ?? new ScoreTally(network.classes.length).counts;
    const { rows, rejected, seconds, workers, partial } = run;
    const resumedAt = written?.from?.rows ?? 0;
    const summary: ScoreSummary = {
      schema: 'digitflow.score/1',
      model: { name, sha256 },
      inputs: run.inputs.map((input) => ({
        name: input.name,
        format: input.format,
        bytes: identityOf(input.name).bytes,
        guesses: input.guesses,
      })),
      records: rows,
      scored: rows - rejected,
      rejected,
      predictions: Object.fromEntries(network.classes.map((label, index) => [label, predictions[index]])),
      rejects: Object.entries(reasons)
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count),
      resumedAt,
      workers,
      seconds,
      rowsPerSecond: seconds > 0 ? (rows - resumedAt) / seconds : null,
      partial,
      ...(error === undefined ? {} : { error: describeError(error) }),
    };
    this.#file.write(`${JSON.stringify(summary, null, 2)}\n`);
  }

  /**
   * Writes the summary of a run that came to no result.
   *
   * @param written undefined where nothing could be written, not even the names of columns
   * @param error what ended the run; undefined where it is no fault
   * @throws DigitflowError OUTPUT_WRITE
   */
  writeEarly(written: WrittenSoFar | undefined, error: unknown): void {
    const { rows, rejected } = written?.position ?? { rows: 0, rejected: 0 };
    const seconds = this.#startMs === undefined ? 0 : (performance.now() - this.#startMs) / 1000;
    const run = { inputs: this.#inputs, rows, rejected, workers: this.#workers, seconds, partial: true };
    this.write(run, written, error);
  }
}
