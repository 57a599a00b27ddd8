import type { CsvDialect } from './dialect.js';
import { lineEndByte } from './row-end.js';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

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
    if (!endsField(text, close + 1, delimiter, lineEnd)) return lineEndFrom(close + 1);
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

/** What may follow a closing quote. */
function endsField(text: Buffer, at: number, delimiter: number, lineEnd: number): boolean {
  const byte = text[at];
  if (byte === delimiter || byte === lineEnd) return true;
  return lineEnd === LINE_FEED && byte === CARRIAGE_RETURN && text[at + 1] === LINE_FEED;
}
