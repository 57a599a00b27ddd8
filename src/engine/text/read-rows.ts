import { parseRow } from '../../formats/csv/parse-row.js';
import { findLastRowEnd, findLineEnd, findRowEnd, type RowEnd } from '../../formats/csv/row-ends.js';
import type { Answer, Scored } from '../messages.js';
import type { TextStretch } from '../records.js';
import { readFully } from '../shared-bytes.js';
import { PIECE_BYTES } from '../sizes.js';
import type { RowWriter, TextTarget, TextWindow } from './row-writer.js';

/** Where reading stopped, and why. */
interface RowsRead {
  readonly at: number;
  /**
   * `limit`: all is done; `more`: the row at `at` goes on after the text; `quoted`: it has a line end within quotes;
   * `full`: there is no room for its reject or its id.
   */
  readonly reason: 'limit' | 'more' | 'quoted' | 'full';
}

/**
 * Reads rows from a window of text: the kernel reads plain ones, `parseRow` all others.
 *
 * A quoted field may span lines where `spansLines` says so, else reading stops there. Where a quote is not closed in the
 * window, the first line of its row is rejected and reading goes on after it.
 */
function readRows(writer: RowWriter, window: TextWindow, spansLines: boolean): RowsRead {
  const { bytes, dialect, layout, fast } = writer.target;
  let { at } = window;
  while (at < window.limit && at < window.end) {
    const next = fast(writer, window, at);
    if (next !== at) {
      at = next;
      continue;
    }
    const row = rowAt(writer.target, window, spansLines, at);
    if (typeof row === 'string') return { at, reason: row };
    if (row.end > at) {
      const parsed = parseRow(bytes.subarray(at, row.end), dialect, layout.classCount);
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
  { bytes, dialect }: TextTarget,
  { end, isLast }: TextWindow,
  spansLines: boolean,
  at: number,
): RowEnd | 'more' | 'quoted' {
  if (spansLines) return findLastRowEnd(bytes, at, end, dialect);
  const line = findLineEnd(bytes, at, end, dialect);
  if (line === undefined) return isLast ? { end, next: end, lines: 0, isOpen: false } : 'more';
  return findRowEnd(bytes, at, line.next, dialect).isOpen ? 'quoted' : line;
}

/** Scores the rows of the text that lies in the slot: all that a quoted field can span. */
export function scoreSlot(writer: RowWriter, byteCount: number): Scored {
  const at = writer.target.text.text;
  const end = at + byteCount;
  const { at: stopped, reason } = readRows(writer, { at, limit: end, end, isLast: true, origin: at }, true);
  return writer.finish(reason === 'full' ? { overfullAt: stopped - at } : {});
}

/** How much is read at a time after the stretch, to complete its last row. */
const TAIL_BYTES = 8 * 1024;

/** Scores the rows that begin in a stretch of a file, piece by piece. A row that a piece cuts off waits for the next. */
export function scoreStretch(writer: RowWriter, stretch: TextStretch, byteCount: number): Answer {
  const { bytes, dialect, capacity } = writer.target;
  const { text } = writer.target.text;
  const stretchEnd = Math.min(stretch.position + byteCount, stretch.fileBytes);
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
    const limit = Math.min(end, text + (stretchEnd - base));
    const isLast = isAtEnd && stretch.takesLast;
    const window = { at, limit, end, isLast, origin: text + (stretch.position - base) };
    const { at: stopped, reason } = readRows(writer, window, false);
    at = stopped;
    const where = base + (at - text);
    if (reason === 'full') return writer.finish({ overfullAt: where });
    if (reason === 'quoted') return writer.finish({ quotedLineEndAt: where });
    if (where >= stretchEnd) return writer.finish({});
    if (isAtEnd) return writer.finish(reason === 'more' ? { leftAt: where } : {});
  }
}
