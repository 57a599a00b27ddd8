import { PNG } from 'pngjs';
import { DigitflowError } from '../../errors.js';
import type { GreyImage, PictureSize } from './grey-image.js';
import { isPng } from './is-picture.js';

/** Width and height stand at the start of IHDR, which is the first chunk (PNG, 5.6 and 11.2.1). */
const WIDTH_OFFSET = 16;
const HEADER_BYTES = 24;
/** A file of few bytes may announce a picture that no memory holds. */
const MOST_PIXELS = 2 ** 26;
/** How much red, green and blue count for the eye (ITU-R BT.601), as in most greyscale conversions. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * Decodes a PNG of any kind (grey, RGB, palette, alpha, 1 to 16 bits, interlaced) to grey. Transparent parts take the shade
 * that the ink stands out from: white for dark ink, black for light ink.
 *
 * @throws DigitflowError IMAGE_FORMAT when it is no PNG; PNG_BROKEN; MEMORY_LIMIT above 64 million pixels.
 */
export function decodePng(bytes: Uint8Array, name: string): GreyImage {
  if (!isPng(bytes)) {
    const found = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    const what = bytes.length === 0 ? 'no bytes at all' : `0x${found} at its start`;
    const advice = "give a picture, or a record's number and its file with --images";
    throw new DigitflowError('IMAGE_FORMAT', `${name}: expected a PNG or JPEG, found ${what}; ${advice}`);
  }
  if (bytes.length >= HEADER_BYTES) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + WIDTH_OFFSET, 8);
    const [width, height] = [view.getUint32(0), view.getUint32(4)];
    if (width * height > MOST_PIXELS) {
      const message = `${name}: expected at most ${MOST_PIXELS} pixels, found ${width} x ${height}; make it smaller`;
      throw new DigitflowError('MEMORY_LIMIT', message);
    }
  }
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
    return { width, height, pixels: greyOf(data) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${name}: broken PNG (${reason}); get or save it again`;
    throw new DigitflowError('PNG_BROKEN', message, { cause });
  }
}

/** `rgba`: four bytes a pixel. */
export function greyOf(rgba: Uint8Array): Uint8Array {
  const luma = new Float64Array(rgba.length / 4);
  let [ink, opacity] = [0, 0];
  for (let i = 0; i < luma.length; i++) {
    luma[i] = LUMA[0] * rgba[4 * i] + LUMA[1] * rgba[4 * i + 1] + LUMA[2] * rgba[4 * i + 2];
    ink += luma[i] * rgba[4 * i + 3];
    opacity += rgba[4 * i + 3];
  }
  const background = ink < 127.5 * opacity ? 255 : 0;
  return Uint8Array.from(luma, (value, i) => {
    const alpha = rgba[4 * i + 3] / 255;
    return Math.round(value * alpha + background * (1 - alpha));
  });
}

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

function fromPng(bytes: Uint8Array, size: PictureSize, name: string): Float64Array {
  const { height, width, pixels } = decodePng(bytes, name);
  if (height !== size.height || width !== size.width) throw wrongSize(name, size, `${width} x ${height}`);
  return Float64Array.from(pixels, (pixel) => pixel / 255);
}

function fromText(text: string, size: PictureSize, name: string): Float64Array {
  const { height, width } = size;
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const columns = Math.max(...lines.map((line) => line.length));
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
