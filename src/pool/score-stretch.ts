import { findLineEnd } from '../csv/row-end.js';
import { readFully } from './file-extent.js';
import type { AnswerToText, TextStretch } from './messages.js';
import type { TextCapacity } from './text-capacity.js';
import { type RowReader, readRows } from './text-rows.js';

/** What is read and scored at a time: few enough bytes to stay in a core's own cache between the two. */
const PIECE_BYTES = 256 * 1024;
/** How much is read at a time beyond the stretch, to complete its last row. */
const TAIL_BYTES = 8 * 1024;

/** A stretch of a file, and where its pieces go. */
export interface StretchTask {
  readonly stretch: TextStretch;
  readonly byteCount: number;
  /** Where the slot's text lies. */
  readonly text: number;
  readonly capacity: Pick<TextCapacity, 'textBytes'>;
  /** How much to read at a time; given by tests only. */
  readonly pieceBytes?: number;
}

/** Scores the rows that begin in a stretch of a file, piece by piece; a row that a piece cuts off waits for the next. */
export function scoreStretch(reader: RowReader, task: StretchTask): AnswerToText {
  const { bytes, dialect, writer } = reader;
  const { stretch, text, capacity, pieceBytes = PIECE_BYTES } = task;
  const stretchEnd = Math.min(stretch.position + task.byteCount, stretch.fileBytes);
  // The byte before tells whether a row begins at the start of the stretch.
  let isAtRow = stretch.isAtRow || stretch.position === 0;
  /** Where in the file the byte at `text` lies, how much of the file is there, and where the next row begins in it. */
  let base = isAtRow ? stretch.position : stretch.position - 1;
  let end = text;
  let at = text;
  for (;;) {
    // What the last piece cut off goes to the front, so that every piece lies in the same few cache lines.
    bytes.copyWithin(text, at, end);
    base += at - text;
    end -= at - text;
    at = text;
    const position = base + (end - text);
    const wanted = position < stretchEnd ? Math.min(pieceBytes, stretchEnd - position) : TAIL_BYTES;
    const room = text + capacity.textBytes - end;
    const count = Math.min(wanted, stretch.fileBytes - position, room);
    if (count === 0 && room === 0) return writer.finish({ rowTooLongAt: base });
    const readError = count > 0 ? readFully(stretch.fd, bytes.subarray(end, end + count), position) : null;
    if (readError !== null) return { readError };
    end += count;
    const isAtEnd = position + count >= stretch.fileBytes;
    if (!isAtRow) {
      const line = findLineEnd(bytes, at, end, dialect);
      const passed = line?.next ?? end;
      isAtRow = line !== undefined;
      at = passed;
      if (base + (at - text) >= stretchEnd) return writer.finish({});
      if (!isAtRow) {
        if (isAtEnd) return writer.finish({});
        continue;
      }
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
    if (reason === 'full') return writer.finish({ isOverfull: true });
    if (reason === 'quoted') return writer.finish({ quotedLineEndAt: where });
    if (where >= stretchEnd) return writer.finish({});
    if (isAtEnd) return writer.finish(reason === 'more' ? { leftAt: where } : {});
  }
}
