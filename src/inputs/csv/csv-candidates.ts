import type { CsvDialect } from '../../formats/csv/dialect.js';
import type { GuessedDialect } from '../../formats/csv/guess/guess-dialect.js';
import { parseRow } from '../../formats/csv/parse-row.js';
import { findRowEnd } from '../../formats/csv/row-ends.js';
import type { ReadingFlags } from '../../formats/reading.js';
import { readStart } from '../bytes/byte-source.js';
import { type CandidateRecords, isTelling, settleReading } from '../candidate-readings.js';
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

/** Takes the reading that `choose` takes; throws what `settleReading` throws. */
export async function settleCsv(
  first: FirstBytes,
  readings: readonly CsvReading[],
  { choose, classes }: Pick<OpenOptions, 'choose' | 'classes'>,
): Promise<GuessedDialect> {
  const possible = readings.map(({ flags, guessed }) => ({ flags, guesses: guessed.guesses }));
  const { at, how } = await settleReading(first.name, possible, choose, async () => {
    const rows = await firstRowsOf(first, readings);
    return readings.map(({ guessed }) => recordsOf(rows, guessed.dialect, classes.length));
  });
  const { guessed } = readings[at];
  const all = possible.map(({ guesses }) => guesses);
  const guesses = guessed.guesses.map((guess) => (isTelling(guess, all) ? { ...guess, ...how } : guess));
  return { ...guessed, guesses };
}

/** The first rows without their line ends, from where all readings have rows. */
async function firstRowsOf(first: FirstBytes, readings: readonly CsvReading[]): Promise<Uint8Array[]> {
  // What can be opened again is read further.
  const canReadOn = !first.isWhole && first.path !== null;
  const { bytes, isWhole } = canReadOn ? await readStart(await first.content(), MOST_BYTES) : first;
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
