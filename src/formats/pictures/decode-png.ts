import { PNG } from 'pngjs';
import { DigitflowError } from '../../errors.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Width and height stand at the start of IHDR, which is the first chunk (PNG, 5.6 and 11.2.1). */
const WIDTH_OFFSET = 16;
const HEADER_BYTES = 24;
/** A file of few bytes may announce a picture that no memory holds. */
const MOST_PIXELS = 2 ** 26;
/** How much red, green and blue count for the eye (ITU-R BT.601), as in most greyscale conversions. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** In pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** A picture in grey. */
export interface GreyImage extends PictureSize {
  /** `(height, width)` u8, row-major; 0 is black. */
  readonly pixels: Uint8Array;
}

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

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
    const advice = "give a PNG, or a record's number and its IDX file with --images";
    throw new DigitflowError('IMAGE_FORMAT', `${name}: expected a PNG, found ${what}; ${advice}`);
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
    throw new DigitflowError('PNG_BROKEN', `${name}: broken PNG (${reason}); get or save it again`, {
      cause,
    });
  }
}

/** `rgba`: four bytes a pixel. */
function greyOf(rgba: Uint8Array): Uint8Array {
  const count = rgba.length / 4;
  const luma = new Float64Array(count);
  let [ink, opacity] = [0, 0];
  for (let i = 0; i < count; i++) {
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
