import type { InputDescription } from '../engine/records.js';
import { describeError } from '../errors.js';
import type { DriftSummary, DriftWindow } from '../judging/drift.js';
import type { Network } from '../network/network.js';
import { Claims } from './claims.js';
import { KeptFile } from './kept-file.js';
import { type ScoreCounts, ScoreTally } from './rows/scored-rows.js';
import { identityOf } from './score-journal.js';
import type { ScoreOutputs } from './score-outputs.js';
import type { ScoreResult, ScoreStart } from './score-writer.js';

/** What was written so far, by this run and the earlier one that it continues. */
type WrittenSoFar = Pick<ScoreOutputs, 'position' | 'counts' | 'from'>;

/** The network of a run, with its name and digest. */
interface ScoringModel {
  readonly network: Network;
  readonly name: string;
  readonly sha256: string;
}

/** What a summary says. */
export interface ScoreSummary
  extends Pick<ScoreResult, 'rows' | 'rejected' | 'workers' | 'partial' | 'drift'> {
  readonly model: { readonly name: string; readonly sha256: string };
  readonly classes: readonly string[];
  /** The size is that of the file, packed or not; null for a stream. */
  readonly inputs: readonly (Omit<InputDescription, 'file'> & { readonly bytes: number | null })[];
  readonly counts: ScoreCounts;
  /** How many of the rows an earlier run had done. */
  readonly resumedAt: number;
  /** Of this run alone, without its start. */
  readonly seconds: number;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** A summary as JSON, schema `digitflow.score/1`: fields may be added; the meaning of a field stays. */
export function scoreSummaryText(summary: ScoreSummary): string {
  const { model, classes, inputs, counts, rows, rejected, resumedAt, workers, seconds, partial, drift } =
    summary;
  const json = {
    ...{ schema: 'digitflow.score/1', model },
    inputs: inputs.map(({ name, format, bytes, guesses }) => ({ name, format, bytes, guesses })),
    // Of all inputs, with the rows of an earlier run that `--resume` continued.
    ...{ records: rows, scored: rows - rejected, rejected },
    predictions: Object.fromEntries(classes.map((label, index) => [label, counts.predictions[index]])),
    rejects: Object.entries(counts.reasons)
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count),
    ...{ resumedAt, workers, seconds },
    rowsPerSecond: seconds > 0 ? (rows - resumedAt) / seconds : null,
    partial,
    ...(drift === undefined ? {} : { drift: driftJson(drift, classes) }),
    ...(summary.error === undefined ? {} : { error: summary.error }),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** Classes by their names. */
function driftJson({ worst, all, ...rest }: DriftSummary, classes: readonly string[]): object {
  const window = ({ figures, ...others }: DriftWindow) => ({
    ...others,
    figures: figures.map(({ of, ...figure }) =>
      of === undefined ? figure : { ...figure, class: classes[of] },
    ),
  });
  return { ...rest, worst: worst && window(worst), all: window(all) };
}

/** Gathers what a run's summary says, and writes it however the run ends. */
export class SummaryFile {
  readonly #claims: Claims;
  readonly #file: KeptFile;
  readonly #model: ScoringModel;
  readonly #inputs: InputDescription[] = [];
  #workers = 0;
  #startMs: number | undefined;

  /** @throws DigitflowError OUTPUT_WRITE where it could not be written at the end, OUTPUT_BUSY where another run writes it */
  constructor(path: string, model: ScoringModel) {
    // First: what is written aside may be another run's.
    this.#claims = new Claims([path]);
    try {
      this.#file = new KeptFile(path);
    } catch (error) {
      this.release();
      throw error;
    }
    this.#model = model;
  }

  /** To be called when it is not written any more. */
  release(): void {
    this.#claims.release();
  }

  opened(input: InputDescription): void {
    this.#inputs.push(input);
  }

  started({ workers }: ScoreStart): void {
    this.#workers = workers;
    this.#startMs = performance.now();
  }

  /**
   * Writes the summary: see `scoreSummaryText`.
   *
   * @param error what ended the run; left out after the end of the input, Ctrl-C, or a reader that had seen enough
   * @throws DigitflowError OUTPUT_WRITE
   */
  async write(
    run: Omit<ScoreResult, 'bytes' | 'totalBytes'>,
    written?: WrittenSoFar,
    error?: unknown,
  ): Promise<void> {
    const { network, name, sha256 } = this.#model;
    const { inputs, rows, rejected, seconds, workers, partial, drift } = run;
    const { code, message } = describeError(error);
    const text = scoreSummaryText({
      ...{
        model: { name, sha256 },
        classes: network.classes,
        rows,
        rejected,
        workers,
        seconds,
        partial,
        drift,
      },
      inputs: inputs.map(({ name, format, guesses }) => {
        return { name, format, bytes: identityOf(name).bytes, guesses };
      }),
      counts: written?.counts ?? new ScoreTally(network.classes.length).counts,
      resumedAt: written?.from?.rows ?? 0,
      ...(error === undefined ? {} : { error: { code, message } }),
    });
    this.#claims.check();
    await this.#file.deliver(text);
  }

  /**
   * Writes the summary of a run that came to no result.
   *
   * @param written undefined where nothing could be written, not even the names of columns
   * @throws DigitflowError OUTPUT_WRITE
   */
  writeEarly(written: WrittenSoFar | undefined, error: unknown): Promise<void> {
    const { rows, rejected } = written?.position ?? { rows: 0, rejected: 0 };
    const seconds = this.#startMs === undefined ? 0 : (performance.now() - this.#startMs) / 1000;
    const run = { inputs: this.#inputs, rows, rejected, workers: this.#workers, seconds, partial: true };
    return this.write(run, written, error);
  }
}
