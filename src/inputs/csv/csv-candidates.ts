import type { CsvDialect } from '../../formats/csv/dialect.js';
import type { GuessedDialect } from '../../formats/csv/guess/guess-dialect.js';
import { parseRow } from '../../formats/csv/parse-row.js';
import { findRowEnd } from '../../formats/csv/row-ends.js';
import type { ReadingFlags } from '../../formats/reading.js';
import {
  type CandidateReading,
  type CandidateRecords,
  flagsOf,
  isTelling,
  unclearReading,
  wordsOf,
} from '../candidate-readings.js';
import type { FirstBytes } from '../first-bytes.js';
import type { OpenOptions } from '../input.js';

const MOST_ROWS = 1000;
/** So much of a file is looked at where its readings differ: in a sorted one the first labels are all alike. */
const MOST_BYTES = 4 * 2 ** 20;

/** One reading of a CSV. */
interface CsvReading {
  readonly flags: ReadingFlags;
  readonly guessed: GuessedDialect;
}

/**
 * Takes the reading that `choose` takes.
 *
 * @throws DigitflowError READING_UNCLEAR where nobody chooses, and what `choose` throws
 */
export async function settleReading(
  first: FirstBytes,
  readings: readonly CsvReading[],
  { choose, classes }: Pick<OpenOptions, 'choose' | 'classes'>,
): Promise<GuessedDialect> {
  const { name } = first;
  const guesses = readings.map(({ guessed }) => guessed.guesses);
  const named = readings.map(({ flags, guessed }) => ({ flags, words: wordsOf(guessed.guesses, guesses) }));
  if (choose === undefined) throw unclearReading(name, named);
  const rows = await firstRowsOf(first, readings);
  const candidates = named.map((one, at): CandidateReading => {
    return { ...one, records: recordsOf(rows, readings[at].guessed.dialect, classes.length) };
  });
  const { candidate, because } = await choose(name, candidates);
  const { guessed } = readings[candidates.indexOf(candidate)];
  const flag = candidates.filter((one) => one !== candidate).map(flagsOf)[0];
  return {
    ...guessed,
    guesses: guessed.guesses.map((guess) =>
      isTelling(guess, guesses) ? { ...guess, by: 'guessed', flag, because } : guess,
    ),
  };
}

/** The first rows without their line ends, from where all readings have rows. */
async function firstRowsOf(first: FirstBytes, readings: readonly CsvReading[]): Promise<Uint8Array[]> {
  const { bytes, isWhole } = await moreOf(first);
  const [{ dialect }] = readings.map(({ guessed }) => guessed);
  const rows: Uint8Array[] = [];
  let at = Math.max(...readings.map(({ guessed }) => guessed.dataStart));
  while (at < bytes.length && rows.length < MOST_ROWS) {
    const { end, next, lines, isOpen } = findRowEnd(bytes, at, bytes.length, dialect);
    // The rest of the last row is still to come.
    if (!isWhole && (lines === 0 || isOpen)) break;
    if (end > at) rows.push(bytes.subarray(at, end));
    at = next;
  }
  return rows;
}

/** What can be opened again is read further. */
async function moreOf({ bytes, isWhole, path, content }: FirstBytes) {
  if (isWhole || path === null) return { bytes, isWhole };
  const source = await content();
  const pieces: Uint8Array[] = [];
  try {
    for (let length = 0; length < MOST_BYTES; ) {
      const piece = await source.pull();
      if (piece === null) return { bytes: Buffer.concat(pieces), isWhole: true };
      pieces.push(Uint8Array.from(piece));
      length += piece.length;
    }
    return { bytes: Buffer.concat(pieces), isWhole: false };
  } finally {
    await source.close();
  }
}

function recordsOf(rows: readonly Uint8Array[], dialect: CsvDialect, classCount: number): CandidateRecords {
  const { pixelCount, transposed, label } = dialect;
  const count = rows.length;
  const pixels = new Uint8Array(count * pixelCount);
  const labels = new Int16Array(count);
  rows.forEach((row, at) => {
    const read = parseRow(row, dialect, classCount);
    labels[at] = typeof read === 'string' ? -1 : (read.label ?? -1);
    if (typeof read !== 'string') pixels.set(read.pixels, at * pixelCount);
  });
  return { count, pixels, labels: label === null ? null : labels, transposed };
}
