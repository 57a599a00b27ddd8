import { DigitflowError } from '../errors.js';

const DECIMAL_COMMA = /^[ \t]*[+-]?\d*,\d+(?:[eE][+-]?\d+)?[ \t]*$/;

/** Whether a field is a number whose fraction stands behind a comma. */
export function isDecimalComma(field: string): boolean {
  return field.includes(',') && DECIMAL_COMMA.test(field);
}

/**
 * Says so where most rows have decimal commas, more than one: a single one may be in an id. A row of another kind is that
 * row's own fault.
 *
 * @throws DigitflowError CSV_COLUMNS
 */
export function rejectDecimalCommas(
  rows: readonly (readonly string[])[],
  delimiter: string,
  name: string,
): void {
  const found = rows.map((row) => row.filter(isDecimalComma)).filter(({ length }) => length > 1);
  if (found.length * 2 <= rows.length) return;
  const advice = delimiter === ',' ? '' : ', as tr , . does';
  const message = `${name}: expected numbers with a decimal point, found decimal commas, such as ${found[0][0].trim()}`;
  throw new DigitflowError('CSV_COLUMNS', `${message}: write points in their place${advice}`);
}
