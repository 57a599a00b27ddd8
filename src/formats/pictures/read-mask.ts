import { DigitflowError } from '../../errors.js';
import { decodePng, isPng, type PictureSize } from './decode-png.js';

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
    : fromText(Buffer.from(bytes).toString(), size, name);
  if (region.some((value) => value > 0)) return region;
  throw new DigitflowError('IMAGE_FORMAT', `${name}: expected a region, found nothing drawn; draw it with #`);
}

function fromPng(bytes: Uint8Array, { height, width }: PictureSize, name: string): Float64Array {
  const image = decodePng(bytes, name);
  if (image.height !== height || image.width !== width) {
    throw wrongSize(name, { height, width }, `${image.width} x ${image.height}`);
  }
  return Float64Array.from(image.pixels, (pixel) => pixel / 255);
}

function fromText(text: string, { height, width }: PictureSize, name: string): Float64Array {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const columns = Math.max(...lines.map((line) => line.length));
  const [top, left] = [Math.floor((height - lines.length) / 2), Math.floor((width - columns) / 2)];
  const region = new Float64Array(height * width);
  for (const [row, line] of lines.entries()) {
    for (const [column, sign] of Array.from(line).entries()) {
      const value = POSITIVE.includes(sign) ? 1 : NEGATIVE.includes(sign) ? -1 : 0;
      if (value === 0 && !NOTHING.includes(sign)) {
        throw new DigitflowError(
          'IMAGE_FORMAT',
          `${name}: line ${row + 1}, column ${column + 1}: expected #, - or ., found ${JSON.stringify(sign)}; ` +
            'draw the region with # and what surrounds it with -, or give a PNG',
        );
      }
      if (top >= 0 && left >= 0) region[(top + row) * width + left + column] = value;
    }
  }
  if (top < 0 || left < 0) throw wrongSize(name, { height, width }, `${columns} x ${lines.length}`);
  return region;
}

function wrongSize(name: string, { height, width }: PictureSize, found: string): DigitflowError {
  return new DigitflowError(
    'INPUT_SIZE',
    `${name}: expected a drawing of ${width} x ${height} for these images, found ${found}; draw it in their size`,
  );
}
