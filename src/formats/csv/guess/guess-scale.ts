import { DigitflowError } from '../../../errors.js';
import { readNumber } from '../../read-number.js';
import type { Guess, ReadingFlags } from '../../reading.js';
import {
  LEAST_WHITE,
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
import type { Rows } from './column-evidence.js';

type PixelColumns = Pick<CsvDialect, 'firstPixel' | 'pixelCount'>;

/** The share of the brightest pixel that a bright background has, noise of a scanner included. */
const BRIGHT = 0.9;
/** In how many rows the background is looked at. */
const MOST_BACKGROUNDS = 8;

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
  if (flags.invert === undefined && brightRows * 2 > Math.min(rows.length, MOST_BACKGROUNDS)) {
    const value = 'bright (for black on white say --invert)';
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
  for (const [i, row] of rows.entries()) {
    const usualRows = i - seen.rowsBeyond - seen.rowsBelow;
    // It is 0 to 255 then, whatever the other rows hold: this code is cold, and a row takes long.
    if (i >= MOST_BACKGROUNDS && usualRows * 2 >= rows.length && seen.largest >= LEAST_WHITE) break;
    const { least, most, lit, hasFraction } = spanOf(row, firstPixel, firstPixel + pixelCount);
    const mayBeBright = i < MOST_BACKGROUNDS && lit * 2 > pixelCount;
    if (mayBeBright && isBright(row.slice(firstPixel, firstPixel + pixelCount), most)) seen.brightRows++;
    // A single row of another scale is at fault itself, and says nothing of the others.
    if (most > 255) {
      seen.rowsBeyond++;
      seen.brightest = Math.max(seen.brightest, most);
      continue;
    }
    if (least < 0) seen.rowsBelow++;
    seen.darkest = Math.min(seen.darkest, least);
    seen.lit += lit;
    seen.largest = Math.max(seen.largest, most);
    seen.hasFraction ||= hasFraction;
  }
  return seen;
}

/** How far the pixels of a row reach from 0, and how many are not 0; what is no number counts as 0. */
function spanOf(row: readonly string[], first: number, end: number) {
  let [least, most, lit, hasFraction] = [0, 0, 0, false];
  for (let at = first; at < end; at++) {
    const field = row[at];
    // Most of a digit is black.
    const value = field === '0' ? 0 : (readNumber(field) ?? 0);
    if (value === 0) continue;
    lit++;
    if (value > most) most = value;
    if (value < least) least = value;
    hasFraction ||= !Number.isInteger(value);
  }
  return { least, most, lit, hasFraction };
}

function isBright(fields: readonly string[], most: number): boolean {
  return (
    most > 0 && fields.filter((field) => (readNumber(field) ?? 0) >= BRIGHT * most).length * 2 > fields.length
  );
}
