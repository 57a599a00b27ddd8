import type { CsvDialect } from '../../formats/csv/dialect.js';
import type { GuessedDialect } from '../../formats/csv/guess/guess-dialect.js';
import { parseRow } from '../../formats/csv/parse-row.js';
import { findRowEnd } from '../../formats/csv/row-ends.js';
import type { ReadingFlags } from '../../formats/reading.js';
import { readStart } from '../bytes/byte-source.js';
import { type CandidateRecords, settleReading } from '../candidate-readings.js';
import type { FirstBytes } from '../first-bytes.js';
import type { OpenOptions } from '../input.js';

/** So much of a text is looked at where its readings differ: in a sorted one the first labels are all alike. */
const MOST_BYTES = 4 * 2 ** 20;

/** One reading of a CSV. */
interface CsvReading {
  readonly flags: ReadingFlags;
  readonly guessed: GuessedDialect;
}

/** What was settled, and what was read to find out. */
interface SettledCsv {
  readonly guessed: GuessedDialect;
  readonly first: FirstBytes;
}

/** Takes the reading that `choose` takes; throws what `settleReading` throws. */
export async function settleCsv(
  start: FirstBytes,
  readings: readonly CsvReading[],
  { choose, classes }: Pick<OpenOptions, 'choose' | 'classes'>,
): Promise<SettledCsv> {
  let first = start;
  const possible = readings.map(({ flags, guessed }) => ({ flags, guesses: guessed.guesses }));
  const { at, turn, guesses } = await settleReading(first.name, possible, choose, async (most) => {
    let rows = firstRows(first, readings, most);
    const hasMore = () => !first.isWhole && first.bytes.length < MOST_BYTES;
    if (rows.length < most && hasMore()) {
      // A stream is waited for; what can be opened again is read again.
      if (first.readMore !== null) first = await first.readMore(MOST_BYTES);
      const start = hasMore() ? await readStart(await first.content(), MOST_BYTES) : first;
      rows = firstRows(start, readings, most);
    }
    return readings.map(({ guessed }) => recordsOf(rows, guessed.dialect, classes.length));
  });
  const { guessed } = readings[at];
  const { dialect } = guessed;
  const turned = {
    transposed: turn.transpose ?? dialect.transposed,
    inverted: turn.invert ?? dialect.inverted,
  };
  return { first, guessed: { ...guessed, guesses, dialect: { ...dialect, ...turned } } };
}

/** The first rows without their line ends, from where all readings have rows. */
function firstRows(
  { bytes: read, isWhole }: Pick<FirstBytes, 'bytes' | 'isWhole'>,
  readings: readonly CsvReading[],
  most: number,
): Uint8Array[] {
  const bytes = read.subarray(0, MOST_BYTES);
  const isAll = isWhole && bytes.length === read.length;
  const [{ dialect }] = readings.map(({ guessed }) => guessed);
  const rows: Uint8Array[] = [];
  let at = Math.max(...readings.map(({ guessed }) => guessed.dataStart));
  while (at < bytes.length && rows.length < most) {
    const { end, next, lines, isOpen } = findRowEnd(bytes, at, bytes.length, dialect);
    // The rest of the last row is still to come.
    if (!isAll && (lines === 0 || isOpen)) break;
    if (end > at) rows.push(bytes.subarray(at, end));
    at = next;
  }
  return rows;
}

function recordsOf(rows: readonly Uint8Array[], dialect: CsvDialect, classCount: number): CandidateRecords {
  const { pixelCount, transposed, inverted, label } = dialect;
  const count = rows.length;
  const pixels = new Uint8Array(count * pixelCount);
  const labels = new Int16Array(count);
  rows.forEach((row, at) => {
    const read = parseRow(row, dialect, classCount);
    labels[at] = typeof read === 'string' ? -1 : (read.label ?? -1);
    if (typeof read !== 'string') pixels.set(read.pixels, at * pixelCount);
  });
  return { count, pixels, labels: label === null ? null : labels, transposed, inverted };
}
