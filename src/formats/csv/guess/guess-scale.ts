import { DigitflowError } from '../../../errors.js';
import type { Guess, ReadingFlags } from '../../reading.js';
import type { CsvDialect } from '../dialect.js';
import { readNumber } from '../parse-row.js';
import type { Rows } from './column-evidence.js';

type PixelColumns = Pick<CsvDialect, 'firstPixel' | 'pixelCount'>;

/** The brightest pixel of digits of 0 to 255 is at least so bright; else they may be of 0 to 16 or 0 to 100. */
const LEAST_WHITE = 128;
/** The share of the brightest pixel that a bright background has, noise of a scanner included. */
const BRIGHT = 0.9;
/** In how many rows the background is looked at. */
const MOST_BACKGROUNDS = 8;
const MOST_SPREAD = 2 ** 14;

/**
 * Finds out which value is white, and notes where most backgrounds are bright.
 *
 * @throws DigitflowError CSV_SCALE where most rows have pixels brighter than 255
 */
export function guessScale(
  rows: Rows,
  columns: PixelColumns,
  flags: ReadingFlags,
  name: string,
): { readonly white: number; readonly guesses: readonly Guess[] } {
  const { rowsBeyond, brightest, largest, hasFraction, brightRows } = summarize(rows, columns);
  const scale = (white: number, by: Guess['by'], flag?: string) => {
    const guesses: Guess[] = [{ property: 'scale', value: `0 to ${white}`, by, flag }];
    if (brightRows * 2 > Math.min(rows.length, MOST_BACKGROUNDS)) {
      const value = 'bright (for black on white say --normalize inverted)';
      guesses.push({ property: 'background', value, by: 'seen' });
    }
    return { white, guesses };
  };
  if (flags.scale !== undefined) return scale(flags.scale, 'given');
  if (rowsBeyond * 2 > rows.length) {
    const message = `${name}: expected pixels from 0 to 255, found brighter ones, up to ${brightest}`;
    throw new DigitflowError('CSV_SCALE', `${message}: say --scale with the value that is white`);
  }
  if (largest >= LEAST_WHITE) return scale(255, 'seen');
  if (largest > 1) return scale(255, 'guessed', `--scale ${Math.ceil(largest)}`);
  if (hasFraction) return scale(1, 'seen');
  return largest === 1 ? scale(1, 'guessed', '--scale 255') : scale(255, 'guessed', '--scale 1');
}

function summarize(rows: Rows, { firstPixel, pixelCount }: PixelColumns) {
  const seen = {
    // Rows with pixels beyond 255, and the brightest of those.
    rowsBeyond: 0,
    brightest: 0,
    // The brightest pixel of all other rows, and whether any of their pixels is no whole number.
    largest: 0,
    hasFraction: false,
    // Rows whose background is bright.
    brightRows: 0,
  };
  rows.forEach((row, i) => {
    const values = row.slice(firstPixel, firstPixel + pixelCount).map((field) => readNumber(field) ?? 0);
    const most = largestOf(values);
    if (i < MOST_BACKGROUNDS && isBright(values, most)) seen.brightRows++;
    // A single row of another scale is at fault itself, and says nothing of the others.
    if (most > 255) {
      seen.rowsBeyond++;
      seen.brightest = Math.max(seen.brightest, most);
      return;
    }
    seen.largest = Math.max(seen.largest, most);
    seen.hasFraction ||= !values.every(Number.isInteger);
  });
  return seen;
}

/** Spread, since this runs only once, before a loop would be compiled; in parts, which fit on the stack. */
function largestOf(values: readonly number[]): number {
  let largest = 0;
  for (let at = 0; at < values.length; at += MOST_SPREAD) {
    largest = Math.max(largest, ...values.slice(at, at + MOST_SPREAD));
  }
  return largest;
}

function isBright(values: readonly number[], most: number): boolean {
  return most > 0 && values.filter((value) => value >= BRIGHT * most).length * 2 > values.length;
}
