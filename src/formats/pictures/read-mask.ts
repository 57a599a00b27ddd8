import { DigitflowError } from '../../errors.js';
import { decodePng } from './decode-png.js';
import type { PictureSize } from './grey-image.js';
import { isPng } from './is-picture.js';

/** What a drawing in text is made of: the region, what surrounds it, and what counts for nothing. */
const POSITIVE = '#+xX1';
const NEGATIVE = '-';
const NOTHING = ' .0_';

/**
 * Reads a region that the user drew. In a PNG of the image's size, bright pixels belong to it. In text, each line is a row:
 * `#` is the region, `-` what surrounds it, `.` or a space nothing. A smaller drawing in text lies in the middle.
 *
 * @returns `(height, width)` float64, row-major: -1..1.
 * @throws DigitflowError IMAGE_FORMAT for another character or nothing drawn, INPUT_SIZE, PNG_BROKEN, MEMORY_LIMIT.
 */
export function readMask(bytes: Uint8Array, size: PictureSize, name: string): Float64Array {
  const region = isPng(bytes)
    ? fromPng(bytes, size, name)
    : fromText(new TextDecoder().decode(bytes), size, name);
  if (region.some((value) => value > 0)) return region;
  throw new DigitflowError('IMAGE_FORMAT', `${name}: expected a region, found nothing drawn; draw it with #`);
}

function fromPng(bytes: Uint8Array, size: PictureSize, name: string): Float64Array {
  const { height, width, pixels } = decodePng(bytes, name);
  if (height !== size.height || width !== size.width) throw wrongSize(name, size, `${width} x ${height}`);
  return Float64Array.from(pixels, (pixel) => pixel / 255);
}

function fromText(text: string, size: PictureSize, name: string): Float64Array {
  const { height, width } = size;
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const columns = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const [top, left] = [Math.floor((height - lines.length) / 2), Math.floor((width - columns) / 2)];
  const region = new Float64Array(height * width);
  for (const [row, line] of lines.entries()) {
    for (const [column, sign] of Array.from(line).entries()) {
      const value = POSITIVE.includes(sign) ? 1 : NEGATIVE.includes(sign) ? -1 : 0;
      if (value === 0 && !NOTHING.includes(sign)) {
        const place = `${name}: line ${row + 1}, column ${column + 1}`;
        const advice = 'draw the region with # and what surrounds it with -, or give a PNG';
        const message = `${place}: expected #, - or ., found ${JSON.stringify(sign)}; ${advice}`;
        throw new DigitflowError('IMAGE_FORMAT', message);
      }
      if (top >= 0 && left >= 0) region[(top + row) * width + left + column] = value;
    }
  }
  if (top < 0 || left < 0) throw wrongSize(name, size, `${columns} x ${lines.length}`);
  return region;
}

function wrongSize(name: string, { height, width }: PictureSize, found: string): DigitflowError {
  const expected = `expected a drawing of ${width} x ${height} for these images`;
  return new DigitflowError('INPUT_SIZE', `${name}: ${expected}, found ${found}; draw it in their size`);
}
