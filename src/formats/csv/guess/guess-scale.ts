import { DigitflowError } from '../../../errors.js';
import type { Guess, ReadingFlags } from '../../reading.js';
import {
  type Levels,
  levelsOf,
  type Scale,
  scaleReadings,
  scaleText,
  scaleWords,
  tellsScale,
  unusualScale,
} from '../../scale.js';
import type { CsvDialect } from '../dialect.js';
import { readNumber } from '../parse-row.js';
import type { Rows } from './column-evidence.js';

type PixelColumns = Pick<CsvDialect, 'firstPixel' | 'pixelCount'>;

/** The share of the brightest pixel that a bright background has, noise of a scanner included. */
const BRIGHT = 0.9;
/** In how many rows the background is looked at. */
const MOST_BACKGROUNDS = 8;
const MOST_SPREAD = 2 ** 14;

/** What pixels mean: the one scale, or the likeliest of several. */
export interface GuessedScale extends Levels {
  readonly guesses: readonly Guess[];
  /** The scales that fit, where they are several: what asks for each. */
  readonly alternatives: readonly ReadingFlags[];
}

/**
 * Finds out which values are black and white, and notes where most backgrounds are bright.
 *
 * @throws DigitflowError CSV_SCALE where most rows have pixels of no usual scale
 */
export function guessScale(
  rows: Rows,
  columns: PixelColumns,
  flags: ReadingFlags,
  name: string,
): GuessedScale {
  const { rowsBeyond, brightest, rowsBelow, darkest, brightRows, ...seen } = summarize(rows, columns);
  const isMost = (count: number) => count * 2 > rows.length;
  const pixels = {
    ...seen,
    smallest: isMost(rowsBelow) ? darkest : 0,
    largest: isMost(rowsBeyond) ? brightest : seen.largest,
  };
  const usual = pixels.largest === 1 ? 1 : 255;
  const fitting = flags.scale === undefined ? scaleReadings(pixels, usual) : [flags.scale];
  const [scale, other] = fitting;
  if (scale === undefined) {
    const message = `${name}: expected pixels from 0 to 255, ${unusualScale(pixels)}`;
    throw new DigitflowError('CSV_SCALE', message);
  }
  const spare: Scale | undefined = other ?? (tellsScale(pixels) ? undefined : 256 - usual);
  const guess = { property: 'scale', value: scaleWords(scale) };
  const guesses: Guess[] = [
    flags.scale !== undefined || spare === undefined
      ? { ...guess, by: flags.scale === undefined ? 'seen' : 'given' }
      : { ...guess, by: 'guessed', flag: `--scale ${scaleText(spare)}` },
  ];
  if (brightRows * 2 > Math.min(rows.length, MOST_BACKGROUNDS)) {
    const value = 'bright (for black on white say --normalize inverted)';
    guesses.push({ property: 'background', value, by: 'seen' });
  }
  const alternatives = fitting.length > 1 ? fitting.map((one) => ({ scale: one })) : [];
  return { ...levelsOf(scale), guesses, alternatives };
}

function summarize(rows: Rows, { firstPixel, pixelCount }: PixelColumns) {
  const seen = {
    // Rows with pixels beyond 255, and the brightest of those; below 0, and the darkest.
    rowsBeyond: 0,
    brightest: 0,
    rowsBelow: 0,
    darkest: 0,
    // The brightest pixel of all other rows, and whether any of their pixels is no whole number.
    largest: 0,
    hasFraction: false,
    lit: 0,
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
    const least = -largestOf(values.map((value) => -value));
    if (least < 0) seen.rowsBelow++;
    seen.darkest = Math.min(seen.darkest, least);
    seen.lit += values.filter((value) => value !== 0).length;
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
