import { DigitflowError } from '../../../errors.js';
import { isDecimalComma } from '../../read-number.js';
import type { TextShape } from '../dialect.js';
import type { Rows } from './column-evidence.js';
import { firstRows } from './first-table.js';

/** Delimiters, the stronger ones first; a weaker one may stand within a field, as in `0,5;0,25` and `12, 255`. */
const DELIMITERS = ['\t', ';', '|', ',', ' '];

const CARRIAGE_RETURN = 0x0d;

/** How much text is enough to tell. */
const ENOUGH_BYTES = 2 ** 18;

/** Finds what ends a line, and which delimiter parts the first rows into the most fields with something in them. */
export function guessShape(block: Uint8Array, isWhole: boolean, given: string | undefined): TextShape {
  const lineEnd = guessLineEnd(block);
  if (given !== undefined) return { delimiter: given, lineEnd };
  const start = block.subarray(0, ENOUGH_BYTES);
  const isStartWhole = isWhole || block.length > start.length;
  const there = DELIMITERS.filter((delimiter) => start.includes(delimiter.charCodeAt(0)));
  const candidates = there
    .map((delimiter) => {
      // Two rows: a header may have fewer fields, or none to part.
      const limits = { isWhole: isStartWhole, mostRows: 2 };
      return { delimiter, rows: firstRows(start, { delimiter, lineEnd }, limits).rows.map(fieldsOf) };
    })
    .filter(({ rows }) => rows.some((fields) => fields.length > 1));
  if (candidates.length <= 1) return { delimiter: candidates[0]?.delimiter ?? ',', lineEnd };
  const counts = candidates.map(({ delimiter, rows }) => {
    const stronger = DELIMITERS.slice(0, DELIMITERS.indexOf(delimiter));
    return Math.max(...rows.map((fields) => countFilled(fields, stronger)));
  });
  const most = Math.max(...counts);
  return { delimiter: most <= 1 ? ',' : candidates[counts.indexOf(most)].delimiter, lineEnd };
}

const fieldsOf = ({ fields }: { readonly fields: readonly string[] }) => fields;

/** Counts the fields with something in them, but without a delimiter that is stronger than theirs. */
function countFilled(fields: readonly string[], stronger: readonly string[]): number {
  const isFilled = (field: string) => field.trim() !== '' && !stronger.some((other) => field.includes(other));
  return fields.filter(isFilled).length;
}

/** Carriage returns end lines where more of them stand alone than there are line feeds: one may have been added last. */
function guessLineEnd(block: Uint8Array): TextShape['lineEnd'] {
  if (!block.includes(CARRIAGE_RETURN)) return 'lf';
  const text = Buffer.from(block.subarray(0, ENOUGH_BYTES)).toString('latin1');
  // What stands in quotes ends no line.
  const lines = text.replace(/"[^"]*"/g, '');
  const count = (lineEnd: RegExp) => lines.match(lineEnd)?.length ?? 0;
  return count(/\r(?!\r*\n)/g) > count(/\n/g) ? 'cr' : 'lf';
}

/**
 * @throws DigitflowError CSV_COLUMNS where most rows have several decimal commas: a single one may be in an id, and a
 *   single row is at fault itself.
 */
export function rejectDecimalCommas(rows: Rows, delimiter: string, name: string): void {
  const found = rows.map((row) => row.filter(isDecimalComma)).filter(({ length }) => length > 1);
  if (found.length * 2 <= rows.length) return;
  const advice = delimiter === ',' ? '' : ', as tr , . does';
  const message = `${name}: expected numbers with a decimal point, found decimal commas, such as ${found[0][0].trim()}`;
  throw new DigitflowError('CSV_COLUMNS', `${message}: write points in their place${advice}`);
}

const IN_SINGLE_QUOTES = /^[ \t]*'.*'[ \t]*$/;

/** @throws DigitflowError CSV_COLUMNS where single quotes are around most fields of most rows: a header, or a label, may have them. */
export function rejectSingleQuotes(rows: Rows, name: string): void {
  const found = rows.map((row) => row.filter((field) => IN_SINGLE_QUOTES.test(field)));
  const quoted = found.filter(({ length }, at) => length * 2 > rows[at].length);
  if (rows.length < 2 || quoted.length * 2 <= rows.length) return;
  const message = `${name}: expected numbers, found single quotes around them, such as ${quoted.at(-1)?.[0].trim()}`;
  throw new DigitflowError('CSV_COLUMNS', `${message}: take them out, as tr -d \\' does`);
}
