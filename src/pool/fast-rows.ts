import type { CsvDialect } from '../csv/dialect.js';
import type { Kernel } from './kernel.js';
import type { RowWriter } from './row-writer.js';
import type { TextWindow } from './text-rows.js';

/**
 * Takes as many rows from `at` on as it can, and says where the next one begins: `at` itself where that row is not for it.
 */
export type FastRows = (writer: RowWriter, window: TextWindow, at: number) => number;

/** Takes none: for tests, which compare. */
export const noFastRows = (): FastRows => (_writer, _window, at) => at;

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Longer labels are left to others: these are exact. */
const MOST_LABEL_DIGITS = 9;

/**
 * Takes rows of plain whole numbers: nothing quoted, no sign, no point, white at 255. All others are left to csv-parse, which
 * would say the same of these.
 */
export function plainRows(
  { plainPixels }: Pick<Kernel, 'plainPixels'>,
  bytes: Uint8Array,
  dialect: CsvDialect,
  classCount: number,
): FastRows {
  const { label, columnCount, firstPixel, pixelCount, idColumn } = dialect;
  const from = label?.kind === 'number' ? label.from : 0;
  const labelColumn = label?.kind === 'number' ? label.column : -1;
  if (dialect.white !== 255 || (label !== null && label.kind !== 'number')) return noFastRows();
  const delimiter = dialect.delimiter.charCodeAt(0);
  const lineEnd = dialect.lineEnd === 'cr' ? CARRIAGE_RETURN : LINE_FEED;
  const behindPixels = firstPixel + pixelCount;
  // What was found in the columns beside the pixels of the row at hand.
  let labelFound = -1;
  let idStart = 0;
  let idEnd = 0;

  /** Where the field at `at` ends, at its delimiter or line end; -1 where it is not plain. */
  const field = (column: number, at: number, end: number): number => {
    let to = at;
    while (to < end && bytes[to] !== delimiter && bytes[to] !== lineEnd) {
      if (bytes[to] === QUOTE) return -1;
      to++;
    }
    if (column === labelColumn) labelFound = wholeNumber(bytes, at, textEnd(to));
    if (column === idColumn) {
      idStart = at;
      idEnd = textEnd(to);
    }
    return to;
  };
  /** A carriage return before a line feed belongs to the line end. */
  const textEnd = (to: number): number =>
    lineEnd === LINE_FEED && bytes[to] === LINE_FEED && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;

  /** Reads one row; returns where its line end is, or -1. */
  const row = (start: number, end: number, pixels: number): number => {
    let at = start;
    for (let column = 0; column < firstPixel; column++) {
      at = field(column, at, end);
      if (at < 0 || bytes[at] !== delimiter) return -1;
      at++;
    }
    at = plainPixels(at, delimiter, pixelCount, pixels);
    if (at === 0 || at >= end) return -1;
    for (let column = behindPixels; column < columnCount; column++) {
      if (bytes[at] !== delimiter) return -1;
      at = field(column, at + 1, end);
      if (at < 0) return -1;
    }
    const isReturn = lineEnd === LINE_FEED && bytes[at] === CARRIAGE_RETURN;
    if (isReturn) at++;
    return at < end && bytes[at] === lineEnd ? at : -1;
  };

  return (writer, { limit, end, origin }, first) => {
    let at = first;
    while (at < limit) {
      labelFound = -1;
      const lineEndAt = row(at, end, writer.pixels);
      if (lineEndAt < 0) return at;
      const index = labelFound - from;
      if (label !== null && (labelFound < 0 || index < 0 || index >= classCount)) return at;
      const id = idColumn === null ? null : bytes.subarray(idStart, idEnd);
      if (!writer.takePlaced(label === null ? null : index, id, at - origin)) return at;
      writer.lines++;
      at = lineEndAt + 1;
    }
    return at;
  };
}

/** -1 for what is not a whole number without a sign. */
function wholeNumber(bytes: Uint8Array, at: number, end: number): number {
  if (end === at || end - at > MOST_LABEL_DIGITS) return -1;
  let value = 0;
  for (let place = at; place < end; place++) {
    const digit = bytes[place] - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
