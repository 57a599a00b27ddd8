import { parse } from 'csv-parse/sync';
import { bareLabel, classOf, describeLabels, labelNumber } from '../labels.js';
import { isDecimalComma, readNumber } from '../read-number.js';
import { type Levels, levelOf } from '../scale.js';
import type { CsvDialect, LabelColumns, TextShape } from './dialect.js';
import { lineEndByte } from './row-ends.js';
import { decodeText, quotedField } from './text-encoding.js';

const QUOTE = 0x22;

/** What a row holds. */
export interface ParsedRow {
  /** `(pixelCount)` u8, in the order of the image. */
  readonly pixels: Uint8Array;
  /** The index of its class, and the bytes of its id; null where the dialect has none. */
  readonly label: number | null;
  readonly id: Uint8Array | null;
}

/**
 * Reads any row that is not empty, without its line end; or returns what is wrong with it: `column 12: expected 0 to 255,
 * found 256`. It defines what a row means: the kernel reads rows of plain numbers faster, and must agree with it.
 */
export function parseRow(bytes: Uint8Array, dialect: CsvDialect, classCount: number): ParsedRow | string {
  const fields = splitRow(bytes, dialect);
  const row = typeof fields === 'string' ? fields : readFields(fields, dialect, classCount);
  // A line end within a row is in quotes.
  const lineEnds = countOf(bytes, lineEndByte(dialect));
  if (lineEnds === 0) return row;
  const hasOthers = typeof fields !== 'string' && fields.some((field) => holdsRow(field, dialect));
  if (typeof row !== 'string' && !hasOthers) return row;
  const fault = typeof row === 'string' ? row : 'expected one row, found others within quotes';
  return `${fault} (its quotes span ${lineEnds + 1} lines: is one of them stray?)`;
}

function countOf(bytes: Uint8Array, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}

/** Whether a field has as many delimiters as a row: a quote that is stray has swallowed others. */
function holdsRow(field: string, { delimiter, columnCount }: CsvDialect): boolean {
  return field.split(delimiter).length >= columnCount;
}

function readFields(fields: readonly string[], dialect: CsvDialect, classCount: number): ParsedRow | string {
  if (fields.length !== dialect.columnCount) {
    // A single field is shown: it may be a title, a sum, an end-of-file mark.
    const text = fields.length === 1 ? `: ${quoted(fields[0])}` : '';
    return `expected ${dialect.columnCount} columns, found ${fields.length}${text}`;
  }
  const pixels = readPixels(fields, dialect);
  if (typeof pixels === 'string') return pixels;
  const label = dialect.label === null ? null : readLabel(fields, dialect, dialect.label, classCount);
  if (typeof label === 'string') return label;
  return { pixels, label, id: carriedText(fields, dialect) };
}

/** The bytes of the id, with what is carried beside it. */
function carriedText(fields: readonly string[], { idColumn, moreIds }: CsvDialect): Uint8Array | null {
  if (idColumn === null) return null;
  const columns = moreIds === undefined ? [idColumn] : [idColumn, ...moreIds];
  return Buffer.from(columns.map((column) => fields[column]).join('\0'), 'latin1');
}

/** Splits a row, without its line end, into unquoted fields: strings of bytes (latin1). Returns why where it is no CSV. */
export function splitRow(bytes: Uint8Array, { delimiter, lineEnd }: TextShape): readonly string[] | string {
  // Without a quote only delimiters matter, and csv-parse would take a hundred times as long.
  if (bytes.length > 0 && !bytes.includes(QUOTE)) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    return delimiter === ' ' ? text.replace(/^ +| +$/g, '').split(/ +/) : text.split(delimiter);
  }
  try {
    // A copy: csv-parse may keep it.
    const rows: string[][] = parse(Buffer.from(bytes), {
      delimiter,
      encoding: 'latin1',
      record_delimiter: lineEnd === 'cr' ? ['\r'] : ['\r\n', '\n'],
      relax_column_count: true,
      // Between spaces side by side there is no field, but for one of quotes.
      ...(delimiter === ' ' && {
        cast: (field, { quoting }) => (quoting || field !== '' ? field : undefined),
      }),
    });
    return rows.length === 1
      ? rows[0].filter((field) => field !== undefined)
      : `expected one row, found ${rows.length}`;
  } catch (error) {
    const { code = 'unknown fault' } = error as { code?: string };
    return QUOTE_FAULTS.get(code) ?? `expected CSV (${code})`;
  }
}

/** By the codes of csv-parse. */
const QUOTE_FAULTS: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'expected a closing quote, found the end of the row'],
  ['CSV_INVALID_CLOSING_QUOTE', 'expected a delimiter after the closing quote'],
  ['INVALID_OPENING_QUOTE', 'expected quotes around the whole field, found one within it'],
]);

function readPixels(fields: readonly string[], dialect: CsvDialect): Uint8Array | string {
  const { firstPixel, pixelCount, black, white } = dialect;
  const pixels = new Uint8Array(pixelCount);
  let largest = 0;
  let hasFraction = false;
  for (let i = 0; i < pixelCount; i++) {
    const field = fields[firstPixel + i];
    // Most of a digit is black, and few rows are read here: by code that is still cold.
    if (field === '0' && black === 0) continue;
    const value = readNumber(field);
    const level = value === undefined ? undefined : levelOf(value, dialect);
    if (value === undefined || level === undefined) {
      return `column ${firstPixel + i + 1}: ${pixelFault(field, value, dialect)}`;
    }
    largest = Math.max(largest, value);
    hasFraction ||= !Number.isInteger(value);
    pixels[i] = level;
  }
  // Nearly black, or of another scale: no other row of 0 to 255 looks like this.
  if (black === 0 && white > 1 && hasFraction && largest <= 1) {
    const found = `found fractions up to ${largest} only`;
    return `expected pixels from 0 to ${white}, ${found}: has the scale changed? say --scale 1 if so`;
  }
  return pixels;
}

/** What is wrong with a pixel, and what may be the matter. */
function pixelFault(field: string, value: number | undefined, { black, white }: Levels): string {
  if (value === undefined) {
    const hint = isDecimalComma(field) ? ': write it with a decimal point' : '';
    return `expected a number, found ${quoted(field)}${hint}`;
  }
  let hint = '';
  if (value < black)
    hint = ': was something subtracted from the pixels? say --scale with what is black and white';
  else if (white === 1) hint = ': has the scale changed? say --scale 255 if so';
  return `expected ${black} to ${white}, found ${quoted(field)}${hint}`;
}

/** Reads the index of a row's class, below `classCount`. */
function readLabel(
  fields: readonly string[],
  { encoding }: CsvDialect,
  label: LabelColumns,
  classCount: number,
): number | string {
  if (label.kind === 'one-hot') return readOneHot(fields, label, classCount);
  const field = fields[label.column];
  const column = `column ${label.column + 1}`;
  if (label.kind === 'name') {
    const name = decodeText(Buffer.from(field, 'latin1'), encoding);
    const texts = name === null ? [] : [name, bareLabel(name)];
    const index = texts.map((text) => label.names.indexOf(text)).find((at) => at >= 0);
    if (index !== undefined && index < classCount) return index;
    return `${column}: expected the name of a class, such as ${label.names[0]}, found ${quoted(field)}`;
  }
  const value = labelNumber(field);
  if (label.kind === 'value') {
    const found = classOf(decodeText(Buffer.from(field, 'latin1'), encoding) ?? '', value, label.values);
    return found ?? `${column}: expected ${describeLabels(label.values)}, found ${quoted(field)}`;
  }
  const last = label.from + classCount - 1;
  if (value !== undefined && Number.isInteger(value) && value >= label.from && value <= last) {
    return value - label.from;
  }
  const isOneMore = label.from === 0 && value === last + 1;
  const hint = isOneMore ? ': are they counted from 1? say --labels-from 1 if so' : '';
  return `${column}: expected a label from ${label.from} to ${last}, found ${quoted(field)}${hint}`;
}

function readOneHot(
  fields: readonly string[],
  { first, count }: { readonly first: number; readonly count: number },
  classCount: number,
): number | string {
  let index = -1;
  for (let i = 0; i < count; i++) {
    const value = readNumber(fields[first + i]);
    if (value === 0) continue;
    const column = `column ${first + i + 1}`;
    if (value !== 1) return `${column}: expected 0 or 1, found ${quoted(fields[first + i])}`;
    if (index >= 0) return `${column}: expected a single 1, found a second one`;
    index = i;
    if (index >= classCount) return `${column}: expected one of ${classCount} classes`;
  }
  return index >= 0 ? index : `columns ${first + 1} to ${first + count}: expected a single 1, found none`;
}

/** A field as a fault shows it: short, on one line, and quoted unless it is a plain word or number. */
function quoted(field: string): string {
  return /^[-+.\w]{1,24}$/.test(field) ? field : quotedField(field);
}
