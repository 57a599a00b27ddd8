import type { LabelColumns } from './dialect.js';
import { readNumber } from './read-number.js';
import { quoted, type RowFault } from './row-fault.js';

/** Reads the class that a row shows, an index below `classCount`, from its fields (strings of bytes). */
export function readLabel(
  fields: readonly string[],
  label: LabelColumns,
  classCount: number,
): number | RowFault {
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
    const column = `column ${first + i + 1}`;
    if (value !== 0 && value !== 1)
      return { fault: `${column}: expected 0 or 1, found ${quoted(fields[first + i])}` };
    if (value === 0) continue;
    if (index >= 0) return { fault: `${column}: expected a single 1, found a second one` };
    index = i;
    if (index >= classCount) return { fault: `${column}: expected one of ${classCount} classes` };
  }
  return index >= 0
    ? index
    : { fault: `columns ${first + 1} to ${first + count}: expected a single 1, found none` };
}
