import type { CsvFlags, LabelColumns } from '../dialect.js';
import { readNumber } from '../fields.js';
import {
  type Claim,
  type ColumnEvidence,
  columnOf,
  isCounting,
  type KnownImages,
  noSuchColumn,
} from './column-evidence.js';
import { isLabelName } from './column-names.js';

/**
 * Finds the label: by its flag, then by its name, then by what stands in the columns.
 *
 * @throws DigitflowError USAGE for a flag that names no column
 */
export function claimLabel(evidence: ColumnEvidence, known: KnownImages, flags: CsvFlags): Claim | null {
  const { names, columnCount } = evidence;
  const { label } = flags;
  const given = (first: number, count = 1): Claim => ({ first, count, by: 'given' });
  if (label === 'first') return given(0);
  if (label === 'last') return given(columnCount - 1);
  if (label === 'one-hot') {
    const first = oneHotStart(evidence, known);
    if (first === null) throw noSuchColumn(evidence, '--label one-hot', 'columns of which one is 1');
    return given(first, known.classes.length);
  }
  if (label !== undefined && label !== 'none') return given(columnOf(evidence, '--label', label));
  if (names) {
    const named = names.findIndex(isLabelName);
    if (named >= 0) return { first: named, count: 1, by: 'seen' };
  }
  const spare = columnCount - known.pixelCount;
  const hot = spare >= known.classes.length ? oneHotStart(evidence, known) : null;
  if (hot !== null && known.classes.length > 1)
    return { first: hot, count: known.classes.length, by: 'seen' };
  return names ? null : labelByValues(evidence, known, flags, spare);
}

/** Without names: a spare column at either end whose values could be labels. */
function labelByValues(
  evidence: ColumnEvidence,
  known: KnownImages,
  flags: CsvFlags,
  spare: number,
): Claim | null {
  if (spare === 0) return null;
  const { rows, columnCount } = evidence;
  const couldBe = (column: number) => labelValues(evidence, known, flags, column);
  // With two spare columns the first is mostly an index: then the label is the second one, or the last.
  const second = spare > 1 ? couldBe(1) : null;
  const [first, last] = [couldBe(0), couldBe(columnCount - 1)];
  if (varies(second) && !varies(first)) return { first: 1, count: 1, by: 'seen' };
  if (first && (varies(first) || !varies(last)) && !isCounting(rows, 0)) {
    const isSure = varies(first) && !varies(last);
    return { first: 0, count: 1, by: isSure ? 'seen' : 'guessed', flag: '--label last' };
  }
  // A last column that never changes is black pixels, where the first one does, or is text: what that is nobody knows.
  const isFirstOdd =
    new Set(rows.map((row) => row[0])).size > 1 || rows.every((row) => readNumber(row[0]) === undefined);
  if (last && (varies(last) || !isFirstOdd)) {
    return { first: columnCount - 1, count: 1, by: varies(last) ? 'seen' : 'guessed', flag: '--label first' };
  }
  return null;
}

/** What stands in a column, where all of it could be labels; else null. */
function labelValues(
  { rows }: ColumnEvidence,
  known: KnownImages,
  flags: CsvFlags,
  column: number,
): readonly string[] | null {
  const values = rows.map((row) => row[column]);
  // Fields are strings of bytes.
  const classes = known.classes.map((name) => Buffer.from(name).toString('latin1'));
  if (values.length > 0 && values.every((value) => classes.includes(value))) return values;
  const from = flags.labelsFrom ?? 0;
  // Those that are counted from 1 are labels too: whoever reads them says that it has to be told.
  const end = from + known.classes.length + (flags.labelsFrom === undefined ? 1 : 0);
  const fits = values.every((value) => {
    const number = readNumber(value);
    return number !== undefined && Number.isInteger(number) && number >= from && number < end;
  });
  return fits ? values : null;
}

function varies(values: readonly string[] | null): boolean {
  return values !== null && new Set(values).size > 1;
}

/**
 * Whether the first pixels, of rows that have no column to spare, look like labels: then a label may stand ahead of rows that
 * lack a pixel. Zeros and ones may be pixels as well.
 */
export function isLabelLikePixel(evidence: ColumnEvidence, known: KnownImages, flags: CsvFlags): boolean {
  const { names, columnCount } = evidence;
  if (names !== null || flags.label !== undefined || columnCount !== known.pixelCount) return false;
  return new Set(labelValues(evidence, known, flags, 0)).size > 2;
}

/** The first or last run of as many columns as there are classes of which exactly one is 1 in every row. */
function oneHotStart({ rows, columnCount }: ColumnEvidence, { classes }: KnownImages): number | null {
  if (rows.length === 0) return null;
  const isHot = (first: number) =>
    rows.every((row) => {
      const values = row.slice(first, first + classes.length).map(readNumber);
      return (
        values.every((value) => value === 0 || value === 1) &&
        values.filter((value) => value === 1).length === 1
      );
    });
  return [0, 1, columnCount - classes.length].find((first) => first >= 0 && isHot(first)) ?? null;
}

/** What a dialect says of such a label. */
export function asLabel(
  claim: Claim,
  { rows }: ColumnEvidence,
  known: KnownImages,
  flags: CsvFlags,
): LabelColumns {
  const { first, count } = claim;
  if (count > 1) return { kind: 'one-hot', first, count };
  const isText = rows.length > 0 && rows.every((row) => readNumber(row[first]) === undefined);
  if (isText) return { kind: 'name', column: first, names: known.classes };
  return { kind: 'number', column: first, from: flags.labelsFrom ?? 0 };
}
