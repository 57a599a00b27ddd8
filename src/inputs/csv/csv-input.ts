import type { Batch } from '../../engine/batch.js';
import { mostRowBytesOf } from '../../formats/csv/dialect.js';
import { hasRow } from '../../formats/csv/guess/first-table.js';
import { guessDialect } from '../../formats/csv/guess/guess-dialect.js';
import { guessShape } from '../../formats/csv/guess/guess-shape.js';
import { lineEndByte } from '../../formats/csv/row-ends.js';
import { foreignFormat } from '../../formats/recognize.js';
import type { FirstBytes } from '../first-bytes.js';
import { cursorAt, type Format, type Input, type OpenOptions } from '../input.js';
import { digestCsv } from './csv-digest.js';
import { type CsvSource, readCsv } from './csv-reading.js';

/** Where no network says how many pixels an image has. */
const USUAL_IMAGE = { height: 28, width: 28 };

/** Rows of text: what is not known of them is guessed from the first bytes. */
export const CSV_FORMAT: Format = {
  name: 'csv',
  isText: true,
  recognizes: (start) => start.length > 0 && foreignFormat(start) === null,
  open: openCsv,
};

/** @throws DigitflowError what `guessDialect` throws */
async function openCsv(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { file, labelled, digest } = options;
  const { image, guessed, first: seen } = await understand(first, options);
  // Not `seen`: of thousands of files the first bytes would stay in memory.
  const { name, path, sizeBytes, content, close } = seen;
  const isPlain = path !== null && sizeBytes !== null;
  const { dialect, guesses, dataStart, linesBefore } = guessed;
  const given: CsvSource = {
    ...{ file, name, dataStart, linesBefore, path: isPlain ? path : null, content },
    // The column of the truth is passed over where it is not wanted.
    dialect: labelled === 'ignored' ? { ...dialect, label: null } : dialect,
  };
  const digested = digest === 'never' ? null : await digestCsv(given, isPlain ? sizeBytes : null, digest);
  const source = digested?.source ?? given;
  return {
    ...{ file, name, format: 'csv', guesses, image, transposed: dialect.transposed },
    hasLabels: source.dialect.label !== null,
    records: null,
    bytes: isPlain ? sizeBytes : null,
    isText: true,
    canBeReadByWorkers: isPlain,
    canBeReadAgain: isPlain,
    read: (from, permits) => readCsv(source, from, permits),
    returnAfter,
    files: async (isComplete) => [{ name, sha256: (await digested?.finish(isComplete)) ?? null }],
    close: async () => {
      await digested?.finish(false);
      await close();
    },
  };
}

/** Finds out how rows of text hold images; waits for more of a stream where its beginning does not tell. */
async function understand(first: FirstBytes, options: OpenOptions) {
  const { csv: flags, classes, image } = options;
  const { name, bytes, isWhole, readMore } = first;
  const size = image ?? USUAL_IMAGE;
  const known = { pixelCount: size.height * size.width, classes };
  // Quotes that were opened may span lines; those that are never closed are waited for no longer than any row.
  const mayEnd = bytes.length < mostRowBytesOf(known.pixelCount);
  if (readMore !== null && mayEnd && !hasRow(bytes, guessShape(bytes, isWhole, flags.delimiter)))
    return understand(await readMore(), options);
  const guessed = guessDialect(bytes, isWhole, known, flags, name);
  if (guessed.needsMore && readMore !== null) return understand(await readMore(), options);
  return { image: size, guessed, first };
}

/** A line end turned out to be within quotes, or the file has grown. */
function returnAfter({ reading, stretch, scored }: Batch): ReturnType<Input['returnAfter']> {
  if (stretch === undefined || reading.dialect === null) return null;
  const here = { ...cursorAt(reading.input), isAtRow: true };
  if (scored.quotedLineEndAt !== undefined) {
    return { to: { ...here, bytes: scored.quotedLineEndAt, isCutHere: true }, counts: true };
  }
  const { position, byteCount, fileBytes, file, takesLast, isAtRow } = stretch;
  if (position + byteCount < fileBytes) return null;
  if (scored.leftAt !== undefined) return { to: { ...here, bytes: scored.leftAt }, counts: true };
  if (file.sizeBytes <= fileBytes) return null;
  if (file.byteAt(fileBytes - 1) === lineEndByte(reading.dialect)) {
    return { to: { ...here, bytes: fileBytes }, counts: true };
  }
  // The row that was cut off was taken, and is longer now.
  return takesLast ? { to: { ...here, bytes: position, isAtRow, takesLast: false }, counts: false } : null;
}
