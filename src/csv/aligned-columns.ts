import { DigitflowError } from '../errors.js';

/**
 * Says so where most rows are aligned by spaces, several in a row: a space delimits fields, and so most of them have nothing
 * in them. One space at either end is none of that.
 *
 * @throws DigitflowError CSV_COLUMNS
 */
export function rejectAlignedColumns(
  rows: readonly (readonly string[])[],
  delimiter: string,
  name: string,
): void {
  if (delimiter !== ' ') return;
  const aligned = rows.filter((row) => row.slice(1, -1).includes(''));
  if (aligned.length * 2 <= rows.length) return;
  const message = `${name}: expected one space between two numbers, found several: write a single comma in their place`;
  throw new DigitflowError('CSV_COLUMNS', message);
}
