import { DigitflowError } from '../../../errors.js';
import type { CsvFlags, Guess, LabelColumns } from '../dialect.js';
import { readNumber } from '../fields.js';
import {
  type Claim,
  type ColumnEvidence,
  columnOf,
  isCounting,
  isWithin,
  type KnownImages,
} from './column-evidence.js';
import { isIdName, pixelOrder } from './column-names.js';
import {
  guessOf,
  noneAtTheEnds,
  notInOrder,
  othersGuess,
  tooNarrow,
  transposeGuess,
} from './describe-columns.js';
import { asLabel, claimLabel, isLabelLikePixel } from './guess-label.js';

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
  if (evidence.columnCount < known.pixelCount) throw tooNarrow(evidence, known, evidence.columnCount);
  const label = claimLabel(evidence, known, flags);
  const id = claimId(evidence, known, flags, label);
  if (countBeside(evidence, label, id) < known.pixelCount)
    throw tooNarrow(evidence, known, countBeside(evidence, label, id));
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
      isLabelLikePixel(evidence, known, flags)
        ? { property: 'label', value: 'none', by: 'guessed', flag: '--label first' }
        : guessOf('label', labelColumns && label, evidence),
      guessOf('id', flags.id === 'none' ? null : id, evidence),
      ...(order === 'columns' || flags.transpose !== undefined
        ? [transposeGuess(flags, order === 'columns')]
        : []),
      ...othersGuess(evidence, known, firstPixel, [label, id]),
    ],
  };
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

/** How many columns neither label nor id claims; a flag may have given both the same one. */
function countBeside({ columnCount }: ColumnEvidence, label: Claim | null, id: Claim | null): number {
  const isShared = id !== null && isWithin(id.first, label);
  return columnCount - (label?.count ?? 0) - (id === null || isShared ? 0 : 1);
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
    throw noneAtTheEnds(evidence, known);
  }
  throw new DigitflowError(
    'CSV_COLUMNS',
    `${evidence.name}: expected ${pixelCount} pixels side by side in ${columnCount} columns, found no such run beyond doubt: ` +
      'say --label and --id, or leave the other columns out',
  );
}
