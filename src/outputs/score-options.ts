import type { InputDescription, RunPosition } from '../engine/records.js';
import type { ScoredRows } from './rows/scored-rows.js';

/** Where the rows of a run go, and what it does with those that are bad. */
export interface RowTaker {
  /** What a bad row does: ends the run (default), or is handed to `write` among the rejects. */
  readonly onBadRow?: 'fail' | 'skip' | undefined;
  /** The run ends with CSV_TOO_MANY_ERRORS after more bad rows than that. Default: any number. */
  readonly maxErrors?: number | undefined;
  /** Where to go on: what comes before it was written by an earlier run. */
  readonly from?: RunPosition | undefined;
  /** Takes the rows, in input order, one batch at a time: the next comes when it has returned, or its promise has resolved. */
  readonly write: (rows: ScoredRows) => Promise<void> | void;
  readonly onProgress?: ((progress: ScoreProgress) => void) | undefined;
}

/** What a run begins with. */
export interface ScoreStart {
  readonly workers: number;
}

/** How far a run is. */
export interface ScoreProgress {
  /** Rows done, scored or not. */
  readonly rows: number;
  readonly rejected: number;
  /** Bytes done by this run, and bytes it has before it; null where one of the inputs is not a plain file. */
  readonly bytes: number;
  readonly totalBytes: number | null;
}

/** How a run ended. */
export interface ScoreResult extends ScoreProgress {
  readonly inputs: readonly InputDescription[];
  readonly workers: number;
  readonly seconds: number;
  /** True when the input was not read to its end. */
  readonly partial: boolean;
}
