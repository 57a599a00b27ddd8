import { DigitflowError } from '../../../errors.js';
import type { Guess } from '../../reading.js';
import type { CsvDialect } from '../dialect.js';
import {
  type Claim,
  type ColumnEvidence,
  columnOf,
  counted,
  isCounting,
  isIdName,
  isText,
  isWithin,
  pixelOrder,
} from './column-evidence.js';
import { claimLabel, isLabelLikePixel, labelOf } from './guess-label.js';

/** What the columns are. */
export interface Columns extends Pick<CsvDialect, 'firstPixel' | 'label' | 'idColumn' | 'transposed'> {
  readonly guesses: readonly Guess[];
}

/**
 * Finds out which columns are label, id and pixels: by flags, then by names, then by what stands in them.
 *
 * @throws DigitflowError CSV_COLUMNS where they hold no such images, USAGE for a flag that names none of them
 */
export function guessColumns(evidence: ColumnEvidence): Columns {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (columnCount < pixelCount) throw tooNarrow(evidence, columnCount);
  const label = claimLabel(evidence);
  const id = claimId(evidence, label);
  // Flags may have given both the same column.
  const idCount = id === null || isWithin(id.first, label) ? 0 : 1;
  const left = columnCount - (label?.count ?? 0) - idCount;
  if (left < pixelCount) throw tooNarrow(evidence, left);
  const firstPixel = findPixels(evidence, [label, id]);
  const order = names ? pixelOrder(names.slice(firstPixel, firstPixel + pixelCount)) : 'unnamed';
  if (order === 'mixed' && names?.slice(firstPixel).some((name) => /\d/.test(name))) {
    const shown = names.slice(firstPixel, firstPixel + 4).join(', ');
    const message = `expected pixels in the order of the image, found columns named ${shown}, …: put them in order`;
    throw failure(evidence, message);
  }
  const isNamedTransposed = order === 'columns';
  const usedLabel = flags.label === 'none' ? null : label;
  const usedId = flags.id === 'none' ? null : id;
  return {
    firstPixel,
    label: usedLabel && labelOf(usedLabel, evidence),
    idColumn: usedId?.first ?? null,
    transposed: flags.transpose ?? (isNamedTransposed || null),
    guesses: [
      isLabelLikePixel(evidence)
        ? { property: 'label', value: 'none', by: 'guessed', flag: '--label first' }
        : guessOf('label', usedLabel, evidence),
      guessOf('id', usedId, evidence),
      ...transposeGuess(flags.transpose, isNamedTransposed),
      ...othersGuess(evidence, [label, id, { first: firstPixel, count: pixelCount }]),
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
  const counting = candidates.find((column) => isCounting(rows, column));
  return claim(counting ?? candidates.find((column) => isText(rows, column)));
}

/** Where the pixels begin: the only run of columns that is long enough and holds no claim. */
function findPixels(evidence: ColumnEvidence, claims: readonly (Claim | null)[]): number {
  const { names, columnCount, pixelCount } = evidence;
  const isClear = (start: number) =>
    claims.every((run) => !run || run.first + run.count <= start || run.first >= start + pixelCount);
  const starts = Array.from({ length: columnCount - pixelCount + 1 }, (_, start) => start).filter(isClear);
  if (starts.length === 1) return starts[0];
  const orderOf = (start: number) => pixelOrder(names?.slice(start, start + pixelCount) ?? []);
  const named = starts.filter((start) => ['rows', 'columns'].includes(orderOf(start)));
  if (names && named.length === 1) return named[0];
  if (starts.length > 1 && columnCount === pixelCount + 1 && !claims.some(Boolean)) {
    const called = names ? ` ("${names[0]}", "${names[columnCount - 1]}")` : '';
    const found = `found ${columnCount} columns, none at either end${called} that looks like a label or an id`;
    throw failure(evidence, `expected ${pixelCount} pixels a row, ${found}: say --label or --id`);
  }
  const expected = `expected ${pixelCount} pixels side by side in ${columnCount} columns`;
  const advice = 'say --label and --id, or leave the other columns out';
  throw failure(evidence, `${expected}, found no such run beyond doubt: ${advice}`);
}

/** `left`: the columns beside label and id. */
function tooNarrow(evidence: ColumnEvidence, left: number): DigitflowError {
  const [beside, advice] =
    left === evidence.columnCount
      ? ['', 'give another network, or say --delimiter']
      : [' beside label and id', 'give rows with all pixels, or another network'];
  const expected = `expected ${evidence.pixelCount} pixels a row, as many as the network has inputs`;
  return failure(evidence, `${expected}, found ${counted(left, 'column')}${beside}; ${advice}`);
}

function failure({ name }: ColumnEvidence, message: string): DigitflowError {
  return new DigitflowError('CSV_COLUMNS', `${name}: ${message}`);
}

/** How a label or id came to be known; null is none. */
function guessOf(property: string, claim: Claim | null, { names, columnCount }: ColumnEvidence): Guess {
  if (claim === null) return { property, value: 'none', by: 'seen' };
  const { first, count, by, flag } = claim;
  const place = first === 0 ? 'first' : first === columnCount - 1 ? 'last' : `${first + 1}`;
  const named = names ? ` "${names[first]}"` : '';
  const value = count > 1 ? `one-hot, columns ${first + 1} to ${first + count}` : `column ${place}${named}`;
  return { property, value, by, flag: by === 'guessed' ? flag : undefined };
}

/** In which order the pixels stand; no guess where neither the flag nor names say so. */
function transposeGuess(given: boolean | undefined, isNamedTransposed: boolean): Guess[] {
  if (given === undefined && !isNamedTransposed) return [];
  const value = (given ?? isNamedTransposed) ? 'column by column' : 'row by row';
  return [{ property: 'transpose', value, by: given === undefined ? 'seen' : 'given' }];
}

/** Which columns are in no run that is used; no guess where there are none. */
function othersGuess(
  { columnCount }: ColumnEvidence,
  used: readonly (Pick<Claim, 'first' | 'count'> | null)[],
): Guess[] {
  const columns = Array.from({ length: columnCount }, (_, column) => column);
  const others = columns.filter((column) => !used.some((run) => isWithin(column, run)));
  if (others.length === 0) return [];
  const shown = others.slice(0, 5).map((column) => `${column + 1}`);
  const value = `${shown.join(', ')}${others.length > 5 ? ' and more' : ''}`;
  return [{ property: 'columns left out', value, by: 'seen' }];
}
