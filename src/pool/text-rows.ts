import type { CsvDialect } from '../csv/dialect.js';
import { parseRow } from '../csv/parse-row.js';
import { findLineEnd, findRowEnd, type RowEnd } from '../csv/row-end.js';
import { isFault } from '../csv/row-fault.js';
import type { FastRows } from './fast-rows.js';
import type { RowWriter } from './row-writer.js';

/** Text in memory: absolute byte offsets. */
export interface TextWindow {
  /** Where the next row begins. */
  readonly at: number;
  /** Rows that begin from here on belong to the next batch. */
  readonly limit: number;
  /** How far the text reaches. */
  readonly end: number;
  /** True when no more text follows: then the last row may lack its line end. */
  readonly isLast: boolean;
  /** What to take from an offset to have it counted from the start of the batch's text. */
  readonly origin: number;
}

/** Where and why reading rows stopped. */
export interface RowsRead {
  readonly at: number;
  /**
   * `limit`: all is done; `more`: the row at `at` goes on beyond the text; `quoted`: a line ends within quotes in the row
   * at `at`; `full`: there is no room for a reject or an id.
   */
  readonly reason: 'limit' | 'more' | 'quoted' | 'full';
}

/** How rows are read. */
export interface RowReader {
  readonly bytes: Uint8Array;
  readonly dialect: CsvDialect;
  readonly classCount: number;
  readonly writer: RowWriter;
  readonly fast: FastRows;
  /** Whether a quoted field may go over several lines; else reading stops there. */
  readonly spansLines: boolean;
}

/**
 * Reads rows from a window of text, the plain ones by the kernel, all others by `parseRow`.
 *
 * Where a quote is never closed in the window, its row's first line is rejected and reading goes on behind it: the text of
 * a batch is the most that a quoted field can span.
 */
export function readRows(reader: RowReader, window: TextWindow): RowsRead {
  const { bytes, dialect, classCount, writer, fast } = reader;
  let { at } = window;
  while (at < window.limit && at < window.end) {
    const next = fast(writer, window, at);
    if (next !== at) {
      at = next;
      continue;
    }
    const row = rowAt(reader, window, at);
    if (typeof row === 'string') return { at, reason: row };
    if (row.end > at) {
      const parsed = parseRow(bytes.subarray(at, row.end), dialect, classCount);
      const start = at - window.origin;
      const hasRoom = isFault(parsed) ? writer.reject(start, row.end - at) : writer.take(parsed, start);
      if (!hasRoom) return { at, reason: 'full' };
    }
    writer.lines += row.lines;
    at = row.next;
  }
  return { at, reason: 'limit' };
}

function rowAt(
  { bytes, dialect, spansLines }: RowReader,
  { end, isLast }: TextWindow,
  at: number,
): RowEnd | 'more' | 'quoted' {
  const line = findLineEnd(bytes, at, end, dialect);
  if (line === undefined) return isLast ? { end, next: end, lines: 0, isOpen: false } : 'more';
  const isQuoted = bytes.subarray(at, line.end).includes(0x22);
  if (!isQuoted) return line;
  if (!spansLines) return findRowEnd(bytes, at, line.next, dialect).isOpen ? 'quoted' : line;
  const row = findRowEnd(bytes, at, end, dialect);
  return row.isOpen ? line : row;
}
