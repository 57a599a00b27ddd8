import { DigitflowError } from '../../../errors.js';
import { readNumber } from '../../read-number.js';
import { type Guess, guessesOf, type ReadingFlags } from '../../reading.js';
import type { CsvDialect } from '../dialect.js';
import {
  type Claim,
  type ColumnEvidence,
  type ColumnRun,
  columnOf,
  columnsBeside,
  counted,
  findColumn,
  isIdName,
  isWithin,
  pixelOrder,
} from './column-evidence.js';
import { claimLabel, isLabelLikePixel, labelOf, labelsIn } from './guess-label.js';
import { flagsOfLayout, guessLayouts } from './guess-layout.js';

/** What the columns are. */
export interface Columns extends Pick<CsvDialect, 'firstPixel' | 'label' | 'idColumn' | 'transposed'> {
  /** Those that are wanted beside images and labels, as far as they are there, by what was asked for. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly guesses: readonly Guess[];
  /** What asks for each of several readings, where rows without names allow for them; the one at hand is the first. */
  readonly alternatives: readonly ReadingFlags[];
  /** True where names and flags do not say what all columns are. */
  readonly isByValues: boolean;
  /** True where the rows are too few to tell an id from a label, or from a column that is left out. */
  readonly isIndexUnsure: boolean;
}

/**
 * Finds out which columns are label, id and pixels: by flags, then by names, then by what stands in them.
 *
 * @throws DigitflowError CSV_COLUMNS where they hold no such images, USAGE for a flag that names none of them
 */
export function guessColumns(evidence: ColumnEvidence): Columns {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (columnCount < pixelCount) throw tooNarrow(evidence, columnCount);
  const claimed = claimLabel(evidence);
  const given = { label: claimed, id: claimId(evidence, claimed) };
  // Flags may have given both the same column.
  const idCount = given.id === null || isWithin(given.id.first, given.label) ? 0 : 1;
  const left = columnCount - (given.label?.count ?? 0) - idCount;
  if (left < pixelCount) throw tooNarrow(evidence, left);
  // Numbers for all columns, as pandas and R write them, say nothing of the columns beside the pixels.
  const isClaimed = (column: number) => isWithin(column, given.label) || isWithin(column, given.id);
  const isNumbered =
    left > pixelCount && names !== null && pixelOrder(names.filter((_, at) => !isClaimed(at))) === 'rows';
  const layouts =
    names && !isNumbered
      ? [{ ...given, firstPixel: findPixels(evidence, [given.label, given.id]) }]
      : guessLayouts(evidence, given);
  if (layouts.length === 0) throw noRun(evidence, given.label !== null || given.id !== null);
  const asked = layouts.length > 1 ? layouts.map((one) => flagsOfLayout(one, evidence, given)) : [];
  const alternatives = asked.filter((flags) => flags !== null);
  if (alternatives.length < asked.length) throw noRun(evidence, true);
  const [{ label, id, firstPixel }] = layouts;
  const order = names ? pixelOrder(names.slice(firstPixel, firstPixel + pixelCount)) : 'unnamed';
  if (order === 'mixed' && names?.slice(firstPixel).some((name) => /\d/.test(name))) {
    const shown = names.slice(firstPixel, firstPixel + 4).join(', ');
    const message = `expected pixels in the order of the image, found columns named ${shown}, …: put them in order`;
    throw failure(evidence, message);
  }
  const isNamedTransposed = order === 'columns';
  const usedLabel = flags.label === 'none' ? null : label;
  const usedId = flags.id === 'none' ? null : id;
  const pixels = { first: firstPixel, count: pixelCount };
  const isByValues = (names === null || isNumbered) && left > pixelCount;
  const wanted = new Map(
    (evidence.wanted ?? []).flatMap((text) => {
      const column = findColumn(evidence, text);
      return column === null ? [] : [[text, column] as const];
    }),
  );
  const sliced = Array.from(wanted.values(), (first): Claim => ({ first, count: 1, by: 'given' }));
  return {
    firstPixel,
    wanted,
    label: usedLabel && labelOf(usedLabel, evidence),
    idColumn: usedId?.first ?? null,
    transposed: flags.transpose ?? (isNamedTransposed || null),
    guesses: [
      isLabelLikePixel(evidence)
        ? { property: 'label', value: 'none', by: 'guessed', flag: '--label first' }
        : guessOf('label', usedLabel, evidence),
      guessOf('id', usedId, evidence),
      ...(flags.transpose === undefined
        ? guessesOf({ transpose: isNamedTransposed || undefined }, 'seen')
        : guessesOf({ transpose: flags.transpose }, 'given')),
      ...sliced.map((claim) => guessOf('slice', claim, evidence)),
      ...othersGuess(columnCount, [usedLabel, usedId, pixels, ...sliced]),
    ],
    alternatives,
    isByValues,
    isIndexUnsure:
      (given.label === null && label !== null && mayBegin(evidence, label.first)) ||
      // Labels may happen to count: an index goes on where they end.
      (given.label === null && given.id === null && id !== null && labelsIn(evidence, id.first) !== null) ||
      (isByValues &&
        columnsBeside(columnCount, [label, id, pixels]).some((column) => mayCount(evidence, column))),
  };
}

/** Whether a column may turn out to be an index when there are more rows. */
function mayCount({ rows }: ColumnEvidence, column: number): boolean {
  const numbers = rows.map((row) => readNumber(row[column]) ?? Number.NaN);
  return rows.length < 3 && numbers.every((number, i) => number === numbers[0] + i);
}

/** Whether it may be one that begins at 0 or 1, as most do. */
function mayBegin(evidence: ColumnEvidence, column: number): boolean {
  return Number(evidence.rows[0]?.[column] ?? 0) <= 1 && mayCount(evidence, column);
}

/** Finds the id: by its flag, then by its name. */
function claimId(evidence: ColumnEvidence, label: Claim | null): Claim | null {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (flags.id !== undefined && flags.id !== 'none') {
    return { first: columnOf(evidence, '--id', flags.id), count: 1, by: 'given' };
  }
  if (names === null || columnCount === pixelCount + (label?.count ?? 0)) return null;
  const first = names.findIndex((name, column) => isIdName(name) && !isWithin(column, label));
  return first < 0 ? null : { first, count: 1, by: 'seen' };
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
  throw noRun(evidence, claims.some(Boolean));
}

/** No run of columns is the only one that may be the pixels. */
function noRun(evidence: ColumnEvidence, hasClaims: boolean): DigitflowError {
  const { names, columnCount, pixelCount, flags } = evidence;
  if (columnCount === pixelCount + 1 && !hasClaims) {
    const called = names ? ` ("${names[0]}", "${names[columnCount - 1]}")` : '';
    const [from, others] =
      flags.labelsFrom === undefined
        ? ['', '']
        : [` from ${flags.labelsFrom} on`, ', or another --labels-from'];
    const found = `found ${columnCount} columns, none at either end${called} that looks like a label${from} or an id`;
    return failure(evidence, `expected ${pixelCount} pixels a row, ${found}: say --label or --id${others}`);
  }
  const expected = `expected ${pixelCount} pixels side by side in ${columnCount} columns`;
  const advice = 'say --label and --id, or leave the other columns out';
  return failure(evidence, `${expected}, found no such run beyond doubt: ${advice}`);
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

/** Which columns are in no run that is used; no guess where there are none. */
function othersGuess(columnCount: number, used: readonly (ColumnRun | null)[]): Guess[] {
  const others = columnsBeside(columnCount, used);
  if (others.length === 0) return [];
  const shown = others.slice(0, 5).map((column) => `${column + 1}`);
  const value = `${shown.join(', ')}${others.length > 5 ? ' and more' : ''}`;
  return [{ property: 'columns left out', value, by: 'seen' }];
}
