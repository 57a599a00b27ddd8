import { DigitflowError } from '../../../errors.js';
import type { Guess, ReadingFlags } from '../../reading.js';
import { type CsvDialect, mostRowBytesOf } from '../dialect.js';
import { isHeader, isMangledRow, type KnownImages } from './column-evidence.js';
import { firstRows, firstTable, MOST_FIRST_ROWS } from './first-table.js';
import { type Columns, guessColumns } from './guess-columns.js';
import { guessScale } from './guess-scale.js';
import { guessShape, rejectDecimalCommas } from './guess-shape.js';

/** What the first block says of all of it. */
export interface GuessedDialect {
  readonly dialect: CsvDialect;
  /** How each property came to be known. */
  readonly guesses: readonly Guess[];
  /**
   * Where several readings stay possible: what asks for each beside the given flags, the favoured first. Empty where
   * there is one only.
   */
  readonly alternatives: readonly ReadingFlags[];
  /** Where the first row of data begins, from the start of the block: after a header. */
  readonly dataStart: number;
  /** How many lines ended before it. */
  readonly linesBefore: number;
  /** True where the block had no row of data, and more may come: ask again with more. */
  readonly needsMore: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;

/**
 * Finds out how a CSV holds its images: its shape, header, columns and scale. `block` is the start of the unpacked content,
 * `isWhole` whether it is all of it.
 *
 * @throws DigitflowError CSV_EMPTY without a row, CSV_ROW_TOO_LONG where none has ended; what `firstTable`, `guessColumns`
 *   and `guessScale` throw
 */
export function guessDialect(
  block: Uint8Array,
  isWhole: boolean,
  known: KnownImages,
  flags: ReadingFlags,
  name: string,
): GuessedDialect {
  const shape = guessShape(block, isWhole, flags.delimiter);
  const { delimiter } = shape;
  const { encoding } = flags;
  const { pixelCount } = known;
  const mostRowBytes = mostRowBytesOf(pixelCount);
  const { rows, comments } = firstRows(block, shape, { isWhole, mostRowBytes });
  if (rows.length === 0) throw noRows(block, isWhole, name);
  const fields = rows.map((row) => row.fields);
  // A comma that does not delimit shows; where commas delimit, one within a field is in quotes. Most blocks have neither.
  if (block.includes(delimiter === ',' ? QUOTE : COMMA)) rejectDecimalCommas(fields, delimiter, name);

  const hasHeader = flags.header ?? isHeader(fields[0], pixelCount);
  const isMangled = hasHeader && isMangledRow(fields[0]);
  const isEnough = isWhole || rows.length >= MOST_FIRST_ROWS;
  // Names that pandas made of numbers say nothing of their columns.
  const [tableRows, hasNames] =
    isMangled && fields.length > 1 ? [fields.slice(1), false] : [fields, hasHeader];
  const table = firstTable(tableRows, { ...known, name, hasHeader: hasNames, isEnough, flags });
  const { columnCount, emptyAtEnd } = table;
  const needsMore = table.rows.length === 0 && !isWhole;
  const evidence = { ...table, ...known, name, flags, columnCount: columnCount - emptyAtEnd };
  const { guesses, ...columns } = needsMore ? NOTHING_KNOWN : guessColumns(evidence);
  const { firstPixel } = columns;
  const scale = guessScale(table.rows, { firstPixel, pixelCount }, flags, name);
  return {
    dialect: { ...shape, hasHeader, columnCount, pixelCount, white: scale.white, ...columns, encoding },
    guesses: [
      {
        property: 'header',
        value: isMangled ? 'yes (pandas made it of a row of numbers)' : hasHeader ? 'yes' : 'no',
        by: flags.header === undefined ? 'seen' : 'given',
      },
      { property: 'delimiter', value: delimiterName(delimiter), by: flags.delimiter ? 'given' : 'seen' },
      ...(encoding ? [{ property: 'encoding', value: encoding, by: 'given' } as const] : []),
      ...scale.guesses,
      ...guesses,
      ...emptyGuess(columnCount, emptyAtEnd),
      ...(comments > 0
        ? [{ property: 'lines of comments passed over', value: `${comments}`, by: 'seen' } as const]
        : []),
    ],
    alternatives: [],
    dataStart: hasHeader ? rows[0].next : rows[0].start,
    linesBefore: hasHeader ? rows[0].linesBeforeNext : rows[0].linesBefore,
    needsMore,
  };
}

/** Without a row of data. */
const NOTHING_KNOWN: Columns = { firstPixel: 0, label: null, idColumn: null, transposed: null, guesses: [] };

function delimiterName(delimiter: string): string {
  return { ',': 'comma', ';': 'semicolon', '\t': 'tab', ' ': 'space' }[delimiter] ?? delimiter;
}

/** Which columns at the end were passed over; another reading would carry one through as an id. */
function emptyGuess(columnCount: number, emptyAtEnd: number): Guess[] {
  if (emptyAtEnd === 0) return [];
  const first = columnCount - emptyAtEnd + 1;
  const value = emptyAtEnd === 1 ? `${first}` : `${first} to ${columnCount}`;
  return [{ property: 'empty columns left out', value, by: 'guessed', flag: `--id ${first}` }];
}

function noRows(block: Uint8Array, isWhole: boolean, name: string): DigitflowError {
  const expected = `${name}: expected rows of images, found`;
  if (isWhole) return new DigitflowError('CSV_EMPTY', `${expected} no row`);
  const found = `no end of a row in the first ${block.length} bytes; is it a CSV of images, one a row?`;
  return new DigitflowError('CSV_ROW_TOO_LONG', `${expected} ${found}`);
}
