import { plainPixels } from './text';

// @ts-ignore: decorator
@inline const QUOTE: i32 = 0x22;
// @ts-ignore: decorator
@inline const LINE_FEED: i32 = 0x0a;
// @ts-ignore: decorator
@inline const CARRIAGE_RETURN: i32 = 0x0d;
/** Longer labels are left to others: these are exact. */
// @ts-ignore: decorator
@inline const MOST_LABEL_DIGITS: usize = 9;

/** What rows are read from and written to; mirrors `ROW_TASK` in src/pool/layout.ts. */
@unmanaged
class RowTask {
  /** Where the next row begins; rows from `limit` on are not taken, and the text ends at `end`. */
  at: usize;
  limit: usize;
  end: usize;
  /** What row starts are counted from. */
  origin: usize;
  /** How many rows may be taken; how many were. */
  mostRows: i32;
  rows: i32;
  pixels: usize;
  labels: usize;
  rowStarts: usize;
  /** 0 where no ids are wanted. */
  idEnds: usize;
  ids: usize;
  idBytes: u32;
  idRoom: u32;
  compression: usize;
  delimiter: i32;
  lineEnd: i32;
  firstPixel: i32;
  pixelCount: i32;
  columnCount: i32;
  /** -1 where there is none. */
  labelColumn: i32;
  labelFrom: i32;
  classCount: i32;
  idColumn: i32;
}

/** What was found beside the pixels of the row at hand. */
let label: i32 = 0;
let idStart: usize = 0;
let idEnd: usize = 0;

/**
 * Takes rows of plain whole numbers, with pixels, labels, row starts and ids, up to the first that is not for it: nothing
 * quoted, no sign, no point. Leaves in the task where that one begins, and how many rows were taken.
 */
export function plainRows(address: usize): void {
  const task = changetype<RowTask>(address);
  const end = task.end;
  let at = task.at;
  let pixels = task.pixels;
  let rows = 0;
  while (at < task.limit && rows < task.mostRows) {
    label = -1;
    const lineEnd = plainRow(task, at, pixels);
    if (lineEnd == 0) break;
    if (task.labelColumn >= 0) {
      const index = label - task.labelFrom;
      if (label < 0 || index < 0 || index >= task.classCount) break;
      store<u8>(task.labels + <usize>rows, <u8>index);
    }
    if (task.idEnds != 0) {
      const length = <u32>(idEnd - idStart);
      if (length > task.idRoom - task.idBytes) break;
      memory.copy(task.ids + <usize>task.idBytes, idStart, <usize>length);
      task.idBytes += length;
      store<u32>(task.idEnds + (<usize>rows << 2), task.idBytes);
    }
    store<u32>(task.rowStarts + (<usize>rows << 2), <u32>(at - task.origin));
    rows++;
    pixels += <usize>task.pixelCount;
    at = lineEnd + 1;
  }
  task.at = at;
  task.rows = rows;
}

/** Reads the row at `start`; returns where its line end is, or 0. */
// @ts-ignore: decorator
@inline
function plainRow(task: RowTask, start: usize, pixels: usize): usize {
  const end = task.end;
  const delimiter = task.delimiter;
  let at = start;
  for (let column = 0; column < task.firstPixel; column++) {
    at = field(task, column, at);
    if (at == 0 || at >= end || <i32>load<u8>(at) != delimiter) return 0;
    at++;
  }
  at = plainPixels(at, delimiter, task.pixelCount, pixels, task.compression);
  if (at == 0 || at >= end) return 0;
  for (let column = task.firstPixel + task.pixelCount; column < task.columnCount; column++) {
    if (at >= end || <i32>load<u8>(at) != delimiter) return 0;
    at = field(task, column, at + 1);
    if (at == 0) return 0;
  }
  if (task.lineEnd == LINE_FEED && at < end && <i32>load<u8>(at) == CARRIAGE_RETURN) at++;
  return at < end && <i32>load<u8>(at) == task.lineEnd ? at : 0;
}

/** Where the field at `at` ends, at its delimiter or line end; 0 where it is not plain. */
function field(task: RowTask, column: i32, at: usize): usize {
  let to = at;
  for (; to < task.end; to++) {
    const byte = <i32>load<u8>(to);
    if (byte == task.delimiter || byte == task.lineEnd) break;
    if (byte == QUOTE) return 0;
  }
  // A carriage return before a line feed belongs to the line end.
  const isReturned =
    to > at &&
    task.lineEnd == LINE_FEED &&
    <i32>load<u8>(to) == LINE_FEED &&
    <i32>load<u8>(to - 1) == CARRIAGE_RETURN;
  const textEnd = isReturned ? to - 1 : to;
  if (column == task.labelColumn) label = wholeNumber(at, textEnd);
  if (column == task.idColumn) {
    idStart = at;
    idEnd = textEnd;
  }
  return to;
}

/** -1 for what is not a whole number without a sign. */
// @ts-ignore: decorator
@inline
function wholeNumber(at: usize, end: usize): i32 {
  if (end == at || end - at > MOST_LABEL_DIGITS) return -1;
  let value = 0;
  for (; at < end; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit > 9) return -1;
    value = value * 10 + <i32>digit;
  }
  return value;
}
