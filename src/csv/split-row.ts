import { parse } from 'csv-parse/sync';
import type { CsvDialect } from './dialect.js';

const QUOTE = 0x22;

/**
 * Splits the text of one row, without its line end, into its fields, unquoted: each a string of bytes (latin1), so that
 * whatever the encoding nothing is lost. Returns a sentence instead where the row is no CSV.
 */
export function splitRow(
  bytes: Uint8Array,
  dialect: Pick<CsvDialect, 'delimiter' | 'lineEnd'>,
): readonly string[] | string {
  // Without a quote there is nothing in a row but delimiters, and csv-parse takes a hundred times as long to find that out.
  if (bytes.length > 0 && !bytes.includes(QUOTE)) return latin1(bytes).split(dialect.delimiter);
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

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

function quoteFault(code: string | undefined): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'expected a closing quote, found the end of the row';
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'expected a delimiter behind the closing quote';
  if (code === 'INVALID_OPENING_QUOTE') return 'expected quotes around the whole field, found one within it';
  return `expected CSV (${code ?? 'unknown fault'})`;
}
