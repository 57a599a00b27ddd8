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

/**
 * Where the last whole row ends in text that begins with a row; 0 where there is none. Agrees with `findRowEnd`, and looks
 * at single bytes only where there are quotes: the rest is memchr's.
 */
export function endOfWholeRows(text: Buffer, dialect: Pick<CsvDialect, 'delimiter' | 'lineEnd'>): number {
  const lineEnd = lineEndByte(dialect);
  let quote = text.indexOf(QUOTE);
  if (quote === -1) return text.lastIndexOf(lineEnd) + 1;
  let end = 0;
  while (quote !== -1) {
    // No quote in all the lines before this one: the row that has it begins behind their last line end.
    const start = Math.max(end, text.subarray(end, quote).lastIndexOf(lineEnd) + 1 + end);
    const next = endOfQuotedRow(text, start, quote, dialect, lineEnd);
    if (next === -1) return start;
    end = next;
    quote = text.indexOf(QUOTE, end);
  }
  return Math.max(end, text.lastIndexOf(lineEnd) + 1);
}

/** Where the row at `start` ends, whose first quote is known; -1 where the text ends first. */
function endOfQuotedRow(
  text: Buffer,
  start: number,
  firstQuote: number,
  dialect: Pick<CsvDialect, 'delimiter'>,
  lineEnd: number,
): number {
  const delimiter = dialect.delimiter.charCodeAt(0);
  const lineEndFrom = (from: number): number => {
    const at = text.indexOf(lineEnd, from);
    return at === -1 ? -1 : at + 1;
  };
  let quote = firstQuote;
  let from = start;
  for (;;) {
    const line = text.indexOf(lineEnd, from);
    if (line === -1 && quote === -1) return -1;
    if (quote === -1 || (line !== -1 && line < quote)) return line + 1;
    // A quote that opens no field spoils the row, which ends with its line.
    if (quote !== start && text[quote - 1] !== delimiter) return lineEndFrom(quote);
    const close = closingQuote(text, quote + 1);
    if (close === -1 || close + 1 === text.length) return -1;
    if (!endsField(text, close + 1, text.length, delimiter, lineEnd)) return lineEndFrom(close + 1);
    from = close + 1;
    quote = text.indexOf(QUOTE, from);
  }
}

/** The next quote that is not doubled; -1 where there is none. */
function closingQuote(text: Buffer, from: number): number {
  let at = text.indexOf(QUOTE, from);
  while (at !== -1 && text[at + 1] === QUOTE) at = text.indexOf(QUOTE, at + 2);
  return at;
}
