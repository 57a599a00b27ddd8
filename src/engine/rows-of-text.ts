import { DigitflowError } from '../errors.js';
import type { CsvDialect } from '../formats/csv/dialect.js';
import type { TextStretch } from './messages.js';

/** One pass over the text of an input, from some place in it to its end. Batches never hold rows of two of them. */
export interface TextReading {
  /** Which input it is of, from 0. */
  readonly input: number;
  /** What to call it in an error: a path, `stdin`. */
  readonly name: string;
  readonly dialect: CsvDialect;
  /** Where the rows begin in its unpacked content, and how many lines ended before: the header's, blank ones. */
  readonly dataStart: number;
  readonly linesBefore: number;
}

/** A file that stays open as long as somebody holds it. */
export interface HeldFile {
  readonly fd: number;
  /** Its size now. */
  readonly sizeBytes: number;
  /** The byte at a position; undefined behind the end. */
  byteAt(position: number): number | undefined;
  retain(): void;
  release(): void;
}

/** Rows of text as they come from a source: whole rows, or a stretch of a file that workers read themselves. */
export interface TextRows {
  readonly reading: TextReading;
  /** Where they begin: bytes of the input's unpacked content. */
  readonly position: number;
  /** Whole rows; empty where there is a `stretch` or nothing but a `fault`. A view: valid until `next` returns. */
  readonly text: Uint8Array;
  /** What is to be read, `byteCount` bytes from `position` on, and the file to be kept open until it was. */
  readonly stretch?: (TextStretch & { readonly byteCount: number; readonly file: HeldFile }) | undefined;
  /** True where nothing may follow in the same batch: these rows are only right at the end of a text. */
  readonly endsBatch?: boolean | undefined;
  /** Why nothing follows at all: it is raised when all rows before it have been dealt with. */
  readonly fault?: DigitflowError | undefined;
}

/** No row of images is so long. */
export function rowTooLong(name: string, mostRowBytes: number): DigitflowError {
  return new DigitflowError(
    'CSV_ROW_TOO_LONG',
    `${name}: expected rows of at most ${mostRowBytes} bytes, found a longer one; is it a CSV of images, one a row?`,
  );
}
