import * as ROW_TASK from '../../../workers/kernel/common/row-offsets.js';
import type { CsvDialect, LabelColumns } from '../../formats/csv/dialect.js';
import type { ParsedRow } from '../../formats/csv/parse-row.js';
import { lineEndByte } from '../../formats/csv/row-ends.js';
import { decodeText, type TextEncoding } from '../../formats/csv/text-encoding.js';
import type { ForwardRange, Kernel } from '../kernel.js';
import { type MemoryLayout, REJECT, type SlotLayout, type TextLayout } from '../layout.js';
import type { Scored } from '../messages.js';
import type { TextCapacity } from '../sizes.js';

/** Text in memory: absolute byte offsets. */
export interface TextWindow {
  /** Where the next row begins, and how far the text reaches. */
  readonly at: number;
  readonly end: number;
  /** Rows that begin from here on belong to the next batch. */
  readonly limit: number;
  /** Whether no more text follows: then the last row may lack its line end. */
  readonly isLast: boolean;
  /** Where the batch's text begins: rejects and row starts are counted from here. */
  readonly origin: number;
}

/** Reads as many rows from `at` on as it can, and returns where the next one begins: `at` itself where it read none. */
export type FastRows = (writer: RowWriter, window: TextWindow, at: number) => number;

/** All that a worker knows of one slot for text. */
export interface TextTarget {
  readonly bytes: Uint8Array;
  readonly layout: MemoryLayout;
  readonly slot: SlotLayout;
  readonly text: TextLayout;
  readonly capacity: TextCapacity;
  readonly dialect: CsvDialect;
  readonly forward: ForwardRange;
  readonly fast: FastRows;
}

/** Writes rows into their slot, and scores every full piece of pixels at once, while that is in the cache. */
export class RowWriter {
  /** Rows scored, or waiting to be. */
  records = 0;
  rejects = 0;
  /** Lines that have ended. */
  lines = 0;
  readonly target: TextTarget;
  readonly #withIds: boolean;
  /** How many rows the present piece has, which is not scored yet. */
  #pieceCount = 0;
  #idBytes = 0;
  readonly #view: DataView;

  constructor(target: TextTarget) {
    this.target = target;
    this.#view = new DataView(target.bytes.buffer);
    this.#withIds = target.capacity.withIds && target.dialect.idColumn !== null;
  }

  /** How many more rows the piece of pixels takes. */
  get room(): number {
    return this.target.capacity.pieceRecords - this.#pieceCount;
  }

  /** Where the pixels of the next row go. */
  get #pixels(): number {
    return this.target.slot.pixels + this.#pieceCount * this.target.layout.recordBytes;
  }

  /** Tells the kernel where to write the next rows. */
  place(set: (field: number, value: number) => void): void {
    const { slot, text, capacity } = this.target;
    set(ROW_TASK.mostRows, this.room);
    set(ROW_TASK.pixels, this.#pixels);
    set(ROW_TASK.labels, slot.labels + this.records);
    set(ROW_TASK.rowStarts, text.rowStarts + this.records * 4);
    set(ROW_TASK.idEnds, this.#withIds ? text.idEnds + this.records * 4 : 0);
    set(ROW_TASK.ids, text.ids);
    set(ROW_TASK.idBytes, this.#idBytes);
    set(ROW_TASK.idRoom, capacity.stretchBytes);
  }

  /** Counts rows that the kernel has written, each a line, and scores the piece when it is full. */
  advance(count: number, idBytes: number): void {
    this.records += count;
    this.lines += count;
    this.#pieceCount += count;
    this.#idBytes = idBytes;
    if (this.room === 0) this.flush();
  }

  /** Writes a row that begins at `start` of the batch's text; false when there is no room for its id. */
  take({ pixels, label, id }: ParsedRow, start: number): boolean {
    const { bytes, slot, text, capacity } = this.target;
    if (this.#withIds && id !== null) {
      if (this.#idBytes + id.length > capacity.stretchBytes) return false;
      bytes.set(id, text.ids + this.#idBytes);
      this.#idBytes += id.length;
      this.#view.setUint32(text.idEnds + this.records * 4, this.#idBytes, true);
    }
    bytes.set(pixels, this.#pixels);
    if (label !== null) bytes[slot.labels + this.records] = label;
    this.#view.setUint32(text.rowStarts + this.records * 4, start, true);
    this.records++;
    this.#pieceCount++;
    if (this.room === 0) this.flush();
    return true;
  }

  /** Writes down a row that is not scored; false when the table is full. */
  reject(start: number, length: number): boolean {
    const { text, capacity } = this.target;
    if (this.rejects === capacity.mostRejects) return false;
    const entry = text.rejects + this.rejects * REJECT.bytes;
    this.#view.setUint32(entry + REJECT.row, this.records + this.rejects, true);
    this.#view.setUint32(entry + REJECT.line, this.lines, true);
    this.#view.setUint32(entry + REJECT.start, start, true);
    this.#view.setUint32(entry + REJECT.length, length, true);
    this.rejects++;
    return true;
  }

  /** Scores the rows of the present piece. */
  flush(): void {
    const { slot, dialect, forward } = this.target;
    if (this.#pieceCount === 0) return;
    const first = this.records - this.#pieceCount;
    forward(slot, first, this.#pieceCount, slot.pixels, dialect.label !== null);
    this.#pieceCount = 0;
  }

  /** Scores what is left, and returns the worker's answer. */
  finish(rest: Omit<Scored, 'records' | 'rejects' | 'lines'>): Scored {
    this.flush();
    return { records: this.records, rejects: this.rejects, lines: this.lines, ...rest };
  }
}

const LABEL_KINDS = {
  number: ROW_TASK.NUMBER_LABEL,
  name: ROW_TASK.NAME_LABEL,
  value: ROW_TASK.NAME_LABEL,
  'one-hot': ROW_TASK.ONE_HOT_LABEL,
} as const;

/** An i32 of -1. */
const NO_COLUMN = 2 ** 32 - 1;

/** Reads none: where the kernel cannot, and for tests, which compare. */
export const noFastRows = (): FastRows => (_writer, _window, at) => at;

/**
 * Reads rows of numbers that are not negative, each quoted or not: whole ones fastest, decimal ones where their value is
 * certain. Labels are numbers, names or one-hot. It leaves all other rows to `parseRow`, which would read these the same.
 */
export function numberRows(
  kernel: Pick<Kernel, 'numberRows'>,
  buffer: ArrayBufferLike,
  layout: Pick<MemoryLayout, 'compression' | 'classCount'>,
  dialect: CsvDialect,
): FastRows {
  const { label, black, moreIds } = dialect;
  const named = namesOf(label, layout.classCount);
  const names = nameTable(named, dialect.encoding);
  // The kernel reads no sign, and carries one column.
  if (names === null || black !== 0 || moreIds !== undefined) return noFastRows();
  const classes = label?.kind === 'value' ? named.map((value) => label.values[value]) : null;
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const doubles = new Float64Array(buffer);
  return (writer, { limit, end, origin }, first) => {
    const { rowTask } = writer.target.text;
    const set = (field: number, value: number): void => {
      words[(rowTask + field) / 4] = value;
    };
    const get = (field: number): number => words[(rowTask + field) / 4];
    set(ROW_TASK.at, first);
    set(ROW_TASK.limit, limit);
    set(ROW_TASK.end, end);
    set(ROW_TASK.origin, origin);
    set(ROW_TASK.compression, layout.compression);
    set(ROW_TASK.delimiter, dialect.delimiter.charCodeAt(0));
    set(ROW_TASK.lineEnd, lineEndByte(dialect));
    set(ROW_TASK.firstPixel, dialect.firstPixel);
    set(ROW_TASK.pixelCount, dialect.pixelCount);
    set(ROW_TASK.columnCount, dialect.columnCount);
    setLabel(label, set);
    set(ROW_TASK.names, rowTask + ROW_TASK.bytes);
    set(ROW_TASK.nameCount, named.length);
    bytes.set(names, rowTask + ROW_TASK.bytes);
    // It gives the index of a value; its class is put in its place.
    set(ROW_TASK.classCount, classes === null ? layout.classCount : classes.length);
    set(ROW_TASK.idColumn, dialect.idColumn ?? NO_COLUMN);
    doubles[(rowTask + ROW_TASK.white) / 8] = dialect.white;
    do {
      writer.place(set);
      kernel.numberRows(rowTask);
      if (classes !== null) {
        const first = get(ROW_TASK.labels);
        for (let at = first; at < first + get(ROW_TASK.rows); at++) bytes[at] = classes[bytes[at]];
      }
      writer.advance(get(ROW_TASK.rows), get(ROW_TASK.idBytes));
    } while (get(ROW_TASK.rows) > 0);
    return get(ROW_TASK.at);
  };
}

/** The texts of which one is the label, as far as it is no number. */
function namesOf(label: LabelColumns | null, classCount: number): readonly string[] {
  if (label?.kind === 'value') return Object.keys(label.values);
  return label?.kind === 'name' ? label.names.slice(0, classCount) : [];
}

/** Tells the kernel where the label stands, and of what kind it is. */
function setLabel(label: LabelColumns | null, set: (field: number, value: number) => void): void {
  const [column, columns] =
    label === null ? [0, 0] : label.kind === 'one-hot' ? [label.first, label.count] : [label.column, 1];
  set(ROW_TASK.labelColumn, column);
  set(ROW_TASK.labelColumns, columns);
  set(ROW_TASK.labelKind, LABEL_KINDS[label?.kind ?? 'number']);
  set(ROW_TASK.labelFrom, label?.kind === 'number' ? label.from : 0);
}

/**
 * The names of classes as the kernel compares them with text, one after the other: u32 how many bytes, and the bytes. Null
 * where they are too long for their place, or the bytes of one are not known: it has half a surrogate pair, or letters in an
 * encoding that can only be decoded.
 */
function nameTable(names: readonly string[], encoding?: TextEncoding): Uint8Array | null {
  const stored = names.map((name) => Buffer.from(name, encoding === 'latin1' ? 'latin1' : 'utf8'));
  const table = Buffer.concat(
    stored.flatMap((bytes) => [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]),
  );
  const isExact = stored.every((bytes, index) => decodeText(bytes, encoding) === names[index]);
  return isExact && table.length <= ROW_TASK.NAME_TABLE_BYTES ? table : null;
}
