import { describeError } from '../src/errors.js';
import type { Model } from '../src/sources/open-model.js';
import { identityOf } from './score-journal.js';
import type { ScoreResult } from './score-options.js';
import type { ScoreCounts } from './score-tally.js';

/** What a run of scoring came to, as `--summary` writes it. Fields may be added; their meaning stays. */
export interface ScoreSummary {
  readonly schema: 'digitflow.score/1';
  readonly model: { readonly name: string; readonly sha256: string };
  readonly inputs: readonly {
    readonly name: string;
    readonly format: 'csv' | 'idx';
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
