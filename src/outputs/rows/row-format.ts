import { compileKernel, KERNEL_FILE } from '../../assets.js';
import { DigitflowError } from '../../errors.js';
import { decodeText, quotedField, type TextEncoding } from '../../formats/csv/text-encoding.js';
import { RowKernel, TEXT_BYTES } from './row-kernel.js';
import { type RowPiece, type RowShape, type RowShapeOptions, rowShape } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

/** What is written of each row, and how. */
export interface RowFormatOptions extends RowShapeOptions {
  /** What ids are stored in: they are written as UTF-8. Default: CSV has their bytes as they came, JSON takes UTF-8 only. */
  readonly encoding?: TextEncoding | undefined;
  /** False to do without the kernel, for tests that compare. Default true. */
  readonly withKernel?: boolean;
}

/** Turns scored rows into text: UTF-8, but for ids, which may be any bytes. */
export interface RowFormat {
  /** What comes before the first row; may be empty. */
  readonly head: string;
  /**
   * The rows of one batch, each with its line end, in parts. A part holds until the next one is asked for; all parts of a
   * batch must be taken before those of another. Raises CSV_ENCODING for an id that is no text, after the rows before it.
   */
  rows(rows: ScoredRows): Iterable<Uint8Array>;
}

/** The text of one row, as a string of bytes: `place` is its index among the scored ones, `record` its number. */
type RowText = (place: number, record: number) => string;

/** Digits after the point: about seven digits of a float32 mean something. */
const DIGITS = 6;

/**
 * Writes rows as CSV with a header, NDJSON, or what Kaggle's digit recognizer takes.
 *
 * Records are counted from 1 in each input, rejected ones too; Kaggle's ids over all inputs. The text does not depend on
 * where batches end.
 *
 * @throws DigitflowError BUILD_INCOMPLETE
 */
export function rowFormat(options: RowFormatOptions): RowFormat {
  const { classes, encoding, withKernel = true } = options;
  const shape = rowShape(options);
  const names = classes.map(shape.name);
  const isForKernel = withKernel && RowKernel.takes(shape.pieces(''));
  const kernel = isForKernel ? openKernel(names) : null;
  const plain = { names: names.map(bytesOf), idText: idWriter(shape, encoding) };
  let known: { readonly file: string; readonly pieces: readonly RowPiece[] } | undefined;
  return {
    head: shape.head,
    rows: (rows) => {
      const { name, firstOfAll, firstRow } = rows.place;
      if (known?.file !== name) known = { file: name, pieces: shape.pieces(name) };
      const { pieces } = known;
      const firstRecord = 1 + (shape.countsAll ? firstOfAll : firstRow);
      const rowText = plainText(shape, plain, pieces, rows);
      if (kernel === null) return plainly(rows, firstRecord, rowText);
      return byKernel(kernel, pieces, rows, firstRecord, rowText);
    },
  };
}

/** Null where no address space is left for a memory (V8 reserves 10 GiB for each): rows are then written plainly. */
function openKernel(names: readonly string[]): RowKernel | null {
  const module = compileKernel(KERNEL_FILE);
  try {
    return new RowKernel(module, names);
  } catch (error) {
    if (error instanceof DigitflowError && error.code === 'MEMORY_LIMIT') return null;
    throw error;
  }
}

/** Rows that the kernel does not take are written plainly, in their places. */
function* byKernel(
  kernel: RowKernel,
  pieces: readonly RowPiece[],
  rows: ScoredRows,
  firstRecord: number,
  rowText: RowText,
): Generator<Uint8Array, void> {
  kernel.begin(pieces);
  for (const { first, count, row } of runsOf(rows)) {
    for (let done = 0; done < count; ) {
      const record = firstRecord + row + done;
      const written = kernel.append(rows, first + done, count - done, record);
      done += written;
      if (kernel.isFull) yield kernel.take();
      else if (written === 0) kernel.appendText(rowText(first + done++, record));
    }
  }
  const rest = kernel.take();
  if (rest.length > 0) yield rest;
}

function* plainly(rows: ScoredRows, firstRecord: number, rowText: RowText): Generator<Uint8Array, void> {
  let text = '';
  try {
    for (const { first, count, row } of runsOf(rows)) {
      for (let i = 0; i < count; i++) {
        text += rowText(first + i, firstRecord + row + i);
        if (text.length < TEXT_BYTES) continue;
        yield Buffer.from(text, 'latin1');
        text = '';
      }
    }
  } catch (error) {
    if (text.length > 0) yield Buffer.from(text, 'latin1');
    throw error;
  }
  if (text.length > 0) yield Buffer.from(text, 'latin1');
}

/** Runs of scored rows without a rejected one between: `count` from `first` on, after `row` rows of the batch. */
function* runsOf({ count, rejects }: ScoredRows): Generator<{ first: number; count: number; row: number }> {
  let first = 0;
  for (const [rejected, { row }] of rejects.entries()) {
    // Of the rows before a rejected one, those that are not rejected were scored.
    const end = Math.min(row - rejected, count);
    if (end > first) yield { first, count: end - first, row: first + rejected };
    first = Math.max(first, end);
  }
  if (count > first) yield { first, count: count - first, row: first + rejects.length };
}

/** Rows in plain JavaScript: it takes every row, and the kernel must give the same. */
function plainText(
  { isJson }: RowShape,
  { names, idText }: { readonly names: readonly string[]; readonly idText: IdText },
  pieces: readonly RowPiece[],
  rows: ScoredRows,
): RowText {
  const decimal = (value: number) => (isJson && !Number.isFinite(value) ? 'null' : value.toFixed(DIGITS));
  const { ids, idEnds, place: of } = rows;
  const allIds = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  const idOf = (place: number) =>
    idEnds.length === 0 ? '' : allIds.toString('latin1', place === 0 ? 0 : idEnds[place - 1], idEnds[place]);
  const texts = pieces.map((piece) => (piece.kind === 'text' ? bytesOf(piece.text) : ''));
  return (place, record) => {
    const outputs = rows.outputs.subarray(place * names.length, (place + 1) * names.length);
    let ranked: readonly number[] | undefined;
    const best = (rank: number): number => {
      ranked ??= fromBest(outputs);
      return ranked[rank];
    };
    let line = '';
    for (const [index, piece] of pieces.entries()) {
      if (piece.kind === 'text') line += texts[index];
      else if (piece.kind === 'record') line += record;
      else if (piece.kind === 'id') line += idText(idOf(place), of.name, record);
      else if (piece.kind === 'prediction') line += names[rows.predictions[place]];
      else if (piece.kind === 'confidence') line += decimal(rows.confidences[place]);
      else if (piece.kind === 'output') line += decimal(outputs[piece.of]);
      else if (piece.kind === 'best') line += names[best(piece.rank)];
      else if (piece.kind === 'bestOutput') line += decimal(outputs[best(piece.rank)]);
    }
    return line;
  };
}

/** Strings of bytes that are UTF-8 (Unicode, table 3-7). */
const UTF_8 =
  /^(?:[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})*$/;

/** What is written of an id: from a string of bytes to a string of bytes. */
type IdText = (id: string, file: string, record: number) => string;

function idWriter({ name, isJson }: RowShape, encoding: TextEncoding | undefined): IdText {
  // CSV can hold any bytes: two ids are never written as the same.
  if (!isJson && encoding === undefined) return name;
  const takesUtf8 = (encoding ?? 'utf8') === 'utf8';
  return (id, file, record) => {
    // Only ASCII is ever escaped: bytes of UTF-8 are written as their text would be.
    if (takesUtf8 ? UTF_8.test(id) : isAscii(id)) return name(id);
    const text = decodeText(Buffer.from(id, 'latin1'), encoding);
    if (text !== null) return bytesOf(name(text));
    const expected = `expected an id in ${encoding ?? 'utf8'}`;
    const advice = isJson ? 'or write CSV, which takes any bytes' : 'or leave it out: bytes stay as they are';
    const message = `${file}: record ${record}: ${expected}, found ${quotedField(id, encoding)}`;
    throw new DigitflowError('CSV_ENCODING', `${message}; say its --encoding, such as latin1, ${advice}`);
  };
}

/** The classes with the largest output first; of equal ones the first. */
function fromBest(outputs: Float32Array): number[] {
  return Array.from(outputs.keys()).sort((a, b) => outputs[b] - outputs[a] || a - b);
}

/** Text as a string of bytes, UTF-8: one character a byte. */
function bytesOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1');
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
