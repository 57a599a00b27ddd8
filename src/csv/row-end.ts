import type { CsvDialect } from './dialect.js';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Where a row ends. */
export interface RowEnd {
  /** Where its text ends: its line end is not part of it. */
  readonly end: number;
  /** Where the next row begins. */
  readonly next: number;
  /** How many lines ended, those within quotes too; the text may end first. */
  readonly lines: number;
  /** True where the text ends within quotes: then `end` and `next` are the end of the text. */
  readonly isOpen: boolean;
}

/** The byte that ends a line. */
export function lineEndByte(dialect: Pick<CsvDialect, 'lineEnd'>): number {
  return dialect.lineEnd === 'cr' ? CARRIAGE_RETURN : LINE_FEED;
}

/**
 * Finds the end of the row that begins at `start` in text up to `end`, as csv-parse does: a line end within quotes does
 * not end it. Quotes open a field only at its start; a row with a misplaced one is faulty, and ends at the next line end.
 */
export function findRowEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  dialect: Pick<CsvDialect, 'delimiter' | 'lineEnd'>,
): RowEnd {
  // Without a quote before it, the first line end is the row's: found at the speed of memory.
  const line = findLineEnd(bytes, start, end, dialect);
  if (!bytes.subarray(start, line?.next ?? end).includes(QUOTE)) {
    return line ?? { end, next: end, lines: 0, isOpen: false };
  }
  const lineEnd = lineEndByte(dialect);
  const delimiter = dialect.delimiter.charCodeAt(0);
  let lines = 0;
  let isQuoted = false;
  let isFieldStart = true;
  let isBroken = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === lineEnd) {
      lines++;
      if (!isQuoted) return { end: textEnd(bytes, start, at, lineEnd), next: at + 1, lines, isOpen: false };
    }
    if (isQuoted) {
      if (byte !== QUOTE) continue;
      if (at + 1 < end && bytes[at + 1] === QUOTE) {
        at++;
        continue;
      }
      isQuoted = false;
      isBroken = !endsField(bytes, at + 1, end, delimiter, lineEnd);
    } else if (byte === QUOTE && !isBroken) {
      isQuoted = isFieldStart;
      isBroken = !isFieldStart;
    }
    isFieldStart = byte === delimiter;
  }
  return { end, next: end, lines, isOpen: isQuoted };
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
  return { end: textEnd(bytes, start, at, lineEnd), next: at + 1, lines: 1, isOpen: false };
}

function textEnd(bytes: Uint8Array, start: number, at: number, lineEnd: number): number {
  return lineEnd === LINE_FEED && at > start && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
}

/** What csv-parse allows behind a closing quote. */
function endsField(bytes: Uint8Array, at: number, end: number, delimiter: number, lineEnd: number): boolean {
  if (at === end || bytes[at] === delimiter || bytes[at] === lineEnd) return true;
  return (
    lineEnd === LINE_FEED && bytes[at] === CARRIAGE_RETURN && at + 1 < end && bytes[at + 1] === LINE_FEED
  );
}
