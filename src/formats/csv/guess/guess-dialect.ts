import { DigitflowError } from '../../../errors.js';
import { type Guess, guessesOf, type ReadingFlags } from '../../reading.js';
import { type CsvDialect, mostRowBytesOf } from '../dialect.js';
import { isHeader, isMangledRow, type KnownImages } from './column-evidence.js';
import { firstRows, firstTable, MOST_FIRST_ROWS, rowsWithin } from './first-table.js';
import { type Columns, guessColumns } from './guess-columns.js';
import { labelMeaning } from './guess-label.js';
import { guessScale } from './guess-scale.js';
import { guessShape, rejectDecimalCommas, rejectSingleQuotes } from './guess-shape.js';

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
  /** The columns that are wanted beside images and labels, as far as they are there, by what was asked for. */
  readonly wanted: ReadonlyMap<string, number>;
  /** True where names and flags do not say what all columns are: other rows may speak for something else. */
  readonly isByValues: boolean;
  /** True where more rows may tell what these do not, if any are to come: ask again with more. */
  readonly needsMore: boolean;
}

/** So much text tells, though it has few rows. */
const ENOUGH_BYTES = 2 ** 18;
const QUOTE = 0x22;
const COMMA = 0x2c;
const APOSTROPHE = 0x27;

/**
 * Finds out how a CSV holds its images: its shape, header, columns and scale. `block` is the start of the unpacked content,
 * `isWhole` whether it is all of it; `samples` are taken anywhere from the text after it, where the first rows do not tell.
 *
 * @throws DigitflowError CSV_EMPTY without a row, CSV_ROW_TOO_LONG where none has ended, CSV_COLUMNS where quotes are in the
 *   way; what `firstTable`, `guessColumns` and `guessScale` throw
 */
export function guessDialect(
  block: Uint8Array,
  isWhole: boolean,
  known: KnownImages,
  flags: ReadingFlags,
  name: string,
  samples: readonly Uint8Array[] = [],
): GuessedDialect {
  const shape = guessShape(block, isWhole, flags.delimiter);
  const { delimiter } = shape;
  const { encoding } = flags;
  const { pixelCount } = known;
  const mostRowBytes = mostRowBytesOf(pixelCount);
  const { rows, comments } = firstRows(block, shape, { isWhole, mostRowBytes });
  if (rows.length === 0) throw noRows(block, isWhole, name);
  if (rows[0].next - rows[0].start > mostRowBytes) throw noRows(block, false, name);
  const fields = rows.map((row) => row.fields);
  if (fields.every(({ length }) => length === 0)) throw noCsv(name);
  // A comma that does not delimit shows; where commas delimit, one within a field is in quotes. Most blocks have neither.
  if (block.includes(delimiter === ',' ? QUOTE : COMMA)) rejectDecimalCommas(fields, delimiter, name);
  if (block.includes(APOSTROPHE)) rejectSingleQuotes(fields, name);

  const hasHeader = flags.header ?? isHeader(fields[0], pixelCount);
  const isMangled = hasHeader && isMangledRow(fields[0]);
  const isEnough = isWhole || rows.length >= MOST_FIRST_ROWS || block.length >= ENOUGH_BYTES;
  // Names that pandas made of numbers say nothing of their columns.
  const [tableRows, hasNames] =
    isMangled && fields.length > 1 ? [fields.slice(1), false] : [fields, hasHeader];
  const table = firstTable(tableRows, { ...known, name, hasHeader: hasNames, isEnough, flags });
  const { columnCount, emptyAtEnd } = table;
  const more = rowsWithin(samples, shape).filter(({ length }) => length === columnCount);
  const hasRows = table.rows.length > 0 || isEnough;
  const evidence = { ...table, ...known, more, name, flags, columnCount: columnCount - emptyAtEnd };
  const columns = hasRows ? guessColumns(evidence) : NOTHING_KNOWN;
  const { guesses, alternatives, isByValues, isIndexUnsure, wanted, ...places } = columns;
  const { firstPixel } = places;
  const scale = guessScale([...table.rows, ...more], { firstPixel, pixelCount }, flags, name);
  const { label, ...meaning } = labelMeaning(places.label, evidence);
  const again = (more: ReadingFlags) =>
    guessDialect(block, isWhole, known, { ...flags, ...more }, name, samples).alternatives;
  // Under each way to read the columns, labels and pixels may mean several things.
  const readings =
    alternatives.length > 0
      ? alternatives.flatMap((one) => productOf([one], again(one)))
      : productOf(scale.alternatives, meaning.alternatives);
  return {
    dialect: {
      ...{ ...shape, hasHeader, columnCount, pixelCount, black: scale.black, white: scale.white },
      ...{ ...places, inverted: flags.invert, label, encoding },
    },
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
      ...guessesOf({ invert: flags.invert }, 'given'),
      ...meaning.guesses,
      ...emptyGuess(columnCount, emptyAtEnd),
      ...(comments > 0
        ? [{ property: 'comment lines passed over', value: `${comments}`, by: 'seen' } as const]
        : []),
    ],
    alternatives: readings,
    dataStart: hasHeader ? rows[0].next : rows[0].start,
    linesBefore: hasHeader ? rows[0].linesBeforeNext : rows[0].linesBefore,
    wanted,
    isByValues,
    needsMore: !isWhole && (!hasRows || readings.length > 0 || isIndexUnsure),
  };
}

/** Without a row of data. */
const NOTHING_KNOWN: Columns = {
  ...{ firstPixel: 0, label: null, idColumn: null, transposed: null, guesses: [] },
  ...{ alternatives: [], isByValues: false, isIndexUnsure: false, wanted: new Map() },
};

/** Every one of some readings with every one of others. */
function productOf(some: readonly ReadingFlags[], others: readonly ReadingFlags[]): readonly ReadingFlags[] {
  if (some.length === 0) return others;
  return others.length === 0 ? some : some.flatMap((one) => others.map((other) => ({ ...one, ...other })));
}

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

function noCsv(name: string): DigitflowError {
  const message = `${name}: expected rows of CSV, found quotes in all of the first ones that are misplaced or never closed`;
  return new DigitflowError('CSV_COLUMNS', `${message}; take them out`);
}

function noRows(block: Uint8Array, isWhole: boolean, name: string): DigitflowError {
  const expected = `${name}: expected rows of images, found`;
  if (isWhole)
    return new DigitflowError('CSV_EMPTY', `${expected} no row; check that this is the right file`);
  const found = `no end of a row in the first ${block.length} bytes; is it a CSV of images, one a row?`;
  return new DigitflowError('CSV_ROW_TOO_LONG', `${expected} ${found}`);
}
