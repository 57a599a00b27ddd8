import type { CsvDialect, LabelColumns } from './dialect.js';
import { isDecimalComma, isFault, quoted, type RowFault, readNumber, splitRow } from './fields.js';

/** What a row holds. */
export interface ParsedRow {
  /** `(pixelCount)` u8, in the order of the image. */
  readonly pixels: Uint8Array;
  /** The index of its class; null where the dialect has no labels. */
  readonly label: number | null;
  /** The bytes of its id, unquoted; null where the dialect has no ids. */
  readonly id: Uint8Array | null;
}

/**
 * Reads any row, or says what is wrong with it. It defines what a row means: the kernel reads rows of plain numbers faster,
 * and must agree with it.
 *
 * @param bytes the row's text, without its line end; not empty
 * @param classCount labels are 0 to `classCount - 1`
 */
export function parseRow(bytes: Uint8Array, dialect: CsvDialect, classCount: number): ParsedRow | RowFault {
  const fields = splitRow(bytes, dialect);
  if (typeof fields === 'string') return { fault: fields };
  if (fields.length !== dialect.columnCount) {
    // A single field is shown: it may be a title, a sum, an end-of-file mark.
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
    if (value === undefined || !(value >= 0 && value <= white)) {
      const [expected, hint] =
        value === undefined
          ? ['a number', isDecimalComma(field) ? ': write it with a decimal point' : '']
          : [`0 to ${white}`, scaleHint(value, white)];
      return { fault: `column ${firstPixel + i + 1}: expected ${expected}, found ${quoted(field)}${hint}` };
    }
    largest = Math.max(largest, value);
    hasFraction ||= !Number.isInteger(value);
    pixels[i] = Math.floor((value * 255) / white + 0.5);
  }
  // Nearly black, or of another scale: no other row of 0 to 255 looks like this.
  if (white > 1 && hasFraction && largest <= 1) {
    return {
      fault: `expected pixels from 0 to ${white}, found fractions up to ${largest} only: has the scale changed? say --scale 1 if so`,
    };
  }
  return pixels;
}

/** What may be the matter where a pixel lies beyond black or white. */
function scaleHint(value: number, white: number): string {
  if (value < 0) return ': was something subtracted from the pixels? black has to be 0';
  return white === 1 && value > 1 ? ': has the scale changed? say --scale 255 if so' : '';
}

/** Reads the index of a row's class, below `classCount`. */
function readLabel(fields: readonly string[], label: LabelColumns, classCount: number): number | RowFault {
  if (label.kind === 'one-hot') return readOneHot(fields, label.first, label.count, classCount);
  const field = fields[label.column];
  const column = `column ${label.column + 1}`;
  if (label.kind === 'name') {
    const name = Buffer.from(field, 'latin1').toString();
    const index = label.names.indexOf(name);
    if (index >= 0 && index < classCount) return index;
    return {
      fault: `${column}: expected the name of a class, such as ${label.names[0]}, found ${quoted(field)}`,
    };
  }
  const value = readNumber(field);
  const last = label.from + classCount - 1;
  if (value !== undefined && Number.isInteger(value) && value >= label.from && value <= last) {
    return value - label.from;
  }
  const hint =
    label.from === 0 && value === last + 1 ? ': are they counted from 1? say --labels-from 1 if so' : '';
  return {
    fault: `${column}: expected a label from ${label.from} to ${last}, found ${quoted(field)}${hint}`,
  };
}

function readOneHot(
  fields: readonly string[],
  first: number,
  count: number,
  classCount: number,
): number | RowFault {
  let index = -1;
  for (let i = 0; i < count; i++) {
    const value = readNumber(fields[first + i]);
    if (value === 0) continue;
    const column = `column ${first + i + 1}`;
    if (value !== 1) return { fault: `${column}: expected 0 or 1, found ${quoted(fields[first + i])}` };
    if (index >= 0) return { fault: `${column}: expected a single 1, found a second one` };
    index = i;
    if (index >= classCount) return { fault: `${column}: expected one of ${classCount} classes` };
  }
  return index >= 0
    ? index
    : { fault: `columns ${first + 1} to ${first + count}: expected a single 1, found none` };
}
