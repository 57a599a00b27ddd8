import { DigitflowError } from '../../../errors.js';
import type { Guess, LabelColumns } from '../dialect.js';
import { readNumber } from '../fields.js';
import { type Claim, type ColumnEvidence, columnOf, isCounting, isWithin } from './column-evidence.js';
import { isIdName, pixelOrder } from './column-names.js';
import {
  guessOf,
  noneAtTheEnds,
  notInOrder,
  othersGuess,
  tooNarrow,
  transposeGuess,
} from './describe-columns.js';
import { claimLabel, isLabelLikePixel, labelOf } from './guess-label.js';

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
