import { DigitflowError } from '../errors.js';
import { type Claim, type ColumnEvidence, isWithin, type KnownImages } from './column-evidence.js';
import { isIdName, isLabelName, pixelOrder, plainName } from './column-names.js';
import type { LabelColumns } from './dialect.js';
import type { CsvFlags } from './flags.js';
import type { Guess } from './guess.js';
import { readNumber } from './read-number.js';
import { guessOf, noSuchColumn, notInOrder, othersGuess, tooNarrow, transposeGuess } from './say-columns.js';

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
 * Finds out which columns are pixels, label and id: by flags, then by names, then by what stands in them.
 *
 * @throws DigitflowError CSV_COLUMNS where the columns do not hold such images, USAGE for a flag that names none of them
 */
export function guessColumns(evidence: ColumnEvidence, known: KnownImages, flags: CsvFlags): Columns {
  const { columnCount } = evidence;
  if (columnCount < known.pixelCount) throw tooNarrow(evidence, known);
  const label = claimLabel(evidence, known, flags);
  const id = claimId(evidence, known, flags, label);
  const firstPixel = findPixels(evidence, known, [label, id]);
  const order = evidence.names
    ? pixelOrder(evidence.names.slice(firstPixel, firstPixel + known.pixelCount))
    : 'unnamed';
  if (order === 'mixed' && evidence.names?.slice(firstPixel).some((name) => /\d/.test(name))) {
    throw notInOrder(evidence, firstPixel);
  }
  const isDropped = flags.label === 'none';
  const labelColumns = label && !isDropped ? asLabel(label, evidence, known, flags) : null;
  return {
    firstPixel,
    label: labelColumns,
    idColumn: id && flags.id !== 'none' ? id.first : null,
    isTransposed: flags.transpose ?? (order === 'columns' ? true : null),
    guesses: [
      guessOf('label', labelColumns && label, evidence),
      guessOf('id', flags.id === 'none' ? null : id, evidence),
      ...(order === 'columns' || flags.transpose !== undefined
        ? [transposeGuess(flags, order === 'columns')]
        : []),
      ...othersGuess(evidence, known, firstPixel, [label, id]),
    ],
  };
}

function claimLabel(evidence: ColumnEvidence, known: KnownImages, flags: CsvFlags): Claim | null {
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
  const from = flags.labelsFrom ?? 0;
  const couldBe = (column: number) => {
    const values = rows.map((row) => row[column]);
    if (values.length > 0 && values.every((value) => known.classes.includes(value))) return values;
    const fits = values.every((value) => {
      const number = readNumber(value);
      return (
        number !== undefined &&
        Number.isInteger(number) &&
        number >= from &&
        number < from + known.classes.length
      );
    });
    return fits ? values : null;
  };
  const varies = (values: readonly string[] | null) => values !== null && new Set(values).size > 1;
  // With two spare columns the first is mostly an index: then the label is the second one, or the last.
  const second = spare > 1 ? couldBe(1) : null;
  const [first, last] = [couldBe(0), couldBe(columnCount - 1)];
  if (varies(second) && !varies(first)) return { first: 1, count: 1, by: 'seen' };
  if (first && (varies(first) || !varies(last)) && !isCounting(rows, 0)) {
    const isSure = varies(first) && !varies(last);
    return { first: 0, count: 1, by: isSure ? 'seen' : 'guessed', flag: '--label last' };
  }
  // A last column that never changes is black pixels, where the first one can only be an id.
  const isIdFirst = isCounting(rows, 0) || rows.every((row) => readNumber(row[0]) === undefined);
  if (last && (varies(last) || !isIdFirst)) {
    return { first: columnCount - 1, count: 1, by: varies(last) ? 'seen' : 'guessed', flag: '--label first' };
  }
  return null;
}

function claimId(
  evidence: ColumnEvidence,
  known: KnownImages,
  flags: CsvFlags,
  label: Claim | null,
): Claim | null {
  const { names, rows, columnCount } = evidence;
  if (flags.id !== undefined && flags.id !== 'none') {
    return { first: columnOf(evidence, '--id', flags.id), count: 1, by: 'given' };
  }
  const isFree = (column: number) => !isWithin(column, label);
  if (names) {
    const spare = columnCount - known.pixelCount - (label?.count ?? 0);
    const named = spare > 0 ? names.findIndex((name, column) => isIdName(name) && isFree(column)) : -1;
    return named >= 0 ? { first: named, count: 1, by: 'seen' } : null;
  }
  if (columnCount - known.pixelCount - (label?.count ?? 0) !== 1) return null;
  const ends = [0, label?.first === 0 ? label.count : -1, columnCount - 1, (label?.first ?? 0) - 1];
  const candidates = ends.filter((column) => column >= 0 && isFree(column));
  const counting = candidates.find((column) => isCounting(rows, column));
  if (counting !== undefined) return { first: counting, count: 1, by: 'seen' };
  const text = candidates.find((column) => rows.every((row) => readNumber(row[column]) === undefined));
  return text === undefined || rows.length === 0 ? null : { first: text, count: 1, by: 'seen' };
}

/** Whether a column counts up by one from row to row. */
function isCounting(rows: readonly (readonly string[])[], column: number): boolean {
  if (rows.length < 3) return false;
  const numbers = rows.map((row) => readNumber(row[column]) ?? Number.NaN);
  return numbers.slice(1).every((number, i) => number === numbers[i] + 1);
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

/** The one run of columns that is long enough and holds nothing else. */
function findPixels(evidence: ColumnEvidence, known: KnownImages, claims: readonly (Claim | null)[]): number {
  const { columnCount, names } = evidence;
  const { pixelCount } = known;
  const starts = Array.from({ length: columnCount - pixelCount + 1 }, (_, start) => start).filter((start) =>
    claims.every(
      (claim) => !claim || claim.first + claim.count <= start || claim.first >= start + pixelCount,
    ),
  );
  if (starts.length === 1) return starts[0];
  const named = starts.filter((start) => {
    const order = pixelOrder(names?.slice(start, start + pixelCount) ?? []);
    return names && (order === 'rows' || order === 'columns');
  });
  if (named.length === 1) return named[0];
  if (starts.length > 1 && columnCount === pixelCount + 1 && !claims.some(Boolean)) {
    const message = `${evidence.name}: expected ${pixelCount} pixels a row, found ${columnCount} columns, none at either end that looks like a label or an id: say --label or --id`;
    throw new DigitflowError('CSV_COLUMNS', message);
  }
  throw new DigitflowError(
    'CSV_COLUMNS',
    `${evidence.name}: expected ${pixelCount} pixels side by side in ${columnCount} columns, found no such run beyond doubt: ` +
      'say --label and --id, or leave the other columns out',
  );
}

function asLabel(claim: Claim, { rows }: ColumnEvidence, known: KnownImages, flags: CsvFlags): LabelColumns {
  const { first, count } = claim;
  if (count > 1) return { kind: 'one-hot', first, count };
  const isText = rows.length > 0 && rows.every((row) => readNumber(row[first]) === undefined);
  if (isText) return { kind: 'name', column: first, names: known.classes };
  return { kind: 'number', column: first, from: flags.labelsFrom ?? 0 };
}

/** A column by its name, or by its number from 1. */
function columnOf(evidence: ColumnEvidence, flag: string, wanted: string): number {
  const { names, columnCount } = evidence;
  const named = names?.findIndex((name) => plainName(name) === plainName(wanted)) ?? -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= columnCount) return number - 1;
  throw noSuchColumn(evidence, `${flag} ${wanted}`, 'such column');
}
