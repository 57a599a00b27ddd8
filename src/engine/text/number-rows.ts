import * as ROW_TASK from '../../../workers/kernel/common/row-offsets.js';
import type { CsvDialect, LabelColumns } from '../../formats/csv/dialect.js';
import { lineEndByte } from '../../formats/csv/row-ends.js';
import type { Kernel } from '../kernel.js';
import type { MemoryLayout } from '../layout.js';
import type { RowWriter, TextWindow } from './row-writer.js';

/** Reads as many rows from `at` on as it can, and returns where the next one begins: `at` itself where it read none. */
export type FastRows = (writer: RowWriter, window: TextWindow, at: number) => number;

const LABEL_KINDS = {
  number: ROW_TASK.NUMBER_LABEL,
  name: ROW_TASK.NAME_LABEL,
  'one-hot': ROW_TASK.ONE_HOT_LABEL,
} as const;

/** An i32 of -1. */
const NO_COLUMN = 2 ** 32 - 1;

/** Reads none: where the kernel cannot, and for tests, which compare. */
export const noFastRows = (): FastRows => (_writer, _window, at) => at;

/**
 * Reads rows of numbers that are not negative, each quoted or not: whole ones fastest, decimal ones where their value is
 * certain. Labels are numbers, names or one-hot. It leaves all other rows to `parseRow`, which would read these the same.
 *
 * @param buffer the shared memory
 */
export function numberRows(
  kernel: Pick<Kernel, 'numberRows'>,
  buffer: ArrayBufferLike,
  layout: Pick<MemoryLayout, 'compression' | 'classCount'>,
  dialect: CsvDialect,
): FastRows {
  const { label } = dialect;
  const named = label?.kind === 'name' ? label.names.slice(0, layout.classCount) : [];
  const names = nameTable(named);
  if (names === null) return noFastRows();
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const doubles = new Float64Array(buffer);
  return (writer, { limit, end, origin }, first) => {
    const { rowTask } = writer;
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
    set(ROW_TASK.classCount, layout.classCount);
    set(ROW_TASK.idColumn, dialect.idColumn ?? NO_COLUMN);
    doubles[(rowTask + ROW_TASK.white) / 8] = dialect.white;
    do {
      writer.place(set);
      kernel.numberRows(rowTask);
      writer.advance(get(ROW_TASK.rows), get(ROW_TASK.idBytes));
    } while (get(ROW_TASK.rows) > 0);
    return get(ROW_TASK.at);
  };
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
 * The names of classes as the kernel compares them with text, one after the other: u32 how many bytes, and the bytes.
 *
 * Null where they are too long for their place, and where comparing bytes will not do: `parseRow` decodes text before it
 * compares, and a name with half a surrogate pair equals none.
 */
function nameTable(names: readonly string[]): Uint8Array | null {
  const parts = names.flatMap((name) => {
    const bytes = Buffer.from(name);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const table = Buffer.concat(parts);
  const isExact = names.every((name) => Buffer.from(name).toString() === name);
  return isExact && table.length <= ROW_TASK.NAME_TABLE_BYTES ? table : null;
}
