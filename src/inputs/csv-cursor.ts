import type { TextReading, TextRows } from '../engine/rows-of-text.js';
import type { DigitflowError } from '../errors.js';
import { lineEndByte } from '../formats/csv/row-ends.js';
import type { ByteSource } from './bytes/byte-source.js';

/** Where reading stands: rows that begin at `bytes` of an input or behind come next. */
export interface CsvCursor {
  readonly input: number;
  readonly bytes: number;
  /** Whether a row begins there for sure. */
  readonly isAtRow: boolean;
  /** True where line ends may be within quotes: then the main thread cuts, also what workers could read. */
  readonly isCutHere: boolean;
  /** False where the file's end is not to be trusted: it is growing. */
  readonly takesLast: boolean;
}

/** What was made of rows: as much of a scored batch as their source has to know. */
export interface AnsweredRows {
  readonly reading: TextReading;
  readonly stretch?: TextRows['stretch'];
  readonly fault?: DigitflowError | undefined;
  readonly answer: { readonly leftAt?: number | undefined; readonly quotedLineEndAt?: number | undefined };
}

/** Where an input is read from. */
export function cursorAt(input: number, bytes = 0): CsvCursor {
  return { input, bytes, isAtRow: false, isCutHere: false, takesLast: true };
}

/**
 * Where to go on behind a stretch that was answered, where that is not what follows it anyway: a line end turned out to be
 * within quotes, or the file has grown.
 *
 * @returns null where all is well; `counts` says whether what was answered stands.
 */
export function returnAfter(
  { reading, answer }: Pick<AnsweredRows, 'reading' | 'answer'>,
  stretch: NonNullable<TextRows['stretch']>,
): { readonly to: CsvCursor; readonly counts: boolean } | null {
  const here = { ...cursorAt(reading.input), isAtRow: true };
  if (answer.quotedLineEndAt !== undefined) {
    return { to: { ...here, bytes: answer.quotedLineEndAt, isCutHere: true }, counts: true };
  }
  const { position, byteCount, fileBytes, file, takesLast, isAtRow } = stretch;
  if (position + byteCount < fileBytes) return null;
  if (answer.leftAt !== undefined) return { to: { ...here, bytes: answer.leftAt }, counts: true };
  if (file.sizeBytes <= fileBytes) return null;
  if (file.byteAt(fileBytes - 1) === lineEndByte(reading.dialect)) {
    return { to: { ...here, bytes: fileBytes }, counts: true };
  }
  // The row that was cut off was taken, and is longer now.
  return takesLast ? { to: { ...here, bytes: position, isAtRow, takesLast: false }, counts: false } : null;
}

/** A CSV that is to be read. */
export interface CsvInput extends TextReading {
  /** Set where workers can read it themselves: a regular, uncompressed file. */
  readonly path: string | null;
  /** Its unpacked content from the start, else. */
  content(): Promise<ByteSource>;
}

/** Opens an input when its turn has come; null behind the last. */
export type CsvOpener = (index: number) => Promise<CsvInput | null>;
