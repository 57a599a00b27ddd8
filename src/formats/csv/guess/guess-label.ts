import type { LabelColumns } from '../dialect.js';
import { readNumber } from '../parse-row.js';
import { nameOfField } from '../text-encoding.js';
import {
  type Claim,
  type ColumnEvidence,
  columnOf,
  isLabelName,
  isText,
  noSuchColumn,
} from './column-evidence.js';

/** Finds the label: by its flag (USAGE where that names no column), its name, or as one-hot columns. */
export function claimLabel(evidence: ColumnEvidence): Claim | null {
  const { names, columnCount, pixelCount, classes, flags } = evidence;
  const { label } = flags;
  const given = (first: number, count = 1): Claim => ({ first, count, by: 'given' });
  if (label === 'first') return given(0);
  if (label === 'last') return given(columnCount - 1);
  if (label === 'one-hot') {
    const first = oneHotStart(evidence);
    if (first === null) throw noSuchColumn(evidence, '--label one-hot', 'columns of which one is 1');
    return given(first, classes.length);
  }
  if (label !== undefined && label !== 'none') return given(columnOf(evidence, '--label', label));
  const named = names?.findIndex(isLabelName) ?? -1;
  if (named >= 0) return { first: named, count: 1, by: 'seen' };
  const spare = columnCount - pixelCount;
  const hot = classes.length > 1 && spare >= classes.length ? oneHotStart(evidence) : null;
  if (hot !== null) return { first: hot, count: classes.length, by: 'seen' };
  return null;
}

/** What stands in a column, where all of it could be labels; else null. */
export function labelValues(
  { rows, more, classes, flags }: ColumnEvidence,
  column: number,
): readonly string[] | null {
  const values = [...rows, ...more].map((row) => row[column]);
  const isClass = (value: string) => classes.includes(nameOfField(value, flags.encoding));
  if (values.length > 0 && values.every(isClass)) return values;
  const from = flags.labelsFrom ?? 0;
  // Labels counted from 1 are labels too: a row with the last one will say that --labels-from is needed.
  const end = from + classes.length + (flags.labelsFrom === undefined ? 1 : 0);
  const fits = values.every((value) => {
    const number = readNumber(value);
    return number !== undefined && Number.isInteger(number) && number >= from && number < end;
  });
  return fits ? values : null;
}

/** Whether the first pixels look like labels (not only 0 and 1) where no column is spare: rows may lack a pixel. */
export function isLabelLikePixel(evidence: ColumnEvidence): boolean {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (names !== null || flags.label !== undefined || columnCount !== pixelCount) return false;
  return new Set(labelValues(evidence, 0)).size > 2;
}

/** Where a run of one column a class begins, at either end, of which exactly one is 1 in every row. */
function oneHotStart({ rows, more, columnCount, classes }: ColumnEvidence): number | null {
  if (rows.length === 0) return null;
  const isHot = (first: number) =>
    [...rows, ...more].every((row) => {
      const values = row.slice(first, first + classes.length).map(readNumber);
      const ones = values.filter((value) => value === 1);
      return ones.length === 1 && values.every((value) => value === 0 || value === 1);
    });
  return [0, 1, columnCount - classes.length].find((first) => first >= 0 && isHot(first)) ?? null;
}

/** How a dialect describes the label. */
export function labelOf({ first, count }: Claim, { rows, classes, flags }: ColumnEvidence): LabelColumns {
  if (count > 1) return { kind: 'one-hot', first, count };
  if (rows.length > 0 && isText(rows, first)) return { kind: 'name', column: first, names: classes };
  return { kind: 'number', column: first, from: flags.labelsFrom ?? 0 };
}
