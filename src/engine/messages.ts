import type { WasmMemory, WasmModule } from '../assets.js';
import type { CsvDialect } from '../formats/csv/dialect.js';
import type { MemoryLayout } from './layout.js';
import type { FileExtent, TextStretch } from './records.js';

/** What a worker is given when it starts. The module and the memory are shared, not copied. */
export interface WorkerSetup {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly layout: MemoryLayout;
}

/** What crosses to a worker for one batch: its bytes do not. */
export type ScoreTask = PixelTask | TextTask;

/** A batch of images. */
export interface PixelTask {
  readonly slot: number;
  /** How many records the slot holds; 0 is the probe that finds out whether the worker is well. */
  readonly count: number;
  readonly hasLabels: boolean;
  /** What to read into the slot's pixels first; undefined when they are there. */
  readonly extent?: FileExtent | undefined;
}

/** A batch of text. */
export interface TextTask {
  readonly slot: number;
  readonly dialect: CsvDialect;
  /** How much text there is: in the slot, whole rows then, or in the file from `stretch.position` on. */
  readonly byteCount: number;
  /** What to read, piece by piece; undefined where the text lies in the slot. */
  readonly stretch?: TextStretch | undefined;
}

/** The stop flag was up: nothing was written. */
export const STOPPED = 1;

/** The file could not be read: the system's code (`EIO`), or `EOF` where it ended too soon. */
export interface ReadFailure {
  readonly readError: string;
}

/**
 * How a batch was scored: its verdicts, and for text its row starts, ids and rejects, are in the slot. Where a row was left,
 * so was what follows it; places are counted from the start of the file for a `stretch`, else from that of the batch's text.
 */
export interface Scored {
  readonly records: number;
  /** How many rows of text were not scored, because something in them is wrong. */
  readonly rejects: number;
  /** How many lines of text ended, blank ones too. */
  readonly lines: number;
  /** Where a row begins that the end of the file cuts off (`fileBytes` without `takesLast`). */
  readonly leftAt?: number | undefined;
  /** Where a row begins whose quotes are open at its line end, which may be within a field; only for a `stretch`. */
  readonly quotedLineEndAt?: number | undefined;
  /** Where a row begins that is longer than the slot's text; only for a `stretch`. */
  readonly rowTooLongAt?: number | undefined;
  /** Where a row begins that there was no room for among the rejects, or for its id. */
  readonly overfullAt?: number | undefined;
}

export const NOTHING_SCORED: Scored = { records: 0, rejects: 0, lines: 0 };

/** What a worker answers: values, since errors that are thrown in a thread lose their code on the way. */
export type Answer = Scored | typeof STOPPED | ReadFailure;

/** Index of the stop flag in the control region, as i32. 0: go on; 1: leave what has not begun. */
export const STOP_FLAG = 0;
