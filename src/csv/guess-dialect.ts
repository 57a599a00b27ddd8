import { DigitflowError } from '../errors.js';
import { rejectAlignedColumns } from './aligned-columns.js';
import type { KnownImages } from './column-evidence.js';
import { rejectDecimalCommas } from './decimal-comma.js';
import type { CsvDialect } from './dialect.js';
import { firstRows, MOST_FIRST_ROWS, textStart } from './first-rows.js';
import { firstTable } from './first-table.js';
import type { CsvFlags } from './flags.js';
import type { Guess } from './guess.js';
import { guessColumns } from './guess-columns.js';
import { guessShape } from './guess-shape.js';
import { isHeader } from './is-header.js';
import { readNumber } from './read-number.js';
import { emptyGuess } from './say-columns.js';

/** What the first block says of all of it. */
export interface GuessedDialect {
  readonly dialect: CsvDialect;
  /** How each property came to be known. */
  readonly guesses: readonly Guess[];
  /** Where the first row of data begins, from the start of the block: behind a header. */
  readonly dataStart: number;
  /** How many lines ended before it. */
  readonly linesBefore: number;
  /** True where no row of data was there to look at, and more may come: better ask again with more. */
  readonly needsMore: boolean;
}

/** So bright is something in any digits of 0 to 255; where nothing is, they may be of 0 to 16 or 0 to 100. */
const LEAST_WHITE = 128;

/**
 * Finds out how a CSV holds its images, from its first rows.
 *
 * @param block the start of the unpacked content, as much as there is or 1 MiB
 * @param isWhole whether that is all of it
 * @throws DigitflowError CSV_EMPTY where there is no row, CSV_COLUMNS where the columns do not hold such images, CSV_SCALE
 *   where pixels are brighter than white, USAGE for a flag that names what is not there
 */
export function guessDialect(
  block: Uint8Array,
  isWhole: boolean,
  known: KnownImages,
  flags: CsvFlags,
  name: string,
): GuessedDialect {
  const shape = guessShape(block, isWhole, flags.delimiter);
  const rows = firstRows(block, isWhole, shape);
  if (rows.length === 0) throw noRows(block, isWhole, name);
  const fields = rows.map((row) => row.fields);
  rejectDecimalCommas(fields, shape.delimiter, name);
  rejectAlignedColumns(fields, shape.delimiter, name);
  const { pixelCount } = known;
  const hasHeader = flags.header ?? isHeader(fields[0], pixelCount);
  const header = hasHeader ? rows[0] : null;
  const isEnough = isWhole || rows.length >= MOST_FIRST_ROWS;
  const table = firstTable(fields, { name, hasHeader, isEnough, pixelCount, flags });
  const { columnCount, emptyAtEnd } = table;
  const evidence = { ...table, name, columnCount: columnCount - emptyAtEnd };
  const columns = guessColumns(evidence, known, flags);
  const { firstPixel, label, idColumn } = columns;
  const scale = guessScale(table.rows, firstPixel, known.pixelCount, flags, name);
  return {
    dialect: {
      ...shape,
      hasHeader,
      columnCount,
      firstPixel,
      pixelCount,
      white: scale.white,
      transposed: columns.isTransposed,
      label,
      idColumn,
    },
    guesses: [
      {
        property: 'header',
        value: hasHeader ? 'yes' : 'no',
        by: flags.header === undefined ? 'seen' : 'given',
      },
      {
        property: 'delimiter',
        value: delimiterName(shape.delimiter),
        by: flags.delimiter ? 'given' : 'seen',
      },
      scale.guess,
      ...columns.guesses,
      ...emptyGuess(columnCount, emptyAtEnd),
    ],
    dataStart: header ? header.next : textStart(block),
    linesBefore: header ? header.linesBefore : 0,
    needsMore: table.rows.length === 0 && !isWhole,
  };
}

export function delimiterName(delimiter: string): string {
  return { ',': 'comma', ';': 'semicolon', '\t': 'tab', ' ': 'space' }[delimiter] ?? delimiter;
}

function guessScale(
  rows: readonly (readonly string[])[],
  firstPixel: number,
  pixelCount: number,
  flags: CsvFlags,
  name: string,
): { readonly white: number; readonly guess: Guess } {
  const scale = (white: number, by: Guess['by'], flag?: string) => ({
    white,
    guess: { property: 'scale', value: `0 to ${white}`, by, flag },
  });
  if (flags.scale !== undefined) return scale(flags.scale, 'given');
  let largest = 0;
  let hasFraction = false;
  let brightRows = 0;
  for (const row of rows) {
    const values = row.slice(firstPixel, firstPixel + pixelCount).map((field) => readNumber(field) ?? 0);
    const most = Math.max(...values);
    // A row of its own kind is that row's fault, and says nothing of the others.
    if (most > 255) {
      brightRows++;
      continue;
    }
    largest = Math.max(largest, most);
    hasFraction ||= !values.every(Number.isInteger);
  }
  if (brightRows * 2 > rows.length) {
    const message = `${name}: expected pixels from 0 to 255, found brighter ones: say --scale with the value that is white`;
    throw new DigitflowError('CSV_SCALE', message);
  }
  if (largest >= LEAST_WHITE) return scale(255, 'seen');
  if (largest > 1) return scale(255, 'guessed', `--scale ${Math.ceil(largest)}`);
  if (hasFraction) return scale(1, 'seen');
  return largest === 1 ? scale(1, 'guessed', '--scale 255') : scale(255, 'guessed', '--scale 1');
}

function noRows(block: Uint8Array, isWhole: boolean, name: string): DigitflowError {
  const found = isWhole ? 'no row' : `no line end in the first ${block.length} bytes`;
  return new DigitflowError('CSV_EMPTY', `${name}: expected rows of images, found ${found}`);
}
