import type { CsvDialect } from './dialect.js';
import { findRowEnd, lineEndByte } from './row-end.js';
import { splitRow } from './split-row.js';

/** Rows that are looked at to guess by: enough to see every label, few enough to cost nothing. */
export const MOST_FIRST_ROWS = 100;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** A row of the first block. */
export interface FirstRow {
  /** Its fields, unquoted: strings of bytes (latin1). A row that is no CSV has none. */
  readonly fields: readonly string[];
  /** Where the next row begins, from the start of the block. */
  readonly next: number;
  /** How many lines ended before `next`. */
  readonly linesBefore: number;
}

/** How text is cut into fields. */
export type TextShape = Pick<CsvDialect, 'delimiter' | 'lineEnd'>;

/** Where the text begins: behind a byte order mark, where there is one. */
export function textStart(block: Uint8Array): number {
  return BYTE_ORDER_MARK.every((byte, i) => block[i] === byte) ? BYTE_ORDER_MARK.length : 0;
}

/** The first rows that are not blank. One that the end of the block cuts off counts only where `isWhole`. */
export function firstRows(
  block: Uint8Array,
  isWhole: boolean,
  shape: TextShape,
  mostRows = MOST_FIRST_ROWS,
): FirstRow[] {
  const rows: FirstRow[] = [];
  let lines = 0;
  const lineEnd = lineEndByte(shape);
  for (let at = textStart(block); at < block.length && rows.length < mostRows; ) {
    if (block[at] === lineEnd) {
      // Of blank lines there may be millions.
      at++;
      lines++;
      continue;
    }
    const { end, next, lines: ended, isOpen } = findRowEnd(block, at, block.length, shape);
    if (ended === 0 && !isWhole) break;
    if (isOpen && !isWhole) break;
    lines += ended;
    if (end > at) {
      const fields = splitRow(block.subarray(at, end), shape);
      rows.push({ fields: typeof fields === 'string' ? [] : fields, next, linesBefore: lines });
    }
    at = next;
  }
  return rows;
}

/** Whether a row has ended that is not blank: a line end within quotes ends none. */
export function hasRow(block: Uint8Array, shape: TextShape): boolean {
  return firstRows(block, false, shape, 1).length > 0;
}
