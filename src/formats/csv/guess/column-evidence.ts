import { DigitflowError } from '../../../errors.js';
import { isDecimalComma, readNumber } from '../../read-number.js';
import type { Guess, ReadingFlags } from '../../reading.js';

/** What a network says of the images it takes: `height * width`, and the names of the classes in order. */
export interface KnownImages {
  readonly pixelCount: number;
  readonly classes: readonly string[];
  /** True where labels are passed over: then it does not matter what they mean. */
  readonly ignoresLabels?: boolean | undefined;
  /** What may be columns that are wanted beside images and labels: names, or numbers from 1. */
  readonly wanted?: readonly string[] | undefined;
}

/** The fields of rows: strings of bytes. */
export type Rows = readonly (readonly string[])[];

/** What columns are guessed from; errors call the input by `name`. */
export interface ColumnEvidence extends KnownImages {
  readonly name: string;
  /** The header's names, or null. */
  readonly names: readonly string[] | null;
  /** The first rows, all of the width `columnCount`. */
  readonly rows: Rows;
  /** Rows of that width from other places of the text, where the first ones do not tell. */
  readonly more: Rows;
  readonly columnCount: number;
  readonly flags: ReadingFlags;
}

/** Columns side by side. */
export interface ColumnRun {
  readonly first: number;
  readonly count: number;
}

/** A column, or a run of them, that is not pixels; and how that is known. */
export interface Claim extends ColumnRun {
  readonly by: Guess['by'];
  /** How to get another reading; for one that is `guessed`. */
  readonly flag?: string;
}

export function isWithin(column: number, run: ColumnRun | null): boolean {
  return run !== null && column >= run.first && column < run.first + run.count;
}

/** The columns that are in none of these runs. */
export function columnsBeside(columnCount: number, runs: readonly (ColumnRun | null)[]): number[] {
  const columns: number[] = [];
  for (let column = 0; column < columnCount; column++) {
    const run = runs.find((one) => isWithin(column, one));
    if (run) column = run.first + run.count - 1;
    else columns.push(column);
  }
  return columns;
}

/** Whether a column counts up by one from row to row, as an index does. */
export function isCounting(rows: Rows, column: number): boolean {
  if (rows.length < 3) return false;
  const numbers = rows.map((row) => readNumber(row[column]) ?? Number.NaN);
  return numbers.slice(1).every((number, i) => number === numbers[i] + 1);
}

/** Whether most fields of a column are no numbers. */
export function isText(rows: Rows, column: number): boolean {
  return rows.filter((row) => readNumber(row[column]) === undefined).length * 2 > rows.length;
}

/** `1 column`, `785 columns`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A column by its name, or by its number from 1. Throws USAGE where there is none. */
export function columnOf(evidence: ColumnEvidence, flag: string, wanted: string): number {
  const found = findColumn(evidence, wanted);
  if (found !== null) return found;
  throw noSuchColumn(evidence, `${flag} ${wanted}`, 'such column');
}

/** The same; null where there is none. */
export function findColumn(
  { names, columnCount }: Pick<ColumnEvidence, 'names' | 'columnCount'>,
  wanted: string,
): number | null {
  const named = names?.findIndex((name) => plainName(name) === plainName(wanted)) ?? -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  return number >= 1 && number <= columnCount ? number - 1 : null;
}

/** `flag` with its value, such as `--label 9`. */
export function noSuchColumn(evidence: ColumnEvidence, flag: string, what: string): DigitflowError {
  const { name, names, columnCount } = evidence;
  const there = names
    ? `${names.slice(0, 3).join(', ')}, … ${names[names.length - 1]}`
    : `1 to ${columnCount}`;
  return new DigitflowError('USAGE', `${name}: ${flag}: found no ${what}; there are ${there}`);
}

const LABEL = /^(?:labels?|class|y|target|digit|letter|character|truth)$/;
const ID = /^(?:|id|index|image_?id|unnamed: 0|x|row|row_?names?|file_?name|file|path|name|image|key)$/;
const PIXEL = /^(?:pixel|pix|px|p|x|v|col|column|feature|f|attr)?[ _.-]?(\d+)$/;
const ROW_AND_COLUMN = /^(?:r|row|pixel)?_?(\d+)(?:x|_|c|_c|,)(\d+)$/;

/** A name as names are compared: in small letters, without blanks, the `# ` of numpy.savetxt and ARFF's quotes around it. */
function plainName(name: string): string {
  return name
    .replace(/^\s*#/, '')
    .trim()
    .replace(/^'(.*)'$/, '$1')
    .toLowerCase();
}

export function isLabelName(name: string): boolean {
  return LABEL.test(plainName(name));
}

/** Whether R, pandas or Kaggle name a column of row names so; they may leave its name empty. */
export function isIdName(name: string): boolean {
  return ID.test(plainName(name));
}

/** Where a pixel lies, by its name. */
interface PixelPlace {
  /** NaN where pixels are numbered only: that is next to no other row. */
  readonly row: number;
  readonly column: number;
}

/** Reads `pixel12`, `12`, `3x4`, `r3c4`; null for a name that is not a pixel's. */
function pixelPlace(name: string): PixelPlace | null {
  const plain = plainName(name);
  const pair = ROW_AND_COLUMN.exec(plain);
  if (pair) return { row: Number(pair[1]), column: Number(pair[2]) };
  const single = PIXEL.exec(plain);
  return single && { row: Number.NaN, column: Number(single[1]) };
}

/** In what order names say that pixels stand: by rows, by columns, in none, or they do not say. */
export function pixelOrder(names: readonly string[]): 'rows' | 'columns' | 'mixed' | 'unnamed' {
  const pixels = names.map(pixelPlace);
  const known = pixels.filter((pixel) => pixel !== null);
  if (known.length < pixels.length) return known.length === 0 ? 'unnamed' : 'mixed';
  // A single row or column is in order either way, and is taken for rows.
  if (isByRows(known)) return 'rows';
  return isByRows(known.map(({ row, column }) => ({ row: column, column: row }))) ? 'columns' : 'mixed';
}

function isByRows(pixels: readonly PixelPlace[]): boolean {
  return pixels.slice(1).every(({ row, column }, i) => {
    const before = pixels[i];
    if (Object.is(row, before.row)) return column === before.column + 1;
    return row === before.row + 1 && column < before.column;
  });
}

/** A header of numbers that count up (pandas writes one) is told from data by its length. */
const LEAST_COUNTING = 16;

/** What may stand in place of a number, and is no name. */
const NO_NAME = /^\s*(?:[+-]?(?:nan|inf|infinity|0x[\da-f]+)|n\/?a|null|true|false|\d+(?:\.\d*)?%)\s*$/i;

/** How large a part of a row of numbers that pandas took for names repeats other ones. */
const LEAST_REPEATED = 0.5;

/** Whether names are those that pandas makes of a row of numbers, most of which repeat: `7,0,0.1,0.2` of `7,0,0,0`. */
export function isMangledRow(fields: readonly string[]): boolean {
  if (!fields.some((field) => field.includes('.'))) return false;
  const counts = new Map<string, number>();
  let repeated = 0;
  for (const field of fields) {
    const [, base = '', count] = /^(.+)\.(\d+)$/.exec(field) ?? [];
    if (counts.get(base) === Number(count)) {
      counts.set(base, Number(count) + 1);
      repeated++;
    } else if (counts.has(field)) {
      return false;
    } else {
      counts.set(field, 1);
    }
  }
  return repeated >= LEAST_COUNTING && repeated > LEAST_REPEATED * fields.length;
}

/** Whether the first row names the columns: names, mostly; or numbers that count up along the row. */
export function isHeader(fields: readonly string[], pixelCount: number): boolean {
  if (isMangledRow(fields)) return true;
  const numbers = fields.map(readNumber);
  const names = fields.filter(
    (field, i) => numbers[i] === undefined && !NO_NAME.test(field) && !isDecimalComma(field),
  );
  if (names.length * 2 > fields.length) return true;
  if (pixelCount < LEAST_COUNTING || fields.length < pixelCount) return false;
  const isNext = (number = Number.NaN, i: number) => number === (numbers[i] ?? Number.NaN) + 1;
  return numbers.slice(1).filter(isNext).length >= pixelCount - 1;
}
