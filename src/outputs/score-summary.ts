import { describeError } from '../errors.js';
import type { InputDescription } from '../inputs/input.js';
import type { Model } from '../inputs/open-model.js';
import type { RunPosition } from '../inputs/read-inputs.js';
import { KeptFile } from './kept-file.js';
import { identityOf } from './score-journal.js';
import type { ScoreResult, ScoreStart } from './score-options.js';
import type { ScoredRows } from './scored-rows.js';

/** What a run of scoring has counted. */
export interface ScoreCounts {
  /** Rows a class was predicted for, by the class's index. */
  readonly predictions: readonly number[];
  /** Rows that were rejected, by reason, without what differs from row to row. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Of so many kinds of reasons each is counted by itself. */
const MOST_REASONS = 50;
const OTHER_REASONS = 'other reasons';

/** Counts predictions a class, and rejects a reason. */
export class ScoreTally {
  readonly #predictions: number[];
  readonly #reasons: Map<string, number>;

  /** @param counts what an earlier run had counted */
  constructor(classCount: number, counts?: ScoreCounts) {
    this.#predictions = Array.from({ length: classCount }, (_, index) => counts?.predictions[index] ?? 0);
    this.#reasons = new Map(Object.entries(counts?.reasons ?? {}));
  }

  get counts(): ScoreCounts {
    return { predictions: [...this.#predictions], reasons: Object.fromEntries(this.#reasons) };
  }

  add({ count, predictions, rejects }: ScoredRows): void {
    for (let row = 0; row < count; row++) this.#predictions[predictions[row]]++;
    for (const { reason } of rejects) {
      const kind = kindOf(reason());
      const isCounted = this.#reasons.has(kind) || this.#reasons.size < MOST_REASONS;
      const name = isCounted ? kind : OTHER_REASONS;
      this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + 1);
    }
  }
}

/** `column 12: expected 0 to 255, found 256` -> `expected 0 to 255`. */
function kindOf(reason: string): string {
  return reason.replace(/^column \d+: /, '').replace(/, found .*$/s, '');
}

/** What a run of scoring came to, as `--summary` writes it. Fields may be added; their meaning stays. */
export interface ScoreSummary {
  readonly schema: 'digitflow.score/1';
  readonly model: { readonly name: string; readonly sha256: string };
  readonly inputs: readonly {
    readonly name: string;
    readonly format: InputDescription['format'];
    /** Of the file as it lies there; null for a stream. */
    readonly bytes: number | null;
    readonly guesses: ScoreResult['inputs'][number]['guesses'];
  }[];
  /** Rows of all inputs, an earlier run's among them, that `--resume` went on with. */
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
  /** What ended the run, in the words that stderr gets; left out where nothing did but the end of the input, Ctrl-C, or a reader that had seen enough. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** How a run ended, or how far it came. */
export type SummarizedRun = Pick<
  ScoreResult,
  'inputs' | 'rows' | 'rejected' | 'workers' | 'seconds' | 'partial'
>;

/**
 * @param resumedAt rows that an earlier run had done
 * @param error what ended the run, where something did
 */
export function summarizeScore(
  run: SummarizedRun,
  counts: ScoreCounts,
  { network, name, sha256 }: Model,
  resumedAt: number,
  error?: unknown,
): ScoreSummary {
  const { rows, rejected, seconds, workers, partial } = run;
  const { predictions, reasons } = counts;
  return {
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
}

/** What was written so far, by this run and the one that it goes on with. */
export interface WrittenSoFar {
  readonly position: RunPosition;
  readonly counts: ScoreCounts;
  /** Where this run began; undefined for the start. */
  readonly from: RunPosition | undefined;
}

/** Keeps what a run's summary says, from its beginning to its end, however that comes. */
export class SummaryFile {
  readonly #file: KeptFile;
  readonly #model: Model;
  readonly #inputs: InputDescription[] = [];
  #workers = 0;
  #startMs: number | undefined;

  /** @throws DigitflowError OUTPUT_WRITE where it could not be written at the end */
  constructor(path: string, model: Model) {
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
