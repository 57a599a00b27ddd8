import type { CsvFlags } from '../formats/csv/dialect.js';
import type { ByteInput } from '../inputs/bytes/open-bytes.js';
import type { InputDescription } from '../inputs/input.js';
import type { RunPosition } from '../inputs/read-inputs.js';
import type { Normalization } from '../network/normalization.js';
import type { ScoredRows } from './rows/scored-rows.js';

/** What to score, and how. */
export interface ScoreOptions {
  /** Of any format, known by content; not CSV and binary ones in one run. At least one. */
  readonly inputs: readonly ByteInput[];
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** What is known of the CSV; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  readonly workers?: number | undefined;
  /** Rows in a batch, roughly. Default: by the input. */
  readonly batchSize?: number | undefined;
  /** How long a row may wait for its batch to fill, in milliseconds. Default 50. */
  readonly maxWaitMs?: number | undefined;
  /** What a bad row does: ends the run (default), or is handed to `write` among the rejects. */
  readonly onBadRow?: 'fail' | 'skip' | undefined;
  /** The run ends with CSV_TOO_MANY_ERRORS after more bad rows than that. Default: any number. */
  readonly maxErrors?: number | undefined;
  /** True to keep all outputs of every row. */
  readonly withOutputs?: boolean | undefined;
  /** Where to go on: what comes before it was written by an earlier run. */
  readonly from?: RunPosition | undefined;
  /** Takes the rows, in input order, one batch at a time: the next comes once it has returned and its promise, if any, has resolved. */
  readonly write: (rows: ScoredRows) => Promise<void> | void;
  /** Is told what was guessed of each input, once it is opened. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
  /** Is told when all is ready for the first row: from here on `seconds` are counted. */
  readonly onStarted?: ((start: ScoreStart) => void) | undefined;
  readonly onProgress?: ((progress: ScoreProgress) => void) | undefined;
  /** Aborting it stops the reading; what was read is scored and written. */
  readonly signal?: AbortSignal | undefined;
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
