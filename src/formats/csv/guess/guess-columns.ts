import { DigitflowError } from '../../../errors.js';
import type { Guess, LabelColumns } from '../dialect.js';
import { readNumber } from '../parse-row.js';
import {
  type Claim,
  type ColumnEvidence,
  columnOf,
  isCounting,
  isIdName,
  isLabelName,
  isWithin,
  noSuchColumn,
  pixelOrder,
} from './column-evidence.js';
import {
  guessOf,
  noneAtTheEnds,
  notInOrder,
  othersGuess,
  tooNarrow,
  transposeGuess,
} from './describe-columns.js';

/** What the columns are. */
export interface Columns {
  readonly firstPixel: number;
  readonly label: LabelColumns | null;
  readonly idColumn: number | null;
  /** See `CsvDialect.transposed`. */
  readonly isTransposed: boolean | null;
  readonly guesses: readonly Guess[];
}

/**
 * Finds out which columns are label, id and pixels: by flags, then by names, then by what stands in them.
 *
 * @throws DigitflowError CSV_COLUMNS where the columns do not hold such images, USAGE for a flag that names none of them
 */
export function guessColumns(evidence: ColumnEvidence): Columns {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (columnCount < pixelCount) throw tooNarrow(evidence, columnCount);
  const label = claimLabel(evidence);
  const id = claimId(evidence, label);
  const left = countUnclaimed(evidence, label, id);
  if (left < pixelCount) throw tooNarrow(evidence, left);
  const firstPixel = findPixels(evidence, [label, id]);
  const order = names ? pixelOrder(names.slice(firstPixel, firstPixel + pixelCount)) : 'unnamed';
  if (order === 'mixed' && names?.slice(firstPixel).some((name) => /\d/.test(name))) {
    throw notInOrder(evidence, firstPixel);
  }
  const isNamedTransposed = order === 'columns';
  const usedLabel = flags.label === 'none' ? null : label;
  const usedId = flags.id === 'none' ? null : id;
  return {
    firstPixel,
    label: usedLabel && labelOf(usedLabel, evidence),
    idColumn: usedId?.first ?? null,
    isTransposed: flags.transpose ?? (isNamedTransposed || null),
    guesses: [
      isLabelLikePixel(evidence)
        ? { property: 'label', value: 'none', by: 'guessed', flag: '--label first' }
        : guessOf('label', usedLabel, evidence),
      guessOf('id', usedId, evidence),
      ...transposeGuess(flags.transpose, isNamedTransposed),
      ...othersGuess(evidence, firstPixel, [label, id]),
    ],
  };
}

/** Finds the id: by its flag, then by its name; without names, a single spare column at an end. */
function claimId(evidence: ColumnEvidence, label: Claim | null): Claim | null {
  const { names, rows, columnCount, pixelCount, flags } = evidence;
  if (flags.id !== undefined && flags.id !== 'none') {
    return { first: columnOf(evidence, '--id', flags.id), count: 1, by: 'given' };
  }
  const claim = (column = -1): Claim | null => (column < 0 ? null : { first: column, count: 1, by: 'seen' });
  const isFree = (column: number) => !isWithin(column, label);
  const spare = columnCount - pixelCount - (label?.count ?? 0);
  if (names) {
    return claim(spare > 0 ? names.findIndex((name, column) => isIdName(name) && isFree(column)) : -1);
  }
  if (spare !== 1 || rows.length === 0) return null;
  const ends = [0, label?.first === 0 ? label.count : -1, columnCount - 1, (label?.first ?? 0) - 1];
  const candidates = ends.filter((column) => column >= 0 && isFree(column));
  const isText = (column: number) => rows.every((row) => readNumber(row[column]) === undefined);
  return claim(candidates.find((column) => isCounting(rows, column)) ?? candidates.find(isText));
}

/** How many columns neither label nor id claims; flags may have given both the same one. */
function countUnclaimed({ columnCount }: ColumnEvidence, label: Claim | null, id: Claim | null): number {
  const isShared = id !== null && isWithin(id.first, label);
  return columnCount - (label?.count ?? 0) - (id === null || isShared ? 0 : 1);
}

/** Where the pixels begin: the only run of columns that is long enough and holds no claim. */
function findPixels(evidence: ColumnEvidence, claims: readonly (Claim | null)[]): number {
  const { name, names, columnCount, pixelCount } = evidence;
  const isClear = (start: number) =>
    claims.every(
      (claim) => !claim || claim.first + claim.count <= start || claim.first >= start + pixelCount,
    );
  const starts = Array.from({ length: columnCount - pixelCount + 1 }, (_, start) => start).filter(isClear);
  if (starts.length === 1) return starts[0];
  const named = starts.filter((start) =>
    ['rows', 'columns'].includes(pixelOrder(names?.slice(start, start + pixelCount) ?? [])),
  );
  if (names && named.length === 1) return named[0];
  if (starts.length > 1 && columnCount === pixelCount + 1 && !claims.some(Boolean)) {
    throw noneAtTheEnds(evidence);
  }
  throw new DigitflowError(
    'CSV_COLUMNS',
    `${name}: expected ${pixelCount} pixels side by side in ${columnCount} columns, found no such run beyond doubt: ` +
      'say --label and --id, or leave the other columns out',
  );
}

/**
 * Finds the label: by its flag, then by its name, then by what stands in the columns.
 *
 * @throws DigitflowError USAGE for a flag that names no column
 */
export function claimLabel(evidence: ColumnEvidence): Claim | null {
  const { names, columnCount, pixelCount, classes } = evidence;
  const { label } = evidence.flags;
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
  const isFirstOdd = varies(rows.map((row) => row[0])) || isText(evidence, 0);
  if (last && (varies(last) || !isFirstOdd)) {
    return { first: columnCount - 1, count: 1, by: varies(last) ? 'seen' : 'guessed', flag: '--label first' };
  }
  return null;
}

/** What stands in a column, where all of it could be labels; else null. */
function labelValues({ rows, classes, flags }: ColumnEvidence, column: number): readonly string[] | null {
  const values = rows.map((row) => row[column]);
  // Fields are strings of bytes.
  const names = classes.map((name) => Buffer.from(name).toString('latin1'));
  if (values.length > 0 && values.every((value) => names.includes(value))) return values;
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

function isText({ rows }: ColumnEvidence, column: number): boolean {
  return rows.every((row) => readNumber(row[column]) === undefined);
}

/**
 * Whether the first pixels look like labels where no column is spare: a label may stand ahead of rows that lack a pixel.
 * Zeros and ones may be pixels as well.
 */
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
export function labelOf({ first, count }: Claim, evidence: ColumnEvidence): LabelColumns {
  if (count > 1) return { kind: 'one-hot', first, count };
  if (evidence.rows.length > 0 && isText(evidence, first)) {
    return { kind: 'name', column: first, names: evidence.classes };
  }
  return { kind: 'number', column: first, from: evidence.flags.labelsFrom ?? 0 };
}
