import { DigitflowError } from '../../../errors.js';
import type { CsvFlags, Guess } from '../dialect.js';
import { readNumber } from '../fields.js';
import { plainName } from './column-names.js';

/** What a network says of the images it takes. */
export interface KnownImages {
  /** Pixels of an image: `height * width`. */
  readonly pixelCount: number;
  /** The names of the classes, in order. */
  readonly classes: readonly string[];
}

/** What columns are guessed from. */
export interface ColumnEvidence extends KnownImages {
  /** What to call the input in an error. */
  readonly name: string;
  /** The header's names, or null. */
  readonly names: readonly string[] | null;
  /** The fields of the first rows, all of the width `columnCount`. */
  readonly rows: readonly (readonly string[])[];
  readonly columnCount: number;
  readonly flags: CsvFlags;
}

/** A column, or a run of them, that is not pixels; and how that is known. */
export interface Claim {
  readonly first: number;
  readonly count: number;
  readonly by: Guess['by'];
  /** How to get another reading; for one that is `guessed`. */
  readonly flag?: string;
}

export function isWithin(column: number, claim: Pick<Claim, 'first' | 'count'> | null): boolean {
  return claim !== null && column >= claim.first && column < claim.first + claim.count;
}

/** Whether a column counts up by one from row to row, as an index does. */
export function isCounting(rows: ColumnEvidence['rows'], column: number): boolean {
  if (rows.length < 3) return false;
  const numbers = rows.map((row) => readNumber(row[column]) ?? Number.NaN);
  return numbers.slice(1).every((number, i) => number === numbers[i] + 1);
}

/**
 * A column by its name, or by its number from 1.
 *
 * @throws DigitflowError USAGE where there is none
 */
export function columnOf(evidence: ColumnEvidence, flag: string, wanted: string): number {
  const { names, columnCount } = evidence;
  const named = names?.findIndex((name) => plainName(name) === plainName(wanted)) ?? -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= columnCount) return number - 1;
  throw noSuchColumn(evidence, `${flag} ${wanted}`, 'such column');
}

/** @param flag with its value, such as `--label 9` */
export function noSuchColumn(
  { name, names, columnCount }: ColumnEvidence,
  flag: string,
  what: string,
): DigitflowError {
  const there = names
    ? `${names.slice(0, 3).join(', ')}, … ${names[names.length - 1]}`
    : `1 to ${columnCount}`;
  return new DigitflowError('USAGE', `${name}: ${flag}: found no ${what}; there are ${there}`);
}
