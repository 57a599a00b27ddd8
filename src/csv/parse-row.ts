import { isDecimalComma } from './decimal-comma.js';
import type { CsvDialect } from './dialect.js';
import { readLabel } from './read-label.js';
import { readNumber } from './read-number.js';
import { isFault, quoted, type RowFault } from './row-fault.js';
import { splitRow } from './split-row.js';

/** What a row says. */
export interface ParsedRow {
  /** `(pixelCount)` u8, in the order of the image. */
  readonly pixels: Uint8Array;
  /** The class that it shows, as an index; null where the dialect has no labels. */
  readonly label: number | null;
  /** The bytes of its id, unquoted; null where the dialect has no ids. */
  readonly id: Uint8Array | null;
}

/**
 * Reads one row, with csv-parse where it has quotes: the slow way, which takes every row there is, and says what is wrong with one.
 *
 * This is what a row means. The kernel has a faster way for rows of plain numbers, and must agree with this one.
 *
 * @param bytes the row's text, without its line end; not empty
 * @param classCount labels are 0 to `classCount - 1`
 */
export function parseRow(bytes: Uint8Array, dialect: CsvDialect, classCount: number): ParsedRow | RowFault {
  const fields = splitRow(bytes, dialect);
  if (typeof fields === 'string') return { fault: fields };
  if (fields.length !== dialect.columnCount) {
    // What is no row of a table is known at sight: a title, a sum, an end-of-file mark.
    const text = fields.length === 1 ? `: ${quoted(fields[0])}` : '';
    return { fault: `expected ${dialect.columnCount} columns, found ${fields.length}${text}` };
  }
  const pixels = readPixels(fields, dialect);
  if (isFault(pixels)) return pixels;
  const label = dialect.label === null ? null : readLabel(fields, dialect.label, classCount);
  if (isFault(label)) return label;
  const id = dialect.idColumn === null ? null : Buffer.from(fields[dialect.idColumn], 'latin1');
  return { pixels, label, id };
}

function readPixels(fields: readonly string[], dialect: CsvDialect): Uint8Array | RowFault {
  const { firstPixel, pixelCount, white } = dialect;
  const pixels = new Uint8Array(pixelCount);
  let largest = 0;
  let hasFraction = false;
  for (let i = 0; i < pixelCount; i++) {
    const field = fields[firstPixel + i];
    const value = readNumber(field);
    const column = `column ${firstPixel + i + 1}`;
    if (value === undefined) {
      const hint = isDecimalComma(field) ? ': write it with a decimal point' : '';
      return { fault: `${column}: expected a number, found ${quoted(field)}${hint}` };
    }
    if (!(value >= 0 && value <= white)) {
      const hint = scaleHint(value, white);
      return { fault: `${column}: expected 0 to ${white}, found ${quoted(field)}${hint}` };
    }
    largest = Math.max(largest, value);
    hasFraction ||= !Number.isInteger(value);
    pixels[i] = Math.floor((value * 255) / white + 0.5);
  }
  // Nearly black, or another scale: in a file of 0 to 255 nothing else looks like this.
  if (white > 1 && hasFraction && largest <= 1) {
    return {
      fault: `expected pixels from 0 to ${white}, found fractions up to ${largest} only: has the scale changed? say --scale 1 if so`,
    };
  }
  return pixels;
}

/** Why a pixel may lie beyond black or white. */
function scaleHint(value: number, white: number): string {
  if (value < 0) return ': was something subtracted from the pixels? black has to be 0';
  return white === 1 && value > 1 ? ': has the scale changed? say --scale 255 if so' : '';
}
