import { DigitflowError } from '../../../errors.js';
import type { Guess } from '../dialect.js';
import { type Claim, type ColumnEvidence, isWithin } from './column-evidence.js';

/** How a label or id came to be known; null is none. */
export function guessOf(
  property: string,
  claim: Claim | null,
  { names, columnCount }: ColumnEvidence,
): Guess {
  if (claim === null) return { property, value: 'none', by: 'seen' };
  const { first, count, by, flag } = claim;
  const place = first === 0 ? 'first' : first === columnCount - 1 ? 'last' : `${first + 1}`;
  const named = names ? ` "${names[first]}"` : '';
  const value = count > 1 ? `one-hot, columns ${first + 1} to ${first + count}` : `column ${place}${named}`;
  return { property, value, by, flag: by === 'guessed' ? flag : undefined };
}

/** In which order the pixels stand; no guess where neither the flag nor names say so. */
export function transposeGuess(given: boolean | undefined, isNamedTransposed: boolean): Guess[] {
  if (given === undefined && !isNamedTransposed) return [];
  const value = (given ?? isNamedTransposed) ? 'column by column' : 'row by row';
  return [{ property: 'transpose', value, by: given === undefined ? 'seen' : 'given' }];
}

/** Which columns are neither pixels nor claimed; no guess where there are none. */
export function othersGuess(
  { columnCount, pixelCount }: ColumnEvidence,
  firstPixel: number,
  claims: readonly (Claim | null)[],
): Guess[] {
  const used = [...claims, { first: firstPixel, count: pixelCount }];
  const others = Array.from({ length: columnCount }, (_, column) => column).filter(
    (column) => !used.some((run) => isWithin(column, run)),
  );
  if (others.length === 0) return [];
  const shown = others.slice(0, 5).map((column) => `${column + 1}`);
  const value = `${shown.join(', ')}${others.length > 5 ? ' and more' : ''}`;
  return [{ property: 'columns left out', value, by: 'seen' }];
}

/** Which columns at the end were passed over; another reading would carry one through as an id. */
export function emptyGuess(columnCount: number, emptyAtEnd: number): Guess[] {
  if (emptyAtEnd === 0) return [];
  const first = columnCount - emptyAtEnd + 1;
  const value = emptyAtEnd === 1 ? `${first}` : `${first} to ${columnCount}`;
  return [{ property: 'empty columns left out', value, by: 'guessed', flag: `--id ${first}` }];
}

/** `1 column`, `785 columns`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** @param left how many columns there are beside label and id */
export function tooNarrow({ name, columnCount, pixelCount }: ColumnEvidence, left: number): DigitflowError {
  const [beside, advice] =
    left === columnCount
      ? ['', 'give another network, or say --delimiter']
      : [' beside label and id', 'give rows with all pixels, or another network'];
  const message = `${name}: expected ${pixelCount} pixels a row, as many as the network has inputs, found ${counted(left, 'column')}${beside}`;
  return new DigitflowError('CSV_COLUMNS', `${message}; ${advice}`);
}

/** Where one column is spare, and either end could be it. */
export function noneAtTheEnds({ name, names, columnCount, pixelCount }: ColumnEvidence): DigitflowError {
  const called = names ? ` ("${names[0]}", "${names[columnCount - 1]}")` : '';
  const message = `${name}: expected ${pixelCount} pixels a row, found ${columnCount} columns, none at either end${called} that looks like a label or an id`;
  return new DigitflowError('CSV_COLUMNS', `${message}: say --label or --id`);
}

/** Where the names say that pixels stand in no order. */
export function notInOrder({ name, names }: ColumnEvidence, firstPixel: number): DigitflowError {
  const shown = names?.slice(firstPixel, firstPixel + 4).join(', ');
  const message = `${name}: expected pixels in the order of the image, found columns named ${shown}, …: put them in order`;
  return new DigitflowError('CSV_COLUMNS', message);
}
