import type { CsvDialect, TextShape } from './dialect.js';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Where the text begins: after a byte order mark, where there is one. */
export function textStart(block: Uint8Array): number {
  return BYTE_ORDER_MARK.every((byte, i) => block[i] === byte) ? BYTE_ORDER_MARK.length : 0;
}

/** Where a row ends: its text, before its line end, and where the next row begins (`end` where no line end was found). */
export interface RowEnd {
  readonly end: number;
  readonly next: number;
  /** How many lines ended, those within quotes too. */
  readonly lines: number;
  /** True where the text ends within quotes. */
  readonly isOpen: boolean;
}

/** The byte that ends a line. */
export function lineEndByte(dialect: Pick<CsvDialect, 'lineEnd'>): number {
  return dialect.lineEnd === 'cr' ? CARRIAGE_RETURN : LINE_FEED;
}

/** Finds the first line end from `start` on, within quotes or not: undefined where there is none before `end`. */
export function findLineEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  dialect: Pick<CsvDialect, 'lineEnd'>,
): RowEnd | undefined {
  const lineEnd = lineEndByte(dialect);
  const length = bytes.subarray(start, end).indexOf(lineEnd);
  if (length === -1) return undefined;
  const at = start + length;
  let textEnd = at;
  if (lineEnd === LINE_FEED) while (textEnd > start && bytes[textEnd - 1] === CARRIAGE_RETURN) textEnd--;
  return { end: textEnd, next: at + 1, lines: 1, isOpen: false };
}

/**
 * Finds the end of the row that begins at `start` in text up to `end`, as csv-parse does: a line end within quotes does
 * not end it. Quotes open a field only at its start; a row with a misplaced one is faulty, and ends at the next line end.
 */
export function findRowEnd(bytes: Uint8Array, start: number, end: number, dialect: TextShape): RowEnd {
  const lineEnd = lineEndByte(dialect);
  const delimiter = dialect.delimiter.charCodeAt(0);
  let line = findLineEnd(bytes, start, end, dialect);
  let quotedLines = 0;
  // From the start of one field that may be quoted to that of the next: at the speed of memory between them.
  for (let at = start; ; at++) {
    if (at >= end || bytes[at] !== QUOTE) {
      const unquoted = bytes.subarray(at, line?.next ?? end).indexOf(QUOTE);
      at += unquoted;
      if (unquoted === -1 || bytes[at - 1] !== delimiter) break;
    }
    do {
      for (at++; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === lineEnd) quotedLines++;
      if (at >= end) return { end, next: end, lines: quotedLines, isOpen: true };
      // A doubled quote stands for one within the field.
      at++;
    } while (at < end && bytes[at] === QUOTE);
    if (line !== undefined && line.next <= at) line = findLineEnd(bytes, at, end, dialect);
    if (at === end || bytes[at] !== delimiter) break;
  }
  if (line === undefined) return { end, next: end, lines: quotedLines, isOpen: false };
  return { ...line, lines: quotedLines + 1 };
}

/**
 * Finds the end of the row that begins at `start` where no text follows `end`: a quote that is not closed before then was
 * never to be, and its row ends with its line; the last row may lack its line end.
 */
export function findLastRowEnd(bytes: Uint8Array, start: number, end: number, dialect: TextShape): RowEnd {
  const line = findLineEnd(bytes, start, end, dialect);
  if (line === undefined) return { end, next: end, lines: 0, isOpen: false };
  const row = findRowEnd(bytes, start, end, dialect);
  return row.isOpen ? line : row;
}

/** Where the last whole row ends in text that begins with a row; 0 where there is none. Agrees with `findRowEnd`. */
export function endOfWholeRows(text: Buffer, dialect: TextShape): number {
  const lineEnd = lineEndByte(dialect);
  let end = 0;
  for (let quote = text.indexOf(QUOTE); quote !== -1; quote = text.indexOf(QUOTE, end)) {
    // Of the lines since `end`, only the last has the quote: its row begins there.
    const start = end + text.subarray(end, quote).lastIndexOf(lineEnd) + 1;
    const row = findRowEnd(text, start, text.length, dialect);
    if (row.next === row.end) return start;
    end = row.next;
  }
  return Math.max(end, text.lastIndexOf(lineEnd) + 1);
}
