import type { ColumnEvidence } from './column-evidence.js';
import { plainName } from './column-names.js';
import { readNumber } from './read-number.js';
import { noSuchColumn } from './say-columns.js';

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
