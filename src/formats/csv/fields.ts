import { parse } from 'csv-parse/sync';
import type { CsvDialect } from './dialect.js';

const QUOTE = 0x22;

/**
 * Splits the text of one row, without its line end, into its fields, unquoted. Each is a string of bytes (latin1): nothing is
 * lost, whatever the encoding. Returns the fault in words where the row is no CSV.
 */
export function splitRow(
  bytes: Uint8Array,
  dialect: Pick<CsvDialect, 'delimiter' | 'lineEnd'>,
): readonly string[] | string {
  // Without a quote only delimiters matter, and csv-parse would take a hundred times as long.
  if (bytes.length > 0 && !bytes.includes(QUOTE)) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString('latin1')
      .split(dialect.delimiter);
  }
  try {
    // A copy: csv-parse may keep it.
    const rows: string[][] = parse(Buffer.from(bytes), {
      delimiter: dialect.delimiter,
      encoding: 'latin1',
      record_delimiter: dialect.lineEnd === 'cr' ? ['\r'] : ['\r\n', '\n'],
      relax_column_count: true,
    });
    return rows.length === 1 ? rows[0] : `expected one row, found ${rows.length}`;
  } catch (error) {
    return quoteFault((error as { code?: string }).code);
  }
}

function quoteFault(code: string | undefined): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'expected a closing quote, found the end of the row';
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'expected a delimiter after the closing quote';
  if (code === 'INVALID_OPENING_QUOTE') return 'expected quotes around the whole field, found one within it';
  return `expected CSV (${code ?? 'unknown fault'})`;
}

const ZERO = 0x30;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a decimal number, blanks around it allowed; undefined for anything else (an empty field, `NaN`, `0x1f`). */
export function readNumber(field: string): number | undefined {
  return readDigits(field) ?? readDecimal(field);
}

/** Up to three digits and nothing else, as most fields are: a pattern would take longer. */
function readDigits(field: string): number | undefined {
  if (field.length === 0 || field.length > 3) return undefined;
  let value = 0;
  for (let i = 0; i < field.length; i++) {
    const digit = field.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function readDecimal(field: string): number | undefined {
  const text = field.replace(/^[ \t]+|[ \t]+$/g, '');
  return NUMBER.test(text) ? Number(text) : undefined;
}

const DECIMAL_COMMA = /^[ \t]*[+-]?\d*,\d+(?:[eE][+-]?\d+)?[ \t]*$/;

/** Whether a field is a number with a comma before its fraction. */
export function isDecimalComma(field: string): boolean {
  return field.includes(',') && DECIMAL_COMMA.test(field);
}

/** Why a row was not scored: `column 12: expected 0 to 255, found 256`. Columns are counted from 1. */
export interface RowFault {
  readonly fault: string;
}

export function isFault(result: unknown): result is RowFault {
  return typeof result === 'object' && result !== null && 'fault' in result;
}

/** The most of a field that a fault shows. */
const MOST_SHOWN = 40;

/** A field (a string of bytes) as a fault shows it: short, on one line, and quoted unless it is a plain word or number. */
export function quoted(field: string): string {
  if (/^[-+.\w]{1,24}$/.test(field)) return field;
  const text = Buffer.from(field, 'latin1').toString();
  return JSON.stringify(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
}
