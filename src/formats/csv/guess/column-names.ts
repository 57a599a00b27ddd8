import { readNumber } from '../fields.js';
import { noSuchColumn } from './describe-columns.js';
import type { ColumnEvidence } from './guess-label.js';

const LABEL = /^(?:labels?|class|y|target|digit|letter|character|truth)$/;
const ID = /^(?:|id|index|image_?id|unnamed: 0|x|row|row_?names?|file_?name|file|path|name|image|key)$/;
const PIXEL = /^(?:pixel|pix|px|p|x|v|col|column|feature|f|attr)?[ _.-]?(\d+)$/;
const ROW_AND_COLUMN = /^(?:r|row|pixel)?_?(\d+)(?:x|_|c|_c|,)(\d+)$/;

/** Where a pixel's name says that it lies: an index, or row and column. */
export type PixelName = { readonly index: number } | { readonly row: number; readonly column: number };

/** As names are compared: without blanks around them and in small letters, nor the `# ` of numpy.savetxt. */
export function plainName(name: string): string {
  return name.replace(/^\s*#/, '').trim().toLowerCase();
}

export function isLabelName(name: string): boolean {
  return LABEL.test(plainName(name));
}

/** R, pandas and Kaggle name a column of row names so, or not at all. */
export function isIdName(name: string): boolean {
  return ID.test(plainName(name));
}

/** Reads `pixel12`, `12`, `3x4`, `r3c4`; null for a name that is not a pixel's. */
export function pixelName(name: string): PixelName | null {
  const plain = plainName(name);
  const pair = ROW_AND_COLUMN.exec(plain);
  if (pair) return { row: Number(pair[1]), column: Number(pair[2]) };
  const single = PIXEL.exec(plain);
  return single && { index: Number(single[1]) };
}

/** In what order names say that pixels stand: by rows, by columns, in none, or they do not say. */
export function pixelOrder(names: readonly string[]): 'rows' | 'columns' | 'mixed' | 'unnamed' {
  const pixels = names.map(pixelName);
  const known = pixels.filter((pixel) => pixel !== null);
  if (known.length < pixels.length) return known.length === 0 ? 'unnamed' : 'mixed';
  const steps = known.slice(1).map((pixel, i) => stepBetween(known[i], pixel));
  if (steps.every((step) => step === 'next' || step === 'along')) return 'rows';
  // One row or one column is in order either way: then it counted as along.
  return steps.every((step) => step === 'down') ? 'columns' : 'mixed';
}

function stepBetween(a: PixelName, b: PixelName): 'next' | 'along' | 'down' | 'none' {
  if ('index' in a || 'index' in b) {
    return 'index' in a && 'index' in b && b.index === a.index + 1 ? 'next' : 'none';
  }
  if (b.row === a.row && b.column === a.column + 1) return 'along';
  if (b.row === a.row + 1 && b.column < a.column) return 'along';
  if (b.column === a.column && b.row === a.row + 1) return 'down';
  if (b.column === a.column + 1 && b.row < a.row) return 'down';
  return 'none';
}

/**
 * A column by its name, or by its number from 1.
 *
 * @throws DigitflowError USAGE where there is none
 */
export function columnOf(evidence: ColumnEvidence, flag: string, wanted: string): number {
  const { names, columnCount } = evidence;
  const named = names?.findIndex((name) => plainName(name) === plainName(wanted)) ?? -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= columnCount) return number - 1;
  throw noSuchColumn(evidence, `${flag} ${wanted}`, 'such column');
}

/** Whether a column counts up by one from row to row. */
export function isCounting(rows: readonly (readonly string[])[], column: number): boolean {
  if (rows.length < 3) return false;
  const numbers = rows.map((row) => readNumber(row[column]) ?? Number.NaN);
  return numbers.slice(1).every((number, i) => number === numbers[i] + 1);
}
