import { DigitflowError, type ErrorCode, quoteValue } from '../errors.js';

/** How a pixel becomes a brightness: `brightness = pixel * scale + offset`, pixel 0..255. */
export interface Normalization {
  /** Brightness a level of a pixel; below 0 where dark and bright change places. */
  readonly scale: number;
  /** The brightness of a pixel of 0. */
  readonly offset: number;
  /** True when the images are stored column by column (EMNIST). */
  readonly transposed: boolean;
}

/** Pixels 0..255 become 0..1. */
export const UNIT_BRIGHTNESS: Normalization = { scale: 1 / 255, offset: 0, transposed: false };

export function isSameNormalization(a: Normalization, b: Normalization): boolean {
  return a.scale === b.scale && a.offset === b.offset && a.transposed === b.transposed;
}

/** What a normalization says of how pixels stand, and which are dark; nothing where that is as the network has it. */
export function saidOf({ transposed, scale }: Normalization, own: Normalization) {
  return {
    saysTransposed: transposed === own.transposed ? undefined : transposed,
    saysInverted: scale * own.scale < 0,
  };
}

const NUMBER_KEYS = ['scale', 'offset', 'mean', 'std'];
const WORDS = ['inverted', 'transposed', 'upright'];
const HINT =
  'give scale=1/255, offset=0, mean=0.1307, std=0.3081, inverted, transposed or upright, separated by commas';
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a normalization from text, the parts in any order: `scale=1/255`, `mean=0.1307,std=0.3081`, `inverted,transposed`.
 * - `scale=s`, `offset=o`: a pixel x 0..255 becomes b = s·x + o (1/255 and 0 where only one of them is given);
 * - `mean=m`, `std=d`: then b becomes (b - m) / d, as in torchvision's Normalize (0 and 1 where not given);
 * - `inverted`: the data is black on white, so 255 - x replaces x before all else;
 * - `transposed`, `upright`: the images are stored column by column, or row by row.
 * Any of the four numbers replaces the scale and offset of `base`.
 *
 * @param base the network's own normalization: it holds where the text says nothing.
 * @param where the name of the text in an error.
 * @throws DigitflowError with `code` for an unknown, repeated or senseless part.
 */
export function parseNormalization(
  text: string,
  base: Normalization,
  where = '--normalize',
  code: ErrorCode = 'USAGE',
): Normalization {
  const fail = (found: string, advice = HINT) => new DigitflowError(code, `${where}: ${found}; ${advice}`);
  const numbers = new Map<string, number>();
  const words = new Set<string>();

  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [key, value] = splitOnce(part, '=');
    if (numbers.has(key) || words.has(part)) throw fail(`${quoteValue(key)} is given twice`, 'give it once');
    if (WORDS.includes(part)) {
      words.add(part);
    } else if (value !== undefined && NUMBER_KEYS.includes(key)) {
      const number = parseNumber(value);
      if (number === undefined) throw fail(`${key} is a number or a fraction, found ${quoteValue(value)}`);
      if (key === 'scale' && number === 0) throw fail('a scale of 0 makes all images alike');
      if (key === 'std' && number <= 0) throw fail(`std is more than 0, found ${quoteValue(value)}`);
      numbers.set(key, number);
    } else {
      throw fail(`found ${quoteValue(part)}`);
    }
  }
  if (words.has('transposed') && words.has('upright'))
    throw fail('transposed and upright exclude each other', 'give one');

  let { scale, offset } = base;
  if (numbers.size > 0) {
    const std = numbers.get('std') ?? 1;
    scale = (numbers.get('scale') ?? UNIT_BRIGHTNESS.scale) / std;
    offset = ((numbers.get('offset') ?? UNIT_BRIGHTNESS.offset) - (numbers.get('mean') ?? 0)) / std;
  }
  if (words.has('inverted')) ({ scale, offset } = invertedOf({ scale, offset }));
  if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
    throw fail(`scale ${scale} and offset ${offset} come out of it`, 'give smaller numbers');
  }
  return { scale, offset, transposed: words.has('transposed') || (base.transposed && !words.has('upright')) };
}

/** `scale=1/255,offset=-0.4242,transposed`: `parseNormalization` gives the same numbers back with any upright base. */
export function describeNormalization({ scale, offset, transposed }: Normalization): string {
  const named = [1, -1].find((sign) => scale === sign * UNIT_BRIGHTNESS.scale);
  const parts = [`scale=${named === undefined ? scale : `${named}/255`}`];
  if (offset !== 0) parts.push(`offset=${offset}`);
  if (transposed) parts.push('transposed');
  return parts.join(',');
}

/** The same for pixels of which 255 - x replaces x. */
export function invertedOf<N extends Pick<Normalization, 'scale' | 'offset'>>(normalization: N): N {
  const { scale, offset } = normalization;
  return { ...normalization, scale: -scale, offset: offset + 255 * scale };
}

/** A decimal number, or a fraction of two; undefined for anything else, and for a result that is not finite. */
function parseNumber(text: string): number | undefined {
  const [dividend, divisor = '1'] = splitOnce(text, '/');
  if (!DECIMAL.test(dividend.trim()) || !DECIMAL.test(divisor.trim())) return undefined;
  const number = Number(dividend) / Number(divisor);
  return Number.isFinite(number) ? number : undefined;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The brightness of the darkest and the lightest pixel: where it inverts, these are the pixels 255 and 0. */
export function blackAndWhite({ scale, offset }: Pick<Normalization, 'scale' | 'offset'>) {
  const ends = [offset, 255 * scale + offset];
  return { black: Math.min(...ends), white: Math.max(...ends) };
}
