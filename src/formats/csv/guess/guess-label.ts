import type { LabelColumns } from '../dialect.js';
import { readNumber } from '../parse-row.js';
import { nameOfField } from '../text-encoding.js';
import {
  type Claim,
  type ColumnEvidence,
  columnOf,
  isCounting,
  isLabelName,
  isText,
  noSuchColumn,
} from './column-evidence.js';

/** Finds the label: by its flag (USAGE where that names no column), its name, what stands in the columns. */
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
  return names || spare === 0 ? null : labelByValues(evidence, spare);
}

/** Without names: one of `spare` spare columns, at either end, whose values could be labels. */
function labelByValues(evidence: ColumnEvidence, spare: number): Claim | null {
  const { rows, columnCount } = evidence;
  // With two spare columns the first is mostly an index: then the label is the second one, or the last.
  const second = spare > 1 ? labelValues(evidence, 1) : null;
  const first = labelValues(evidence, 0);
  const last = labelValues(evidence, columnCount - 1);
  if (varies(second) && !varies(first)) return { first: 1, count: 1, by: 'seen' };
  if (first && (varies(first) || !varies(last)) && !isCounting(rows, 0)) {
    const isSure = varies(first) && !varies(last);
    return { first: 0, count: 1, by: isSure ? 'seen' : 'guessed', flag: '--label last' };
  }
  // A last column that never changes is black pixels, not a label, where the first column changes or is text.
  const isFirstOdd = varies(rows.map((row) => row[0])) || isText(rows, 0);
  if (last && (varies(last) || !isFirstOdd)) {
    return { first: columnCount - 1, count: 1, by: varies(last) ? 'seen' : 'guessed', flag: '--label first' };
  }
  return null;
}

/** What stands in a column, where all of it could be labels; else null. */
function labelValues({ rows, classes, flags }: ColumnEvidence, column: number): readonly string[] | null {
  const values = rows.map((row) => row[column]);
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

function varies(values: readonly string[] | null): boolean {
  return new Set(values).size > 1;
}

/** Whether the first pixels look like labels (not only 0 and 1) where no column is spare: rows may lack a pixel. */
export function isLabelLikePixel(evidence: ColumnEvidence): boolean {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (names !== null || flags.label !== undefined || columnCount !== pixelCount) return false;
  return new Set(labelValues(evidence, 0)).size > 2;
}

/** Where a run of one column a class begins, at either end, of which exactly one is 1 in every row. */
function oneHotStart({ rows, columnCount, classes }: ColumnEvidence): number | null {
  if (rows.length === 0) return null;
  const isHot = (first: number) =>
    rows.every((row) => {
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
