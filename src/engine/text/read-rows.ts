import type { CsvDialect } from '../../formats/csv/dialect.js';
import { parseRow } from '../../formats/csv/parse-row.js';
import { findLineEnd, findRowEnd, type RowEnd } from '../../formats/csv/row-ends.js';
import type { Answer } from '../messages.js';
import type { TextStretch } from '../records.js';
import { readFully } from '../shared-bytes.js';
import type { TextCapacity } from '../sizes.js';
import type { FastRows } from './number-rows.js';
import type { RowWriter, TextWindow } from './row-writer.js';

/** Where reading stopped, and why. */
export interface RowsRead {
  readonly at: number;
  /**
   * `limit`: all is done; `more`: the row at `at` goes on after the text; `quoted`: it has a line end within quotes;
   * `full`: there is no room for its reject or its id.
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
  /** Whether a quoted field may span lines; else reading stops there. */
  readonly spansLines: boolean;
}

/**
 * Reads rows from a window of text: the kernel reads plain ones, `parseRow` all others.
 *
 * Where a quote is not closed in the window, the first line of its row is rejected and reading goes on after it: the text
 * of a batch is the most that a quoted field can span.
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
      const isFault = typeof parsed === 'string';
      const hasRoom = isFault ? writer.reject(start, row.end - at) : writer.take(parsed, start);
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
  if (!spansLines) return findRowEnd(bytes, at, line.next, dialect).isOpen ? 'quoted' : line;
  const row = findRowEnd(bytes, at, end, dialect);
  return row.isOpen ? line : row;
}

/** How much is read and scored at a time: it stays in a core's own cache between the two. */
const PIECE_BYTES = 256 * 1024;
/** How much is read at a time after the stretch, to complete its last row. */
const TAIL_BYTES = 8 * 1024;

/** A stretch of a file, and where its pieces go. */
export interface StretchTask {
  readonly stretch: TextStretch;
  readonly byteCount: number;
  /** Where the slot's text lies. */
  readonly text: number;
  readonly capacity: Pick<TextCapacity, 'textBytes'>;
}

/** Scores the rows that begin in a stretch of a file, piece by piece. A row that a piece cuts off waits for the next. */
export function scoreStretch(reader: RowReader, task: StretchTask): Answer {
  const { bytes, dialect, writer } = reader;
  const { stretch, text, capacity } = task;
  const stretchEnd = Math.min(stretch.position + task.byteCount, stretch.fileBytes);
  let isAtRow = stretch.isAtRow || stretch.position === 0;
  // Where in the file the byte at `text` lies. If the byte before the stretch ends a line, its first row begins there.
  let base = isAtRow ? stretch.position : stretch.position - 1;
  // The text in memory ends at `end`, and its next row begins at `at`.
  let end = text;
  let at = text;
  for (;;) {
    // The row that the last piece cut off goes to the front: every piece lies in the same few cache lines.
    bytes.copyWithin(text, at, end);
    base += at - text;
    end -= at - text;
    at = text;
    const position = base + (end - text);
    const wanted = position < stretchEnd ? Math.min(PIECE_BYTES, stretchEnd - position) : TAIL_BYTES;
    const room = text + capacity.textBytes - end;
    const count = Math.min(wanted, stretch.fileBytes - position, room);
    if (count === 0 && room === 0) return writer.finish({ rowTooLongAt: base });
    const readError = count > 0 ? readFully(stretch.fd, bytes.subarray(end, end + count), position) : null;
    if (readError !== null) return { readError };
    end += count;
    const isAtEnd = position + count >= stretch.fileBytes;
    if (!isAtRow) {
      const line = findLineEnd(bytes, at, end, dialect);
      isAtRow = line !== undefined;
      at = line?.next ?? end;
      if (base + (at - text) >= stretchEnd || (!isAtRow && isAtEnd)) return writer.finish({});
      if (!isAtRow) continue;
    }
    const { at: stopped, reason } = readRows(reader, {
      at,
      limit: Math.min(end, text + (stretchEnd - base)),
      end,
      isLast: isAtEnd && stretch.takesLast,
      origin: text + (stretch.position - base),
    });
    at = stopped;
    const where = base + (at - text);
    if (reason === 'full') return writer.finish({ overfullAt: where });
    if (reason === 'quoted') return writer.finish({ quotedLineEndAt: where });
    if (where >= stretchEnd) return writer.finish({});
    if (isAtEnd) return writer.finish(reason === 'more' ? { leftAt: where } : {});
  }
}
