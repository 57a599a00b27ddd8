import { DigitflowError } from '../../../errors.js';
import { bareLabel } from '../../labels.js';
import { mostRowBytesOf, type TextShape } from '../dialect.js';
import { splitRow } from '../parse-row.js';
import { findLineEnd, findRowEnd, lineEndByte, textStart } from '../row-ends.js';
import { nameOfField, type TextEncoding } from '../text-encoding.js';
import { type ColumnEvidence, counted, isCounting, isText, type Rows } from './column-evidence.js';

/** How many rows are guessed from: enough to see every label, few enough to cost nothing. */
export const MOST_FIRST_ROWS = 100;

/** Lines that begin with `#` before the first row: where there are more of them, they are rows. */
const MOST_COMMENTS = MOST_FIRST_ROWS;
const NUMBER_SIGN = 0x23;

/** A row of the first block, unquoted; without fields where it is no CSV. */
interface FirstRow {
  readonly fields: Fields;
  /** Where it begins and where the next row does, from the start of the block; how many lines ended before each. */
  readonly start: number;
  readonly linesBefore: number;
  readonly next: number;
  readonly linesBeforeNext: number;
}

/** The first rows, and how many lines of comments stand before them. */
export interface FirstRows {
  readonly rows: readonly FirstRow[];
  readonly comments: number;
}

type Fields = readonly string[];

/** How much of the text is taken into account. */
export interface FirstRowsLimits {
  /** False where the block is not the whole text: a row without a line end does not count then. */
  readonly isWhole: boolean;
  readonly mostRows?: number;
  /** A quote that is open for so long was never closed: its row has no fields, and ends with its line. */
  readonly mostRowBytes?: number;
}

/** The first rows that are not blank, after lines of comments: those begin with `#`, and are not as wide as the rows. */
export function firstRows(block: Uint8Array, shape: TextShape, limits: FirstRowsLimits): FirstRows {
  const { isWhole, mostRows = MOST_FIRST_ROWS, mostRowBytes = mostRowBytesOf(0) } = limits;
  const marked: FirstRow[] = [];
  const rows: FirstRow[] = [];
  const lineEnd = lineEndByte(shape);
  let lines = 0;
  for (let at = textStart(block); at < block.length && rows.length < mostRows; ) {
    // There may be millions of blank lines.
    if (block[at] === lineEnd) {
      at++;
      lines++;
      continue;
    }
    let row = findRowEnd(block, at, block.length, shape);
    const isLast = row.next === row.end;
    if (!isWhole && (row.isOpen ? block.length - at < mostRowBytes : isLast)) break;
    // As what reads the rows does.
    const isFaulty = row.isOpen;
    if (isFaulty) row = findLineEnd(block, at, block.length, shape) ?? row;
    const { end, next } = row;
    const start = { start: at, linesBefore: lines };
    lines += row.lines;
    if (end > at) {
      const fields = isFaulty ? '' : splitRow(block.subarray(at, end), shape);
      const isMarked = rows.length === 0 && marked.length < MOST_COMMENTS && block[at] === NUMBER_SIGN;
      const texts = typeof fields === 'string' ? [] : fields;
      (isMarked ? marked : rows).push({ fields: texts, ...start, next, linesBeforeNext: lines });
    }
    at = next;
  }
  // Not known as yet what follows them.
  if (rows.length === 0 && !isWhole) return { rows, comments: 0 };
  const width = (rows[0] ?? marked.at(-1))?.fields.length ?? 0;
  const isComment = ({ fields }: FirstRow) => fields.length === 1 || Math.abs(fields.length - width) > 1;
  const comments = marked.findLastIndex(isComment) + 1;
  return { rows: [...marked.slice(comments), ...rows].slice(0, mostRows), comments };
}

/** Whether a row that is not blank has ended; a line end within quotes ends none. */
export function hasRow(block: Uint8Array, shape: TextShape): boolean {
  return firstRows(block, shape, { isWhole: false, mostRows: 1 }).rows.length > 0;
}

/** How many rows are looked at in a sample. */
const MOST_SAMPLED_ROWS = 50;

/** The rows of samples that begin and end anywhere. */
export function rowsWithin(samples: readonly Uint8Array[], shape: TextShape): Rows {
  return samples.flatMap((sample) => {
    const start = findLineEnd(sample, 0, sample.length, shape)?.next ?? sample.length;
    const limits = { isWhole: false, mostRows: MOST_SAMPLED_ROWS };
    return firstRows(sample.subarray(start), shape, limits).rows.map(({ fields }) => fields);
  });
}

/** The first rows as columns; `names` has none for columns that are empty at the end. */
export interface FirstTable extends Pick<ColumnEvidence, 'names' | 'rows' | 'columnCount'> {
  /** How many columns at the end have nothing in them, and no name: a delimiter ends each row. */
  readonly emptyAtEnd: number;
}

/** What is known of the rows beforehand. */
interface FirstTableOptions extends Pick<ColumnEvidence, 'name' | 'pixelCount' | 'classes' | 'flags'> {
  readonly hasHeader: boolean;
  /** Whether these rows are all there are, or as many as are guessed from. */
  readonly isEnough: boolean;
}

/**
 * Makes columns of the first rows. A header may have one field less than rows that begin with their own names (R's
 * `write.table`), and rows and header need not both end with a delimiter.
 *
 * @throws DigitflowError CSV_COLUMNS where the header is as wide as no row
 */
export function firstTable(fields: Rows, options: FirstTableOptions): FirstTable {
  const { hasHeader, isEnough, pixelCount } = options;
  const header = hasHeader ? decoded(fields[0], options.flags.encoding) : null;
  const body = hasHeader ? fields.slice(1) : fields;
  const isAsWide = header !== null && body.some(({ length }) => length === header.length);
  const columnCount = header && (isAsWide || body.length === 0) ? header.length : usualWidth(body);
  const rows = body.filter(({ length }) => length === columnCount);
  const names = header && namesOf(header, rows, columnCount, options);
  if (header !== null && names === null) {
    if (isEnough || header.length < pixelCount) {
      const found = `${counted(header.length, 'name')} and rows of ${counted(columnCount, 'column')}`;
      const message = `${options.name}: expected a header with a name for each column, found ${found}`;
      throw new DigitflowError('CSV_COLUMNS', `${message}: correct the first line, or take it out`);
    }
    // These rows may have lost a field; others may follow.
    return { names: header, rows: [], columnCount: header.length, emptyAtEnd: 0 };
  }
  const emptyAtEnd = countEmptyAtEnd({ names, rows, columnCount }, options);
  return { names: names?.slice(0, columnCount - emptyAtEnd) ?? null, rows, columnCount, emptyAtEnd };
}

/** How many fields most rows have; the first of equals. */
function usualWidth(rows: Rows): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
}

/** A name for each column; null where it is not certain which name belongs to which column. */
function namesOf(
  header: Fields,
  rows: Rows,
  columnCount: number,
  { classes, flags }: FirstTableOptions,
): Fields | null {
  if (header.length === columnCount) return header;
  if (header.slice(columnCount).some((name) => !isBlank(name))) return null;
  if (header.length > columnCount) return header.slice(0, columnCount);
  const isEndedOnly = rows.every((row) => row.slice(header.length).every(isBlank));
  if (isEndedOnly) return [...header, ...Array<string>(columnCount - header.length).fill('')];
  // A single row may be a field too long; the names of classes are labels.
  const isClass = ([first]: Fields) => classes.includes(bareLabel(nameOfField(first, flags.encoding)));
  const isNamed = rows.length > 1 && isText(rows, 0) && !rows.every(isClass);
  const hasRowNames = header.length === columnCount - 1 && (isNamed || isCounting(rows, 0));
  return hasRowNames ? ['', ...header] : null;
}

/** Pixels are not passed over, nor is a column that a flag gives. */
function countEmptyAtEnd(
  { names, rows, columnCount }: Omit<FirstTable, 'emptyAtEnd'>,
  { pixelCount, flags }: FirstTableOptions,
): number {
  if (rows.length === 0) return 0;
  const isEmpty = (column: number) =>
    isBlank(names?.[column] ?? '') && rows.every((row) => isBlank(row[column]));
  const least = Math.max(pixelCount, ...[flags.label, flags.id].map((flag) => Number(flag) || 0));
  let count = 0;
  while (columnCount - count > least && isEmpty(columnCount - count - 1)) count++;
  return count;
}

/** Names in their own letters; fields are strings of bytes. */
function decoded(names: Fields, encoding: TextEncoding | undefined): Fields {
  const isAscii = !/[\x80-\xff]/.test(names.join(''));
  return isAscii ? names : names.map((name) => nameOfField(name, encoding));
}

function isBlank(field: string): boolean {
  return field.trim() === '';
}
