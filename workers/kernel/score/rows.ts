import * as TASK from '../common/row-offsets';
import { decimal, decimalPixels, isExact, readDecimal } from './decimal';
import { plainPixels } from './text';

const QUOTE: i32 = 0x22;
const SPACE: i32 = 0x20;
const LINE_FEED: i32 = 0x0a;
const CARRIAGE_RETURN: i32 = 0x0d;
/** Longer labels are left to `parseRow`: these are exact. */
const MOST_LABEL_DIGITS: usize = 9;
const MOST_LABEL: f64 = 999_999_999;

/** See row-offsets.ts. */
@unmanaged
class RowTask {
  get at(): usize { return load<usize>(changetype<usize>(this), TASK.at); }
  set at(value: usize) { store<usize>(changetype<usize>(this), value, TASK.at); }
  get limit(): usize { return load<usize>(changetype<usize>(this), TASK.limit); }
  get end(): usize { return load<usize>(changetype<usize>(this), TASK.end); }
  get origin(): usize { return load<usize>(changetype<usize>(this), TASK.origin); }
  get mostRows(): i32 { return load<i32>(changetype<usize>(this), TASK.mostRows); }
  get rows(): i32 { return load<i32>(changetype<usize>(this), TASK.rows); }
  set rows(value: i32) { store<i32>(changetype<usize>(this), value, TASK.rows); }
  get pixels(): usize { return load<usize>(changetype<usize>(this), TASK.pixels); }
  get labels(): usize { return load<usize>(changetype<usize>(this), TASK.labels); }
  get rowStarts(): usize { return load<usize>(changetype<usize>(this), TASK.rowStarts); }
  get idEnds(): usize { return load<usize>(changetype<usize>(this), TASK.idEnds); }
  get ids(): usize { return load<usize>(changetype<usize>(this), TASK.ids); }
  get idBytes(): u32 { return load<u32>(changetype<usize>(this), TASK.idBytes); }
  set idBytes(value: u32) { store<u32>(changetype<usize>(this), value, TASK.idBytes); }
  get idRoom(): u32 { return load<u32>(changetype<usize>(this), TASK.idRoom); }
  get compression(): usize { return load<usize>(changetype<usize>(this), TASK.compression); }
  get delimiter(): i32 { return load<i32>(changetype<usize>(this), TASK.delimiter); }
  get lineEnd(): i32 { return load<i32>(changetype<usize>(this), TASK.lineEnd); }
  get firstPixel(): i32 { return load<i32>(changetype<usize>(this), TASK.firstPixel); }
  get pixelCount(): i32 { return load<i32>(changetype<usize>(this), TASK.pixelCount); }
  get columnCount(): i32 { return load<i32>(changetype<usize>(this), TASK.columnCount); }
  get labelColumn(): i32 { return load<i32>(changetype<usize>(this), TASK.labelColumn); }
  get labelColumns(): i32 { return load<i32>(changetype<usize>(this), TASK.labelColumns); }
  get labelKind(): i32 { return load<i32>(changetype<usize>(this), TASK.labelKind); }
  get labelFrom(): i32 { return load<i32>(changetype<usize>(this), TASK.labelFrom); }
  get white(): f64 { return load<f64>(changetype<usize>(this), TASK.white); }
  get classCount(): i32 { return load<i32>(changetype<usize>(this), TASK.classCount); }
  get idColumn(): i32 { return load<i32>(changetype<usize>(this), TASK.idColumn); }
  get names(): usize { return load<usize>(changetype<usize>(this), TASK.names); }
  get nameCount(): i32 { return load<i32>(changetype<usize>(this), TASK.nameCount); }
}

const NO_LABEL: i32 = -1;
/** One that is left to `parseRow`. */
const ODD_LABEL: i32 = -2;

/** What was found beside the pixels of the row at hand: the class that it shows, if all goes well. */
let label: i32 = 0;
let idStart: usize = 0;
let idEnd: usize = 0;

/**
 * Takes rows of numbers, with pixels, labels, row starts and ids, up to the first that `plainPixels` and `decimalPixels` do
 * not read. Leaves in the task where that one begins, and how many rows it took.
 */
export function numberRows(address: usize): void {
  const task = changetype<RowTask>(address);
  const end = task.end;
  let at = task.at;
  let pixels = task.pixels;
  let rows = 0;
  while (at < task.limit && rows < task.mostRows) {
    label = NO_LABEL;
    const lineEnd = row(task, at, pixels);
    if (lineEnd == 0) break;
    if (task.labelColumns > 0) {
      if (label < 0 || label >= task.classCount) break;
      store<u8>(task.labels + <usize>rows, <u8>label);
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
@inline function row(task: RowTask, start: usize, pixels: usize): usize {
  let at = start;
  for (let column = 0; column < task.firstPixel; column++) {
    at = field(task, column, at);
    if (at == 0 || at >= task.end || <i32>load<u8>(at) != task.delimiter) return 0;
    at++;
  }
  if (task.white == 255) {
    const after = plainPixels(at, task.delimiter, task.pixelCount, pixels, task.compression);
    const lineEnd: usize = after == 0 ? 0 : rest(task, after);
    if (lineEnd != 0) return lineEnd;
  }
  const after = decimalPixels(at, task.delimiter, task.pixelCount, task.white, pixels);
  return after == 0 ? 0 : rest(task, after);
}

/** Reads what follows the pixels; returns where the row's line end is, or 0. */
function rest(task: RowTask, pixelsEnd: usize): usize {
  const end = task.end;
  let at = pixelsEnd;
  for (let column = task.firstPixel + task.pixelCount; column < task.columnCount; column++) {
    if (at >= end || <i32>load<u8>(at) != task.delimiter) return 0;
    at = field(task, column, at + 1);
    if (at == 0) return 0;
  }
  if (task.lineEnd == LINE_FEED) while (at < end && <i32>load<u8>(at) == CARRIAGE_RETURN) at++;
  return at < end && <i32>load<u8>(at) == task.lineEnd ? at : 0;
}

/** Where the field at `at` ends, at its delimiter or line end; 0 where it is not as simple as that. */
function field(task: RowTask, column: i32, at: usize): usize {
  const isQuoted = at < task.end && <i32>load<u8>(at) == QUOTE;
  const start = isQuoted ? at + 1 : at;
  let to = start;
  for (; to < task.end; to++) {
    const byte = <i32>load<u8>(to);
    if (byte == QUOTE || byte == task.lineEnd) break;
    if (byte == task.delimiter && !isQuoted) break;
  }
  if (to >= task.end || (<i32>load<u8>(to) == QUOTE) != isQuoted) return 0;
  let textEnd = to;
  if (isQuoted) {
    to++;
    // What follows is for the caller to see, but for this.
    if (to < task.end && <i32>load<u8>(to) == QUOTE) return 0;
  } else if (task.lineEnd == LINE_FEED && <i32>load<u8>(to) == LINE_FEED) {
    // Carriage returns before a line feed belong to the line end.
    while (textEnd > start && <i32>load<u8>(textEnd - 1) == CARRIAGE_RETURN) textEnd--;
  }
  // Spaces side by side are one delimiter.
  if (textEnd == at && task.delimiter == SPACE) return 0;
  const place = column - task.labelColumn;
  if (place >= 0 && place < task.labelColumns) label = readLabel(task, place, at, start, textEnd, to);
  if (column == task.idColumn) {
    idStart = start;
    idEnd = textEnd;
  }
  return to;
}

/** The class that a column of the label names; of one-hot columns, what is known after the one at `place`. */
// @ts-ignore: decorator
@inline function readLabel(task: RowTask, place: i32, field: usize, textStart: usize, textEnd: usize, fieldEnd: usize): i32 {
  if (task.labelKind == TASK.NAME_LABEL) return indexOfName(task, textStart, textEnd);
  const value = readNumber(field, textStart, textEnd, fieldEnd, task.delimiter);
  if (task.labelKind == TASK.NUMBER_LABEL) return value < 0 ? ODD_LABEL : value - task.labelFrom;
  if (value == 0) return label;
  return value == 1 && label == NO_LABEL ? place : ODD_LABEL;
}

/** Which of the names stands there, letter by letter; the first of equals. */
function indexOfName(task: RowTask, start: usize, end: usize): i32 {
  const length = end - start;
  let name = task.names;
  for (let index = 0; index < task.nameCount; index++) {
    const nameLength = <usize>load<u32>(name);
    name += 4;
    if (nameLength == length && memory.compare(name, start, length) == 0) return index;
    name += nameLength;
  }
  return ODD_LABEL;
}

/** The whole number that a field is, from 0 to 999,999,999; -1 for anything else. */
// @ts-ignore: decorator
@inline function readNumber(field: usize, textStart: usize, textEnd: usize, fieldEnd: usize, delimiter: i32): i32 {
  const value = wholeNumber(textStart, textEnd);
  if (value >= 0) return value;
  const end = readDecimal(field, delimiter);
  if (end == 0 || (end != fieldEnd && end != textEnd)) return -1;
  if (!isExact || decimal > MOST_LABEL) return -1;
  const whole = <i32>decimal;
  return <f64>whole == decimal ? whole : -1;
}

/** -1 for what is not a whole number without a sign. */
// @ts-ignore: decorator
@inline function wholeNumber(at: usize, end: usize): i32 {
  if (end == at || end - at > MOST_LABEL_DIGITS) return -1;
  let value = 0;
  for (; at < end; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit > 9) return -1;
    value = value * 10 + <i32>digit;
  }
  return value;
}
