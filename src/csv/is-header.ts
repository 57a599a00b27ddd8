import { isDecimalComma } from './decimal-comma.js';
import { readNumber } from './read-number.js';

/** A header of numbers that count up (pandas writes one) is told from data by being long. */
const LEAST_COUNTING = 16;

/** What stands where a number should, and is no name. */
const NO_NAME = /^\s*(?:[+-]?(?:nan|inf|infinity|0x[\da-f]+)|n\/?a|null|true|false|\d+(?:\.\d*)?%)\s*$/i;

/** Whether the first row names the columns: names, mostly; or numbers that count up along the row. */
export function isHeader(fields: readonly string[], pixelCount: number): boolean {
  const numbers = fields.map(readNumber);
  const names = fields.filter((field, i) => numbers[i] === undefined && !isNoName(field));
  if (names.length * 2 > fields.length) return true;
  if (pixelCount < LEAST_COUNTING || fields.length < pixelCount) return false;
  const counting = numbers
    .slice(1)
    .filter((number, i) => number !== undefined && number === (numbers[i] ?? -9) + 1);
  return counting.length >= pixelCount - 1;
}

function isNoName(field: string): boolean {
  return NO_NAME.test(field) || isDecimalComma(field);
}
