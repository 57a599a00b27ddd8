import type { DigitflowError, ErrorCode } from '../errors.js';
import type { CsvDialect } from '../formats/csv/dialect.js';
import type { Guess } from '../formats/reading.js';
import type { FormatName } from '../formats/recognize.js';
import type { Normalization } from '../network/normalization.js';
import type { TextSize } from './sizes.js';

/** How much text is read at a time, in bytes. */
export type TextSizes = Pick<TextSize, 'chunkBytes' | 'fileStretchBytes' | 'mostRowBytes'>;

/** What a source has to know of the slots. */
export interface Permits {
  /** Resolves when a slot is free. It takes none, so nothing can leak. */
  whenFree(): Promise<void>;
  /**
   * Where the next records of a reading will lie: what is left of its batch, or the next free slot. Whole records that are read
   * straight to its start need not be copied, and no piece may be longer. To be asked for only after `whenFree`.
   */
  room(reading: Reading): Uint8Array;
  /** How much text to read at a time; null where the slots are for pixels. */
  readonly text: TextSizes | null;
  /** True where pixels of a regular file are left to the workers, which read them into the slot piece by piece. */
  readonly readByWorkers: boolean;
}

/** One pass over an input, from some place in it on; a batch never holds records of two of them. */
export interface Reading {
  /** Which input it is of, from 0, and what to call it in an error: a path, `stdin`. */
  readonly input: number;
  readonly name: string;
  /** Whether pixels are stored column by column; null where the input does not say: then as the network takes them. */
  readonly transposed: boolean | null;
  /** Whether 255 - x replaces each pixel x. Default: as they are. */
  readonly inverted?: boolean | undefined;
  /** How rows of text hold images; null where the input is no text. */
  readonly dialect: CsvDialect | null;
  /** What was guessed of rows of text from so many bytes at the start of the input's unpacked content. */
  readonly guessed?: { readonly guesses: readonly Guess[]; readonly bytes: number } | undefined;
  /** How many lines ended before the first record: a header's, blank ones. */
  readonly linesBefore: number;
  /** Where the records begin in the input's unpacked content, and how many bytes each takes there; 0 for text. */
  readonly dataStart: number;
  readonly storedBytes: number;
  /** True where it was said beforehand where reading stops: what the input has after that does not matter. */
  readonly isRange?: boolean | undefined;
  /** Finds the records of a piece: views, each to be taken in before the next. */
  decode(piece: Piece): Iterable<Records>;
}

/** What a source gives at a time. Its bytes are a view: valid until the next piece. */
export interface Piece {
  readonly reading: Reading;
  /** Where text begins: bytes of the input's unpacked content. */
  readonly position?: number | undefined;
  /** Pixels as stored, cut anywhere; or whole rows of text. */
  readonly bytes: Uint8Array;
  /** The labels of exactly those records that end in this piece, as stored; absent where there are none. */
  readonly labels?: Uint8Array | undefined;
  /** Where the bytes lie that a worker is to read: pixels to where `bytes` lies, or a stretch of text. */
  readonly extent?: HeldExtent | undefined;
  readonly stretch?: Stretch | undefined;
  /** True where nothing may follow in the same batch: these rows are only right at the end of a text. */
  readonly endsBatch?: boolean | undefined;
  /** Why nothing follows at all: raised when all records before it have been dealt with. */
  readonly fault?: DigitflowError | undefined;
}

/** Whole records on their way to a slot, as pixels or as text. The bytes are views: valid until `next` returns. */
export type Records = PixelRecords | TextRecords;

/** Records that know how their pixels become brightness. */
export type Normalized<R> = R & { readonly normalization: Normalization };

/** Images; where there is an `extent`, the worker that scores them reads them to where `pixels` lies. */
export interface PixelRecords extends Pick<Piece, 'reading' | 'extent' | 'fault'> {
  /** Index of the first record in its input, from 0. */
  readonly first: number;
  /** 0 where there is a `fault`. */
  readonly count: number;
  /** `(count, height * width)` u8, row-major. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null where the input has no labels. */
  readonly labels: Uint8Array | null;
  /** The picture that the one record was made of; where it could not be, `count` is 0 and it says why. */
  readonly picture?: PictureRecord | undefined;
}

/** A picture that is a record. */
export interface PictureRecord {
  /** Its path as it is carried to the output: u8, as the system has it. */
  readonly id: Uint8Array;
  /** What to call it in words. */
  readonly title: string;
  /** What was done to it, and what is doubtful about it, a phrase each. */
  readonly done: readonly string[];
  readonly doubts: readonly string[];
  /** What is wrong with it. */
  readonly error?: DigitflowError | undefined;
}

/** Whole rows of text, or a stretch of a file that workers read themselves. */
export interface TextRecords extends Pick<Piece, 'reading' | 'stretch' | 'endsBatch' | 'fault'> {
  /** Where they begin: bytes of the input's unpacked content. */
  readonly position: number;
  /** Empty where there is a `stretch` or nothing but a `fault`. */
  readonly text: Uint8Array;
}

/** Bytes of a regular file that are still to be read, by the worker that scores them. */
export interface FileExtent {
  readonly fd: number;
  /** Where in the file the first byte lies. */
  readonly position: number;
  /** What to call the file in an error. */
  readonly name: string;
}

/** Pixels that are still to be read, and the file to be kept open until they were. */
export interface HeldExtent extends FileExtent {
  readonly file: HeldFile;
  /** The code of the error where the file became shorter. */
  readonly truncated: ErrorCode;
}

/** A stretch of a regular file that is cut anywhere. Its rows are those that begin in it; the last one may end beyond it. */
export interface TextStretch extends FileExtent {
  /** True where a row begins at `position` for sure: at the start of the data. */
  readonly isAtRow: boolean;
  /** Where the file ends, as far as is known: nothing is read beyond it. */
  readonly fileBytes: number;
  /** Whether a row that the end of the file cuts off is to be taken; else it is left, see `Scored.leftAt`. */
  readonly takesLast: boolean;
}

/** A stretch of `byteCount` bytes, and the file to be kept open until it was read. */
export interface Stretch extends TextStretch {
  readonly byteCount: number;
  readonly file: HeldFile;
}

/** A file that stays open as long as a holder needs it. */
export interface HeldFile {
  readonly fd: number;
  /** Its size now. */
  readonly sizeBytes: number;
  /** The byte at a position; undefined after the end. */
  byteAt(position: number): number | undefined;
  /** Keeps it open; to be answered by one `release`. */
  retain(): void;
  /** Lets go of it; the last holder to do so closes it. */
  release(): void;
}

/** Where a batch lies among the records of all inputs; `file` counts inputs from 0. */
export interface RecordsPlace extends Pick<InputDescription, 'file' | 'name'> {
  /** How many records of this input, and of all inputs, came before the batch, scored or not. */
  readonly firstRow: number;
  readonly firstOfAll: number;
  /** How many lines of this input ended before the batch, a header among them; 0 where it is no text. */
  readonly firstLine: number;
  /** Where the batch ends: bytes of this input's unpacked content, and how many of its lines ended before. */
  readonly endBytes: number;
  readonly endLine: number;
}

/** A record that was not scored. */
export interface RejectedRow {
  /** How many records of the batch came before it, scored or not, and how many of its lines ended before it. */
  readonly row: number;
  readonly line: number;
  /** Where it begins: bytes of the input's unpacked content. */
  readonly position: number;
  /** Why, in words: `column 12: expected 0 to 255, found 256`. */
  readonly reason: () => string;
  /** What was guessed of the input from rows before it, where it contradicts that; else null. */
  readonly guessed?: (() => string | null) | undefined;
  /** The row as it stands in the input, without its line end. */
  readonly text: () => Uint8Array;
  /** Where it is a picture: then it has no line, and no text. */
  readonly picture?: PictureRecord | undefined;
}

/** What was found out of an input before it was read; `file` counts inputs from 0. */
export interface InputDescription {
  readonly file: number;
  readonly name: string;
  readonly format: FormatName;
  /** How it was understood: what was guessed or given, one for each property. */
  readonly guesses: readonly Guess[];
}

/** Where a run stops: before this place of its last input. */
export interface RunEnd {
  /** Which input, from 0. */
  readonly file: number;
  /** Of text the start of a row: bytes of its unpacked content. Null for its end. */
  readonly bytes: number | null;
  /** Of a binary format how many records come before. Null for its end. */
  readonly row: number | null;
}

/** Where a run stands: all before it is done. */
export interface RunPosition {
  /** Which input, from 0. */
  readonly file: number;
  /** Bytes of its unpacked content. Within a regular file of text it may lie inside a row: that one counts as done. */
  readonly bytes: number;
  /** Lines of this input, and records of it, scored or not, that came before. */
  readonly line: number;
  readonly row: number;
  /** Records of all inputs that came before, scored or not, and how many of them were rejected. */
  readonly rows: number;
  readonly rejected: number;
}
